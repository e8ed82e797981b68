"""What a number was measured on: file, data and machine, as the ledger names them."""

import math
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from safetensors import safe_open

from cards.ledger import Artifact, DataSet, Environment
from space.engine.cpu import instruction_set

from . import corpora
from .corpora import Corpus, Document
from .run_folder import sha256

PACKAGES = ("onnxruntime", "tokenizers", "numpy")


def artifact(model_folder: Path, file: str) -> Artifact:
    """One file of a model folder, with the parameters of the model's checkpoint."""
    path = model_folder / file
    return Artifact(
        model=model_folder.name,
        file=file,
        sha256=sha256(path),
        bytes=path.stat().st_size,
        parameters=parameters(model_folder / "model.safetensors"),
    )


def parameters(checkpoint: Path) -> int:
    """Numbers stored in a safetensors file, by its header."""
    with safe_open(checkpoint, framework="numpy") as tensors:
        names = tensors.keys()
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)


def data_set(corpus: Corpus, documents: Sequence[Document]) -> DataSet:
    """The documents of one split, as read."""
    return DataSet(
        id=corpus.repo or corpus.id,
        revision=corpus.revision,
        sha256=corpora.sha256(documents),
        documents=len(documents),
        genre=corpus.genre,
    )


def environment(threads: int, packages: Sequence[str] = PACKAGES) -> Environment:
    """This machine and the versions of these packages: by default of all that the engine computes with."""
    return Environment(
        cpu=_cpu_name(),
        isa=instruction_set(),
        threads=threads,
        versions={"python": platform.python_version(), **{name: version(name) for name in packages}},
    )


def _cpu_name(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    if cpuinfo.is_file():
        for line in cpuinfo.read_text().splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()
