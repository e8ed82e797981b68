"""What the Trainer of transformers writes on a card: base, data set, results of the evaluation, its table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import Block
from .numbers import Number, read_number
from .tables import Row, item_parts, lists, table_rows

_SENTENCE = re.compile(
    r"This model is a fine-tuned version of \[(?P<base>[^\[\]]+)\]\(https://huggingface\.co/[^()\s]+\)"
    r"(?: on (?:the|an) (?P<data>[^\n]+?) dataset\.(?=\s|$))?"
)
_ACHIEVES = re.compile(r"It achieves the following results on the evaluation set:\s*$")
_STEPS = ("Training Loss", "Epoch", "Step")


@dataclass(frozen=True)
class Result:
    """A line of the list of results."""

    metric: str
    number: Number
    line: int


@dataclass(frozen=True)
class TrainerCard:
    """The parts that are there.

    Attributes:
        line: Of the sentence on base and data set; 0 without one.
        base: The base model in the sentence.
        data: The data sets in the sentence, as they are joined there.
        results: The list below "It achieves the following results".
        steps: The rows of the table of training results, its heads first.
    """

    line: int
    base: str
    data: str
    results: tuple[Result, ...]
    steps: tuple[Row, ...]


def read_trainer(blocks: Sequence[Block]) -> TrainerCard | None:
    """What the Trainer wrote; None where it did not write the card."""
    line, base, data = 0, "", ""
    results: tuple[Result, ...] = ()
    steps: tuple[Row, ...] = ()
    for at, block in enumerate(blocks):
        if block.kind == "paragraph":
            if found := _SENTENCE.search(block.text):
                line, base, data = block.line, found["base"], found["data"] or ""
            if _ACHIEVES.search(block.text) and not results:
                results = _results(next(lists(blocks[at + 1 :]), []), block)
        elif block.kind == "table" and not steps and _STEPS[0] in block.lines[0]:
            rows = table_rows(block)
            if {*_STEPS} <= {*rows[0].cells}:
                steps = tuple(rows)
    return TrainerCard(line, base, data, results, steps) if line or results else None


def _results(items: list[Block], above: Block) -> tuple[Result, ...]:
    """The items right below the sentence that are one number each."""
    if not items or items[0].line > above.last_line + 2:
        return ()
    parts = [(item_parts(item), item.line) for item in items]
    return tuple(
        Result(part[0], number, line) for part, line in parts if part and (number := read_number(part[1]))
    )
