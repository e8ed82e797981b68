"""Log of evaluations on test data, so that a card can state how many there were on its own.

Each is one line of a file in the user's folder, which all runs share: test data that has been looked at often
says less, whatever run it was. $CLINSTILL_TEST_LOG names another file; this project's own is
`training/test_evaluations.jsonl`.
"""

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path


def place() -> Path:
    """The file that evaluations are appended to."""
    if named := os.environ.get("CLINSTILL_TEST_LOG"):
        return Path(named)
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "clinstill" / "test_evaluations.jsonl"


def append(
    log: Path, recipe: str, recipe_sha256: str, corpus: str, split: str, macro_f1: Mapping[str, float]
) -> None:
    """Add a line for each file (MODEL.VARIANT) whose F1 on this split of a corpus somebody now knows."""
    shared = {"date": date.today().isoformat(), "recipe": recipe, "recipe_sha256": recipe_sha256}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        for model, value in macro_f1.items():
            line = shared | {"corpus": corpus, "split": split, "model": model, "macro_f1": round(value, 6)}
            file.write(json.dumps(line) + "\n")


def count(log: Path, corpus: str, split: str) -> int:
    """Count the evaluations on this split of a corpus; lines of earlier versions name none."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    evaluations = map(json.loads, lines)
    return sum((each.get("corpus"), each.get("split")) == (corpus, split) for each in evaluations)
