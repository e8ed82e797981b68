"""Push a run to the Hugging Face Hub: `python publish/push.py RUN --repo-id me/model` (see --help)."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from cards.environment import leave

try:
    from publish.pushing.cli import push
except ImportError as error:
    leave(error)

if __name__ == "__main__":
    sys.exit(push())
