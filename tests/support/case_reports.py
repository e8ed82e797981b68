"""A tiny invented corpus of chemicals and diseases, as JSON lines."""

import json
from pathlib import Path

# For `--set`, in place of a recipe's corpus bc5cdr.
CORPUS = (
    "corpora.bc5cdr={id: invented, format: jsonl, license: cc0-1.0,"
    " files: {train: train.jsonl, development: development.jsonl, test: test.jsonl},"
    " types: {Chemical: Chemical, Disease: Disease}}"
)


def write_split(path: Path, count: int) -> None:
    """Write so many sentences with their mentions."""
    lines = []
    for index in range(count):
        drug, disease = ("zalcipine", "morvastat")[index % 2], ("rash", "acute gout", "tremor")[index % 3]
        text = f"Case {path.stem} {index}: {disease} improved after {drug} was stopped."
        entities = [
            {"start": text.index(name), "end": text.index(name) + len(name), "label": label}
            for name, label in ((drug, "Chemical"), (disease, "Disease"))
        ]
        lines.append(json.dumps({"id": f"{path.stem}-{index}", "text": text, "entities": entities}))
    path.write_text("\n".join(lines) + "\n")


def write_corpus(folder: Path) -> Path:
    """Write the three splits that CORPUS names; returns the folder."""
    folder.mkdir()
    for split, count in (("train", 30), ("development", 10), ("test", 8)):
        write_split(folder / f"{split}.jsonl", count)
    return folder
