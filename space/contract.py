"""Models as pages and service are handed them; neither loads one."""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from .engine import Entity as Entity


class Busy(Exception):  # noqa: N818 — it is a state, as in the service
    """There is no room for another text now. The message is for visitors and does not quote the text."""


class Tagger(Protocol):
    labels: list[str]  # entity types
    file: Path  # the ONNX file
    threads: int
    notes: list[str]
    tokenizer: Any  # encode(text).ids are its tokens, special tokens included

    @property
    def sha256(self) -> str: ...  # of that file

    def __call__(self, texts: Iterable[str]) -> list[list[Entity]]: ...


class QueuedTagger(Tagger, Protocol):
    """A tagger whose texts wait with everybody's; it raises Busy when the queue has no room for them."""

    def notice(self, text: str) -> str | None:
        """What a reader should be told about the text, such as that it is not English; takes milliseconds."""

    async def find(self, texts: Iterable[str]) -> list[list[Entity]]:
        """As when it is called. Cancelling it ends the work."""


@dataclass(frozen=True)
class Model:
    """A loaded model as the page shows it."""

    name: str  # "Student" or "Teacher"
    origin: str  # folder, or Hub id and revision
    tagger: QueuedTagger
    card: str  # its README.md, front matter included; empty when it has none
    id: str  # Hub id, or the name of its folder
    revision: str  # Hub commit, or "sha256:" and the hash of the ONNX file
    ledger: dict[str, Any] | None  # its ledger.json; None when it has none
    # With so many threads (None: one a usable processor) and past the queue; loaded on first use, where the
    # service's own tagger has another number.
    alone: Callable[[int | None], Tagger]
    # Files that its card shows, by path in its folder.
    pictures: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Served:
    """A loaded model as the service names and runs it."""

    role: str  # "student" or "teacher"
    model: str  # Hub id, or the name of its folder
    revision: str  # Hub commit, or "sha256:" and the hash of the ONNX file
    file: str  # the ONNX file's name
    sha256: str  # of that file
    bytes: int
    labels: list[str]  # entity types
    threads: int  # of the window of a text that is alone; any other takes one
    # Tags one text, one window for each `next`; its entities are the generator's return value. Before each it
    # asks whether the text is alone.
    steps: Callable[[str, Callable[[], bool]], Generator[None, None, list[Entity]]]
