"""`python -m cards` (see --help)."""

import sys

try:
    from .cli import main
except ModuleNotFoundError as error:
    print(
        f"The package {error.name!r} is missing. `make setup` installs it; then use .venv/bin/python.",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(main())
