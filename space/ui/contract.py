"""What the page needs of a tagger and its entities; the engine's own types satisfy it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol


class Entity(Protocol):
    """One mention; `text == input[start:end]`, offsets in code points."""

    start: int
    end: int
    label: str
    score: float
    text: str


Key = tuple[int, int, str]


def key(entity: Entity) -> Key:
    """What makes two models' entities the same; scores do not."""
    return entity.start, entity.end, entity.label


class Busy(Exception):  # noqa: N818 — it is a state, as in the service
    """There is no room for another text now. The message is for visitors and does not quote the text."""


class Tagger(Protocol):
    labels: list[str]  # entity types
    file: Path  # the ONNX file
    sha256: str  # of that file
    threads: int
    notes: list[str]
    tokenizer: Any  # encode(text).ids are its tokens, special tokens included

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
    # In a session of its own, loaded on first use, with so many threads; None: one a usable processor.
    alone: Callable[[int | None], Tagger]
    pictures: Mapping[str, bytes] = field(
        default_factory=dict
    )  # files that its card shows, by path in its folder
