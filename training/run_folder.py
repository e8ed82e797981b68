"""Layout of a run folder.

recipe.yaml  ledger.json  figures/  log/     for people and for cards, publishing, the Space
models/NAME/                                 the Hub's layout, one folder a model
corpora/NAME/SPLIT.jsonl  corpora/guard.jsonl   the texts, as they are trained and measured on
steps/NAME/                                  what a step leaves (`model/`), and its record
measured/                                    what the models found, and how long they took
folds/NUMBER/                                under cross-validation, a run without this part of the split
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

# The runnable files of a model, relative to its folder: as optimum exports it, the same weights stored
# as FP16 and computed in FP32, and quantized.
VARIANTS = {"fp32": "onnx/model.onnx", "fp16": "onnx/model_fp16.onnx", "int8": "onnx/model_quantized.onnx"}
RECIPE = "recipe.yaml"  # resolved; of a run, and of each of its models


@dataclass(frozen=True)
class RunFolder:
    path: Path

    @property
    def recipe(self) -> Path:
        return self.path / RECIPE

    @property
    def ledger(self) -> Path:
        return self.path / "ledger.json"

    @property
    def figures(self) -> Path:
        return self._made("figures")

    @property
    def log(self) -> Path:
        return self._made("log")

    @property
    def models(self) -> Path:
        return self._made("models")

    @property
    def measured(self) -> Path:
        return self._made("measured")

    def step(self, name: str) -> Path:
        """Folder of a step, or of another node of the graph."""
        return self.path / "steps" / name

    def output(self, step: str) -> Path:
        """The encoder or token classifier that a step leaves."""
        return self.path / "steps" / step / "model"

    def fold(self, number: int) -> "RunFolder":
        """Folder of the run without this part of the guard's split."""
        return RunFolder(self.path / "folds" / str(number))

    def folds(self) -> list["RunFolder"]:
        """Folders of the runs without a part of the guard's split each, in the order of the parts."""
        there = sorted((self.path / "folds").glob("*"), key=lambda path: int(path.name))
        return [RunFolder(path) for path in there]

    @property
    def unbundled(self) -> bool:
        """Whether `unbundle` made it of a bundled pair: its models are there, and are not trained again."""
        return (self.path / "steps" / "unbundle").is_dir()

    def split(self, corpus: str, split: str) -> Path:
        """File of one split of a corpus of the recipe, JSON lines."""
        return self.path / "corpora" / corpus / f"{split}.jsonl"

    @property
    def guard(self) -> Path:
        """File of the guard documents, JSON lines."""
        return self.path / "corpora" / "guard.jsonl"

    def _made(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def variants_of(model_folder: Path) -> dict[str, str]:
    """The runnable files that a model has, by their names in VARIANTS."""
    return {name: file for name, file in VARIANTS.items() if (model_folder / file).is_file()}


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
