"""A recipe's definition of a corpus: its format, its files and splits, and what its labels mean."""

import difflib
import re
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    field_validator,
    model_validator,
)
from pydantic_core import CoreSchema

from cards.ledger import Genre

from .formats import FORMATS, HUB

Ignore = tuple[str, ...] | Literal["*"]


def _inside(path: str) -> str:
    """Refuse what leads out of a folder: a recipe may be a stranger's."""
    read = PureWindowsPath(path)  # which knows drives, and both slashes
    if read.anchor or ".." in read.parts:
        raise ValueError(f"{path!r} is absolute or has `..`; corpora are read from below their folders alone")
    return path


Inside = Annotated[str, AfterValidator(_inside)]
SplitName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")]  # of files in a run, and in claim ids


class MappedType(BaseModel):
    """What a label of the source means to us. A recipe may write our label alone, which is then complete.

    A partial type marks only some of what our label means, as medications are some of the chemicals: its
    mentions count, and whether any other word has our label is unknown.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True
    )

    label: str = Field(alias="as")
    """Our label."""
    partial: bool = False
    """Whether it marks only some of what our label means."""

    @model_validator(mode="before")
    @classmethod
    def _of_a_label_alone(cls, value: Any) -> Any:
        return {"as": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {"anyOf": [{"type": "string"}, handler(schema)]}


class Cut(BaseModel):
    """Documents of a file that make a split of their own, chosen by the SHA-256 of their id.

    Of a passage it is that of its article's id (`Document.article`), so that an article is never divided.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    of: str | None = None
    """Split of the file that is cut; a corpus of one file need not say it."""
    sha256_of_id: tuple[Annotated[int, Field(ge=0, le=15)], ...] = Field(min_length=1)
    """First hexadecimal digits, written 0 to 15; each is about a sixteenth of the documents."""


class Corpus(BaseModel):
    """A corpus and the files that it is read from.

    It is looked for under `--data ID=PATH`, $CLINSTILL_DATA/ID, `ID/` beside the recipes, on the Hub.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    id: Inside
    """Folder that it lies in under $CLINSTILL_DATA, and what `--data` calls it; by default its name here."""
    format: str
    """`brat`, `conll`, `hub`, `jsonl`, `lines` or `pubtator`."""
    license: str
    """Of the corpus."""
    url: str | None = None
    """Where a person gets it."""
    description: str | None = None
    """What kind of text it is, for the card."""
    citation: str | None = None
    """BibTeX, for the card."""
    genre: Genre | None = None
    """What kind of text it is, for the limits that the card derives."""
    repo: str | None = None
    """Id of a Hub data set."""
    revision: str | None = None
    """Full commit of the Hub data set."""
    files: dict[SplitName, Inside] = Field(min_length=1)
    """Split: file in the corpus' folder, or the Hub's split."""
    splits: dict[SplitName, Cut] = {}
    """Further splits, cut out of files; what is left keeps the split of its file."""
    types: dict[str, MappedType] = {}
    """The source's label: ours. Any other label in the source is an error."""
    ignore: Ignore = ()
    """The source's labels that are left out on purpose; `*`: all that `types` has not."""
    trim_mentions: bool = False
    """Cut white space off the edges of mentions, which is an error otherwise."""
    skip_mismatched: bool = False
    """Leave out mentions that are quoted otherwise than the text reads, which is an error otherwise."""
    tags: tuple[str, ...] = ()
    """Tag names in a Hub data set's own numbering, where it does not name them."""

    @property
    def annotates(self) -> dict[str, bool]:
        """Our labels that its mentions have -> whether it marks every mention of that label.

        Where it does, a word outside all mentions has not that label. Where it does not, and for a label that
        is not here, this is unknown. Of several types that give one label, one partial type makes it partial:
        the words that this type does not mark may be mentions, however well the other types are marked.
        """
        complete: dict[str, bool] = {}
        for mapped in self.types.values():
            complete[mapped.label] = complete.get(mapped.label, True) and not mapped.partial
        return complete

    @property
    def split_names(self) -> tuple[str, ...]:
        """All splits: of each file its own, then those that are cut out of it."""
        return tuple(
            name for split in self.files for name in dict.fromkeys((split, *self.cuts(split).values()))
        )

    def cuts(self, split: str) -> dict[int, str]:
        """What is cut out of the file of `split`: first digit of the hash -> the split that it belongs to."""
        return {
            digit: name
            for name, cut in self.splits.items()
            if cut.of in (None, split)
            for digit in cut.sha256_of_id
        }

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

    @model_validator(mode="after")
    def _cut_without_doubt(self) -> "Corpus":
        if problems := list(self._doubtful_cuts()):
            raise ValueError("; ".join(problems))
        return self

    def _doubtful_cuts(self) -> Iterator[str]:
        taken: dict[tuple[str, int], str] = {}
        for name, cut in self.splits.items():
            if name in self.files:
                yield f"splits.{name}: `files` has a split of this name; what a rule leaves keeps that name"
            if cut.of is None and len(self.files) > 1:
                yield f"splits.{name}: say `of` which file; its split is one of {', '.join(self.files)}"
            if cut.of is not None and cut.of not in self.files:
                yield f"splits.{name}.of: no file of a split {cut.of!r}; `files` has {', '.join(self.files)}"
            file = cut.of or next(iter(self.files))
            for digit in cut.sha256_of_id:
                if other := taken.get((file, digit)):
                    yield f"splits.{name}: digit {digit} of {file} belongs to {other} already"
                taken[file, digit] = name
        for split in self.files:
            if len(self.cuts(split)) == 16:
                yield f"splits: nothing is left of {split}; leave a digit to it"
