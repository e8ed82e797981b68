"""A recipe's definition of a corpus: its format, its files, and what its labels mean."""

import difflib
import re

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from cards.ledger import Genre

from .formats import FORMATS, HUB


class Corpus(BaseModel):
    """A corpus and the files that it is read from.

    It is looked for under `--data ID=PATH`, $CLINSTILL_DATA/ID, `ID/` beside the recipes, on the Hub.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    format: str  # one of FORMATS
    license: str
    url: str | None = None  # where a person gets it
    description: str | None = None  # what kind of text it is, for the card
    citation: str | None = None  # BibTeX, for the card
    genre: Genre | None = None  # what kind of text it is, for the limits that the card derives
    repo: str | None = None  # Hub data set
    revision: str | None = None  # full commit of the Hub data set
    files: dict[str, str] = Field(min_length=1)  # split -> file in the corpus' folder, or the Hub's split
    types: dict[str, str] = {}  # the source's label -> ours; any other label in the source is an error
    ignore: tuple[str, ...] = ()  # the source's labels that are left out on purpose
    # What to do with mentions that are an error otherwise: cut white space off their edges; leave out those
    # that are quoted otherwise than the text reads.
    trim_mentions: bool = False
    skip_mismatched: bool = False
    tags: tuple[str, ...] = ()  # tag names in a Hub data set's own numbering, where it does not name them

    @field_validator("format")
    @classmethod
    def _a_format_that_is_read(cls, name: str) -> str:
        if name not in FORMATS:
            near = difflib.get_close_matches(name, FORMATS, n=1)
            question = f" (did you mean {near[0]!r}?)" if near else ""
            raise ValueError(f"no format {name!r}{question}; formats: {', '.join(FORMATS)}")
        return name

    @model_validator(mode="after")
    def _hub_at_a_full_revision(self) -> "Corpus":
        if self.format == HUB and not self.repo:
            raise ValueError("format `hub` needs `repo`, the id of the Hub data set")
        if self.repo and not re.fullmatch(r"[0-9a-f]{40}", self.revision or ""):
            raise ValueError(f"`repo` needs a full commit (40 hex digits) as `revision`: {self.revision!r}")
        return self
