"""Sentences to statements."""

import re
from dataclasses import replace

from .document import Block, Document
from .meaning import Meaning, gather, statement
from .quantities import numbers
from .statement import Statement
from .vocabulary import Vocabulary

_SENTENCE_END = re.compile(r"[.!?](?=\s|$)|\n\s*\n")


def read_prose(block: Block, document: Document, words: Vocabulary, context: Meaning, passage: int):
    found: list[Statement] = []
    text, start = block.span.text, 0
    for match in [*_SENTENCE_END.finditer(text), None]:
        end = match.end() if match else len(text)
        sentence = text[start:end]
        passage += 1
        marked = numbers(sentence)
        if len(marked) == 1 and marked[0].unit in ("%", "mb", "ms", ""):
            meaning = gather(words.mentions(sentence)).over(context)
            if not meaning.direction:
                shown = sentence[marked[0].start : marked[0].stop]
                place = document.place(block.span.start + start + marked[0].start)
                made = statement(marked[0], meaning, "prose", place, shown, passage)
                if made and not (marked[0].whole and not marked[0].unit):
                    found.append(replace(made, where="list" if block.kind == "item" else "prose"))
        start = end
    return found, passage
