"""`python -m cards` (see --help)."""

import sys

from .environment import leave

try:
    from .cli import main
except ImportError as error:
    leave(error)

if __name__ == "__main__":
    sys.exit(main())
