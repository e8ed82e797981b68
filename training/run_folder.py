"""Layout of a run folder.

recipe.yaml  ledger.json  figures/  log/     for people and for cards, publishing, the Space
models/NAME/                                 the Hub's layout, one folder a model
work/STAGE/                                  what a stage keeps for later ones, and its record
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

# The runnable files of a model, relative to its folder: as optimum exports it, the same weights stored
# as FP16 and computed in FP32, and quantized.
VARIANTS = {"fp32": "onnx/model.onnx", "fp16": "onnx/model_fp16.onnx", "int8": "onnx/model_quantized.onnx"}


@dataclass(frozen=True)
class RunFolder:
    path: Path

    @property
    def recipe(self) -> Path:
        return self.path / "recipe.yaml"

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

    def work(self, stage: str) -> Path:
        return self._made(f"work/{stage}")

    @property
    def unbundled(self) -> bool:
        """Whether `unbundle` made it of a bundled pair: its models are there, and are not trained again."""
        return (self.path / "work" / "unbundle").is_dir()

    def split(self, name: str) -> Path:
        """File of one split, JSON lines: "train", "development", "test", "guard" or "unlabelled"."""
        return self.work("corpus") / f"{name}.jsonl"

    def _made(self, name: str) -> Path:
        folder = self.path / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def sha256(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
