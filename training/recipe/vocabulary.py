"""`do: vocabulary`: an encoder whose tokenizer reads notes, and whose vocabulary is that of the domain."""

from typing import Literal

from pydantic import Field

from .references import CorpusName, Splits, Strict


class Base(Strict):
    """A pretrained encoder."""

    id: str
    """Of the Hub, or any name where `source` says where it lies."""
    license: str
    """Of its weights."""
    revision: str | None = None
    """Commit of the Hub repository."""
    source: str | None = None
    """Where the weights lie when not on the Hub: a folder, `package:NAME` for a Python package that carries
    them, `scratch:LAYERSxHIDDEN` for new ones."""

    def published(self) -> "Base":
        """The same without a folder of this machine."""
        kind = (self.source or "").partition(":")[0]
        return self if kind in ("package", "scratch") else self.model_copy(update={"source": None})


class Trim(Strict):
    """Word pieces seen fewer times are dropped; single characters and special tokens stay."""

    min_count: int = Field(ge=1)
    """Pieces that are seen fewer times are dropped."""


class Vocabulary(Strict):
    """Takes a base, or learns the vocabulary of one from scratch."""

    do: Literal["vocabulary"]
    """The kind of step."""
    base: Base
    """The pretrained encoder."""
    on: Splits = Field(default={})
    """Corpus: splits whose texts pieces are counted in, or learned from."""
    texts: tuple[CorpusName, ...] = ()
    """Corpora without labels whose texts are counted, too."""
    trim: Trim | None = None
    """Drop rare pieces; without this all stay."""
    seed: int = 13
    """Of the random weights of a base from scratch."""
