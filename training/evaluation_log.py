"""Log of evaluations on test data, so that a card can state how many there were on its own.

Each is one line of `test_evaluations.jsonl`. Test data that has been looked at often says less.
"""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

LOG = Path(__file__).parent / "test_evaluations.jsonl"


def append(
    log: Path, recipe: str, recipe_sha256: str, corpus: str, split: str, macro_f1: Mapping[str, float]
) -> None:
    """Add a line for each file (MODEL.VARIANT) whose F1 on this split of a corpus somebody now knows."""
    shared = {"date": date.today().isoformat(), "recipe": recipe, "recipe_sha256": recipe_sha256}
    with log.open("a", encoding="utf-8") as file:
        for model, value in macro_f1.items():
            line = shared | {"corpus": corpus, "split": split, "model": model, "macro_f1": round(value, 6)}
            file.write(json.dumps(line) + "\n")


def count(log: Path, corpus: str, split: str) -> int:
    """Count the evaluations on this split of a corpus; lines of earlier versions name none."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.is_file() else []
    evaluations = map(json.loads, lines)
    return sum((each.get("corpus"), each.get("split")) == (corpus, split) for each in evaluations)
