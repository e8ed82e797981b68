"""Verify a published model: `python publish/verify.py me/model` (see --help)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

try:
    from publish.verifying.cli import verify_command
except ModuleNotFoundError as error:
    print(
        f"The package {error.name!r} is missing. `make setup` installs it; then use .venv/bin/python.",
        file=sys.stderr,
    )
    sys.exit(2)

if __name__ == "__main__":
    sys.exit(verify_command())
