"""Lists under a line that says what they hold: "Span F1 on the test set, per type:", then "Tumour: 0.88"."""

import re
from dataclasses import replace

from .document import Block, Document
from .meaning import SCORES, Meaning, gather, statement
from .quantities import numbers
from .statement import Statement
from .vocabulary import Vocabulary

_ITEM = re.compile(r"\s*(?P<name>[^\W\d][^:=|\d]{1,40}?)\s*(?:[:=|]|\s[–—-]\s)\s*$")


# "Test F1: 0.91" between "Problem F1" and "Treatment F1" is of a type, as i2b2 has it.
_TEST = re.compile(r"\W*tests?\s(?:f1|precision|recall|f-score)\b", re.IGNORECASE)


def with_test_type(statements: list[Statement], document: Document) -> list[Statement]:
    """The statements, where the scores of "test" in a list of types are those of a type."""
    for block in document.blocks:
        if block.kind != "item" or not _TEST.match(block.span.text):
            continue
        near = [s for s in statements if s.where == "list" and abs(s.place.line - block.line) <= 3]
        typed = [
            s for s in near if s.quantity in SCORES and s.group not in (None, "macro", "micro", "weighted")
        ]
        if len({s.group for s in typed}) > 1:
            statements = [
                replace(s, group=s.group or "test", split=typed[0].split) if s.place.line == block.line else s
                for s in statements
            ]
    return statements


def read_item(
    block: Block, document: Document, words: Vocabulary, lead: Meaning, passage: int
) -> Statement | None:
    """The one number of a "name: number" item whose meaning the line above the list tells."""
    text = block.span.text
    marked = numbers(text)
    if len(marked) != 1 or lead.quantity not in (*SCORES, "latency", "size", "parameters"):
        return None
    item = _ITEM.fullmatch(text[: marked[0].start])
    if not item or re.search(r"[^\W\d_]{3,}", text[marked[0].stop :]):
        return None
    said = gather(words.mentions(item["name"]))
    if said.quantity or said.counted:
        return None
    name = " ".join(re.findall(r"[^\W_]+", item["name"].lower()))
    if not said.subject and not said.group and not said.split and not said.statistic:
        said = replace(said, **({"group": name} if lead.quantity in SCORES else {"model": name}))
    place = document.place(block.span.start + marked[0].start)
    shown = text[marked[0].start : marked[0].stop]
    return statement(marked[0], said.over(lead), "list", place, shown, passage)
