"""Provenance of claims: the file, data, machine and day that a number was measured on."""

import datetime
import math
import platform
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TypedDict, Unpack

from safetensors import safe_open

from cards.ledger import Artifact, Claim, ClaimId, DataSet, Environment, Interval
from cards.ledger.records import Aggregation
from space.engine.cpu import instruction_set

from .. import corpora
from ..corpora import Corpus, Document
from ..run_folder import sha256

PACKAGES = ("onnxruntime", "tokenizers", "numpy")


class Details(TypedDict, total=False):
    """The fields of `Claim` that not every claim has."""

    n: int
    interval: Interval | None
    split: str
    data: DataSet
    artifact: Artifact | None
    environment: Environment
    method: str | None
    disturbed: float | None


def claim(
    claim_id: ClaimId,
    name: str,
    value: float,
    unit: str,
    aggregation: Aggregation = "value",
    *,
    command: str,
    **details: Unpack[Details],
) -> Claim:
    """A claim that is measured today; the arguments are the fields of `Claim`."""
    return Claim(
        id=claim_id,
        name=name,
        value=value,
        unit=unit,
        aggregation=aggregation,
        command=command,
        date=datetime.date.today(),
        **details,
    )


def artifact(model_folder: Path, file: str) -> Artifact:
    """Describe one file of a model folder, with the number of parameters of the model's checkpoint."""
    path = model_folder / file
    return Artifact(
        model=model_folder.name,
        file=file,
        sha256=sha256(path),
        bytes=path.stat().st_size,
        parameters=parameters(model_folder / "model.safetensors"),
    )


def parameters(checkpoint: Path) -> int:
    """How many numbers a safetensors file stores, by its header."""
    with safe_open(checkpoint, framework="numpy") as tensors:
        names = tensors.keys()
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in names)


def data_set(corpus: Corpus, documents: Sequence[Document]) -> DataSet:
    """Describe the documents of one split, as they were read."""
    return DataSet(
        id=corpus.repo or corpus.id,
        revision=corpus.revision,
        sha256=corpora.sha256(documents),
        documents=len(documents),
        genre=corpus.genre,
    )


def environment(threads: int, packages: Sequence[str] = PACKAGES) -> Environment:
    """Describe this machine, with the versions of these packages: by default, what the engine computes with.

    Args:
        threads: how many the measured program computed with.
        packages: names of installed distributions.
    """
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
