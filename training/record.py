"""Record of a finished node: what decided what it left, what that is, and what it cost."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict

from cards.ledger import Claim

RECORD = "record.json"  # in the node's folder


class Inputs(BaseModel):
    """Everything that decides what a node leaves."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    settings: dict[str, Any]
    files: dict[str, list[str]]  # hashes of what it reads, by what it is to the node
    code: dict[str, str]  # module -> hash

    @property
    def key(self) -> str:
        text = json.dumps(self.model_dump(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


class Sitting(BaseModel):
    """The energy of one uninterrupted part of a node. One that was killed and went on has several, maybe on
    several machines."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None  # how it was measured; None where it is not known
    country: str | None = None  # where, as ISO 3166 has it
    kwh: float = 0.0
    threads: int | None = None  # that a training computed with; None where nothing was trained
    arithmetic: str | None = None  # "FP32", or how it computed in bfloat16


class Attempt(BaseModel):
    """Cost of a node so far: wall-clock and processor seconds, peak of resident memory in bytes, energy."""

    model_config = ConfigDict(extra="forbid")

    inputs: str  # their key
    seconds: float = 0.0
    processor_seconds: float = 0.0  # of all threads together
    peak_memory: int = 0
    sittings: list[Sitting] = []


class Record(BaseModel):
    """What a finished node says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    node: str
    inputs: Inputs
    versions: dict[str, str]  # of libraries: they may change what comes out, but do not make it run again
    cost: Attempt
    outputs: dict[str, str]  # file relative to the run folder -> sha256
    claims: tuple[Claim, ...]
