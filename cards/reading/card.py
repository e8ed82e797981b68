"""A whole card: its blocks in order, each with what the text above says of it."""

import re
from dataclasses import dataclass, replace

from .document import Block, Document, parse
from .front_matter import parse_front_matter, read_model_index
from .heads import SPLITS
from .listing import read_item, with_test_type
from .meaning import Meaning, gather
from .names import learn
from .phrases import read_phrases
from .prose import read_prose
from .reports import with_reports
from .slashed import slashed
from .statement import Phrase, Statement
from .tables import read_table
from .vocabulary import Vocabulary

_SPLIT_ITEM = re.compile(rf"\W*({'|'.join(SPLITS)})\s+[a-z]+\W*:", re.IGNORECASE)  # "Test samples: ..."
_LONGEST_READ = 300_000  # characters; what stands behind them in a card is data, not claims


@dataclass(frozen=True, eq=False)
class Card:
    """What a card says: its blocks, its numbers and its claims in words; itself a key of caches."""

    document: Document
    statements: tuple[Statement, ...]
    phrases: tuple[Phrase, ...]


def read(text: str, file: str) -> Card:
    """Read a card; never fails, whatever the text. `file` names it in places."""
    document = with_reports(parse(text, file))
    front_matter = parse_front_matter(document)
    words = learn(document, front_matter)
    statements: list[Statement] = read_model_index(front_matter, words, file)
    phrases: list[Phrase] = []
    passage = 0
    above: Block | None = None
    lead, listed = Meaning(), 0
    title = next((" ".join(b.span.text.split()) for b in document.blocks if b.level == 1), None)
    lists = slashed(document)
    for index, block in enumerate(document.blocks):
        if block.span.start > _LONGEST_READ:
            break
        context = _context(block, above, words, title)
        passage += 1
        if block.kind in ("paragraph", "heading"):  # a list below it may hold what it announces
            lead, listed = _lasting(words, block.span.text), passage
        if tabled := lists.get(index):
            statements += read_table(tabled, document, words, context, passage)
        elif index in lists:
            continue  # a row of that table
        elif block.table:
            found = read_table(block, document, words, context, passage)
            pasted = block.kind == "code"
            statements += [replace(statement, where="code") for statement in found] if pasted else found
        elif block.kind == "code":
            continue
        else:
            phrases += read_phrases(block, document, words, context, passage + 1)
            item = (
                read_item(block, document, words, lead.over(context), listed)
                if block.kind == "item"
                else None
            )
            found, passage = (
                ([item], passage) if item else read_prose(block, document, words, context, passage)
            )
            statements += found
        above = above if block.kind == "code" else block
    return Card(document, tuple(with_test_type(statements, document)), tuple(phrases))


def _context(block: Block, above: Block | None, words: Vocabulary, title: str | None) -> Meaning:
    """What headings, the items around it and the paragraph right above say of a block."""
    context = Meaning()
    for text in block.headings:
        context = _lasting(words, text).over(context)
        if text == title:  # what the whole card is about is nobody's in particular
            context = Meaning(dataset=context.dataset, split=context.split)
    for text in block.parents:
        context = _lasting(words, text).over(context)
    if block.kind == "item" and (item := _SPLIT_ITEM.match(block.span.text)):
        context = replace(context, split=SPLITS[item[1].lower()])
    if block.table and above and above.kind in ("paragraph", "item") and above.headings == block.headings:
        context = _lasting(words, above.span.text).over(context)
    return context


def _lasting(words: Vocabulary, text: str) -> Meaning:
    """What a text above says of what follows: the parts that it names exactly once."""
    mentions = words.mentions(text)
    once = []
    for mention in mentions:
        same = {other.value for other in mentions if other.kind == mention.kind}
        if len(same) == 1 and mention.kind in (
            "model",
            "variant",
            "dataset",
            "split",
            "quantity",
            "condition",
        ):
            once.append(mention)
    return gather(once)
