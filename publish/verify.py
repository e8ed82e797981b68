"""Verify a published model: `python publish/verify.py me/model` (see --help)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cards.environment import leave

try:
    from publish.verifying.cli import verify_command
except ImportError as error:
    leave(error)

if __name__ == "__main__":
    sys.exit(verify_command())
