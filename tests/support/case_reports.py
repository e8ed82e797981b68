"""A tiny invented corpus of chemicals and diseases, as JSON lines."""

import json
from pathlib import Path


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
