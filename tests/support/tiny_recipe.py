"""A recipe of every kind of step on a corpus of invented drugs, which trains in seconds."""

import json
from pathlib import Path

FITTING = {"on": {"invented": ["train"]}, "epochs": 2, "learning_rate": 2e-3, "batch_size": 4}
DISTILLING = FITTING | {"teachers": ["teacher"], "loss": {"temperature": 2, "kl": 0.5, "ce": 0.5}}
RECIPE = {
    "name": "tiny",
    "title": "Tiny",
    "summary": "finds invented drugs",
    "labels": ["Drug"],
    "corpora": {
        "invented": {
            "format": "jsonl",
            "license": "cc0-1.0",
            "files": {"train": "train.jsonl", "development": "development.jsonl", "test": "test.jsonl"},
            "types": {"Drug": "Drug"},
        }
    },
    "guard": {"corpus": "invented", "split": "development", "documents": 4},
    "measure": {"invented": "test"},
    "window": 32,
    "overlap": 4,
    "threads": 1,  # a load that changes between two runs must not change the weights
    "steps": {
        "encoder": {
            "do": "vocabulary",
            "base": {"id": "tiny", "license": "apache-2.0", "source": "scratch:2x32"},
            "on": {"invented": ["train"]},
            "trim": {"min_count": 2},
        },
        "teacher": {"do": "finetune", "encoder": "encoder"} | FITTING,
        "student": {"do": "distil", "start": {"layers": [1], "of": "teacher"}} | DISTILLING,
        "pruned": {"do": "prune", "of": "student", "amount": 0.5} | DISTILLING | {"epochs": 1},
    },
    "models": {"student": {"from": "pruned", "int8": {}}},
}


def write_corpus(folder: Path) -> None:
    folder.mkdir()
    for split, count in (("train", 24), ("development", 8), ("test", 6)):
        lines = []
        for index in range(count):
            drug = ("zalcipine", "morvastat", "kelidone")[index % 3]
            text = f"Patient {index} took {drug} for {index + 2} days and then felt better."
            start = text.index(drug)
            entities = [{"start": start, "end": start + len(drug), "label": "Drug"}]
            lines.append(json.dumps({"id": f"{split}-{index}", "text": text, "entities": entities}))
        (folder / f"{split}.jsonl").write_text("\n".join(lines) + "\n")
