"""The commands' answer in a Python that cannot run them; no installed package is imported here."""

import sys
from typing import NoReturn

OURS = ("cards", "publish", "space", "training")


def leave(error: ImportError) -> NoReturn:
    """End with exit code 2 and the name of the environment that has the packages. Raises `error` again
    where a module of ours is broken."""
    package = (error.name or "").partition(".")[0]
    if package in OURS:
        raise error
    print(
        f"The package {package!r} is missing here, or is another version. `make setup` installs it; then use "
        ".venv/bin/python.",
        file=sys.stderr,
    )
    sys.exit(2)
