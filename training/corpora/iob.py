"""IOB tags over tokens to mentions in text, for corpora that kept tokens and lost their spacing.

A document's text is made of its tokens: one space between tokens, one line feed between sentences.
Tags are IOB1 or IOB2; both decode by conlleval's rule: a mention starts at B-X, and at I-X that
does not follow a tag of X in the same sentence.
"""

import re
from collections.abc import Iterable, Sequence

from .document import Document, Span
from .findings import Findings
from .source import make_document

_TAG = re.compile(r"O|[BI]-.+")


def check_tag(tag: str) -> str:
    """Return the tag itself.

    Raises:
        ValueError: it is not O, B-X or I-X.
    """
    if not _TAG.fullmatch(tag):
        raise ValueError(f"tag {tag!r} is not IOB: O, B-TYPE or I-TYPE (convert IOBES and BILOU first)")
    return tag


def continues_nothing(tags: Sequence[str]) -> str | None:
    """The first I-X that does not follow a tag of X, which IOB2 does not allow; None without one."""
    for before, tag in zip(["O", *tags], tags, strict=False):
        if tag.startswith("I-") and before[2:] != tag[2:]:
            return tag
    return None


def make_tagged_document(
    identifier: str, sentences: Iterable[tuple[Sequence[str], Sequence[str]]], findings: Findings
) -> Document:
    """Make a document of its sentences, each a pair (tokens, tags) of one length.

    Raises:
        ValueError: a mention has white space at an edge, as a token can have it.
    """
    texts, found, start = [], [], 0
    for tokens, tags in sentences:
        texts.append(" ".join(tokens))
        found += _spans(tokens, tags, start)
        start += len(texts[-1]) + 1
    text = "\n".join(texts)
    spans = [
        span for tagged in found for span in findings.spans(text, tagged.start, tagged.end, tagged.label)
    ]
    return make_document(identifier, text, spans)


def _spans(tokens: Sequence[str], tags: Sequence[str], start: int) -> list[Span]:
    """The mentions of one sentence that begins at `start` in its document."""
    spans: list[Span] = []
    before = "O"
    for token, tag in zip(tokens, tags, strict=True):
        end = start + len(token)
        if tag.startswith("I-") and before[2:] == tag[2:]:
            spans[-1] = Span(start=spans[-1].start, end=end, label=tag[2:])
        elif tag != "O":
            spans.append(Span(start=start, end=end, label=tag[2:]))
        before, start = tag, end + 1
    return spans
