"""Document: the one type that every corpus reader makes and everything after it takes."""

import re

from pydantic import BaseModel, ConfigDict, model_validator

_PASSAGE = re.compile(r"(\d+)_\d+")


class CorpusError(Exception):
    """A corpus cannot be read. The message names the file, the line and what to do next."""


class Span(BaseModel):
    """A gold mention: `start` to `end` (exclusive) in the document's text, in code points."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    start: int
    end: int
    label: str


class Document(BaseModel):
    """One text and its gold mentions, sorted; overlapping mentions are kept for scoring."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    spans: tuple[Span, ...] = ()

    @property
    def article(self) -> str:
        """Id of what the text is taken from: of a passage `PMID_n`, the digits before `_`; else its own."""
        passage = _PASSAGE.fullmatch(self.id)
        return passage[1] if passage else self.id

    @model_validator(mode="after")
    def _spans_lie_in_the_text(self) -> "Document":
        for span in self.spans:
            if not 0 <= span.start < span.end <= len(self.text):
                place = f"{span.start}:{span.end}"
                raise ValueError(
                    f"document {self.id}: span {place} lies outside its {len(self.text)} characters"
                )
        if list(self.spans) != sorted(self.spans, key=lambda s: (s.start, s.end, s.label)):
            raise ValueError(f"document {self.id}: spans are not sorted")
        return self
