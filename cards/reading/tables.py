"""Tables to statements: what row heads, column heads, cells and the text above say of each number.

Either axis may hold the models, the metrics or the entity types.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from .columns import apart
from .document import Block, Document, Span
from .heads import (
    Head,
    axis,
    condition,
    is_condition,
    is_unread,
    kind_under,
    named,
    of_settings,
    read_head,
    with_types,
    with_whole_names,
)
from .meaning import SCORES, SHARES, Meaning, gather, merge, statement
from .prose import read_cell
from .quantities import Number, numbers
from .statement import Statement
from .vocabulary import FILE_NAME, Vocabulary


def read_table(
    block: Block, document: Document, words: Vocabulary, context: Meaning, passage: int
) -> list[Statement]:
    """The statements of one table; context is what the headings and the text above it say."""
    return list(_Reader(block, document, words, context, passage).read())


# "96.2% of micro-F1, 3.9x faster" in a cell is read as a sentence.
_COMPARES = re.compile(
    r"\s*of\s+[a-z]|[^|]{0,20}\b(?:faster|smaller|slower|fewer|lower|larger|kept|retained)\b", re.IGNORECASE
)
_VERSUS = re.compile(r"^\W*(?:vs|versus|compared|relative|against|than)\b", re.IGNORECASE)
_NOTHING = re.compile(r"[\s\-–—_.*†‡✓✗✔❌✅/]*(?:n/?a|none|tbd|\?)?[\s*]*", re.IGNORECASE)


class _Reader:
    def __init__(self, block: Block, document: Document, words: Vocabulary, context: Meaning, passage: int):
        self.rows = apart(block.table)
        self.document, self.words, self.context, self.passage = document, words, context, passage
        self.body = self.rows[1:]
        self.width = max(map(len, self.rows), default=0)
        self.settings = bool(self.rows and of_settings(self.rows[0][0].text))

    def read(self) -> Iterator[Statement]:
        if len(self.rows) < 2 or self.width < 2 or len(self.rows) * self.width > 200_000:
            return
        names = [column for column in range(self.width) if self._holds_names(column)]
        if len(names) == self.width:
            return
        columns = self._column_heads(names)
        row_heads = self._row_heads(names)
        conditions = [c for c in range(self.width) if c not in names and is_condition(columns[c])]
        if sum(bool(head.meaning.counted) for head in columns) > 1:  # tokens are counted there, too
            conditions = [c for c in conditions if columns[c].meaning.counted != "token"]
        if any(said.quantity or said.counted for said in (*(head.meaning for head in columns), *row_heads)):
            self.context = replace(self.context, quantity=None)  # the table itself says what it measures
        percent = self._percent(columns, row_heads, [*names, *conditions])
        for index, row in enumerate(self.body):
            head = row_heads[index]
            for column in conditions:
                head = self._under(head, columns[column], " ".join(row[column].text.split()))
            for column, cell in enumerate(row):
                if column in names or column in conditions:
                    continue
                yield from self._cell(cell, columns[column].meaning, head, percent)

    def _under(self, head: Meaning, column: Head, value: str) -> Meaning:
        """A row's head with what a column of conditions says: a seed's number, or "mean" under the seeds."""
        if column.text.strip().lower() == "rank":
            return head  # a place in an order is no condition
        if statistic := read_head(value, self.words).meaning.statistic:
            return replace(head, statistic=statistic)
        name = value if is_unread(value) else head.name
        return replace(head, name=name, conditions=head.conditions | {condition(column, value)})

    def _holds_names(self, column: int) -> bool:
        """Whether a column holds names: most of its cells are no bare numbers."""
        filled = [
            row[column].text
            for row in self.body
            if column < len(row) and not _NOTHING.fullmatch(row[column].text)
        ]
        return sum(not _bare(text) for text in filled) * 2 > len(filled) or (
            column == 0
            and not _measures(self.rows[0][0].text, self.words)
            and not is_condition(read_head(self.rows[0][0].text, self.words))
            and not is_unread(self.rows[0][0].text)
        )

    def _column_heads(self, names: list[int]) -> list[Head]:
        heads = with_types([read_head(cell.text, self.words) for cell in self.rows[0]])
        heads = with_whole_names(heads)
        kind = axis([h for c, h in enumerate(heads) if c not in names])
        if kind == "group":  # "test" beside "problem" and "treatment" is a type
            heads = [_as_type(h) if c not in names else h for c, h in enumerate(heads)]
        return [
            h if h.known or c in names else Head(h.text, named(h.text, kind, h.meaning), False)
            for c, h in enumerate(heads)
        ]

    def _row_heads(self, names: list[int]) -> list[Meaning]:
        meanings = [Meaning()] * len(self.body)
        for column in names:
            heading = self.rows[0][column].text
            kind = kind_under(heading)
            if kind == "ignored":
                continue
            heads = [read_head(row[column].text, self.words) for row in self.body]
            heads = with_whole_names(with_types(heads))
            kind = kind or axis(heads)
            above = None
            for index, head in enumerate(heads):
                if not head.text.strip() and above:  # an empty cell repeats the one above
                    head = above
                above = head
                said = replace(head.meaning, split=None) if kind == "group" else head.meaning
                if _is_name(head, kind_under(heading)):
                    said = Meaning(name=head.text)
                if kind in ("model", "group", "dataset") and not (said.quantity or said.statistic):
                    said = replace(said, unit="")  # "T-cell/B" is a name, no billions
                formats = kind == "group" and said.variants  # the type of a file: "Q4_K_M"
                if not formats and not self._says(said, kind):
                    said = named(head.text, kind, said)
                meanings[index] = merge(meanings[index], said) if column != names[0] else said
        return meanings

    def _says(self, said: Meaning, kind: str | None) -> bool:
        if said.statistic == "total":
            return True
        if kind == "model":
            return bool(said.model or said.variants or said.quantity or said.statistic)
        if kind is None:
            return said != Meaning(unit=said.unit, name=said.name)
        return bool(getattr(said, kind, None) or said.conditions or said.quantity or said.group)

    def _percent(self, columns: list[Head], rows: list[Meaning], unread: list[int]) -> bool:
        """Whether the table's scores without unit are percentages: when any is above 1.5."""
        for head, row in zip(rows, self.body, strict=True):
            for column, cell in enumerate(row):
                meaning = merge(head, columns[column].meaning).over(self.context)
                if column in unread or meaning.quantity not in SCORES:
                    continue
                found = _main(cell.text)
                if found and not found.unit and 1.5 < found.value <= 100:
                    return True
        return False

    def _cell(self, cell: Span, column: Meaning, row: Meaning, percent: bool) -> Iterator[Statement]:
        found = _main(cell.text)
        if not found:
            return
        if _COMPARES.search(cell.text, found.stop):
            topic, versus = (row, column.subject) if row.subject else (column, None)
            versus = row.versus or column.versus or versus
            if _VERSUS.search(row.name):
                topic, versus = column, row.versus or row.subject
            yield from read_cell(cell, self.document, self.words, topic, versus, self.passage)
            return
        said = self.words.mentions(
            cell.text[: found.start] + " " * (found.stop - found.start) + cell.text[found.stop :]
        )
        if row.variants or column.variants:  # "dynamic INT8 | 131 MB (embeddings stay FP32)"
            said = [m for m in said if m.kind != "variant"]
        if column.counted and found.whole and row.quantity in SCORES:  # "accuracy | 0.95 | 600"
            row = replace(row, quantity=None)
        if column.quantity == "change" and row.quantity:  # "Δ" beside the row of a metric
            if row.quantity in SCORES:
                column = replace(column, of=row.quantity)
            elif row.quantity in ("size", "parameters", "latency") and found.value < 0:  # "-75%" of a size
                column = replace(column, quantity="reduction", of=row.quantity)
                found = replace(found, value=-found.value, low=-found.high, high=-found.low)
            else:
                return
            row = replace(row, quantity=None)
        meaning = _completed(merge(merge(gather(said), row), column), found)
        meaning = _completed(meaning.over(self._context(row, column)), found)
        if (self.settings and meaning.quantity == "count") or is_unread(row.name, column.name):
            return
        mode = percent if meaning.quantity in (*SCORES, "change") else None
        if gather(said).quantity:  # "top-1 acc 76.2" in the cell: a scale of its own
            mode = percent or None
        place = self.document.place(cell.start + found.start)
        shown = cell.text[found.start : found.stop]
        made = statement(found, meaning, "table", place, shown, self.passage, mode)
        if made:
            yield made

    def _context(self, row: Meaning, column: Meaning) -> Meaning:
        """What holds for the whole table; a model is no context where an axis names its own."""
        context = self.context
        if row.model or row.variants or column.model or column.variants:
            context = replace(context, model=None, variants=frozenset())
        return context


def _is_name(head: Head, kind: str | None) -> bool:
    """Whether a row's head is a name, for all that its words say elsewhere."""
    said = head.meaning
    if kind == "group":  # "N" beside "T" and "M" counts nothing, a type "phone" is no machine
        return len(head.text) == 1 or said == Meaning(conditions=said.conditions, name=said.name)
    return kind == "model" and said.quantity == "sparsity"  # the method "pruning of the base model"


def _as_type(head: Head) -> Head:
    """A head of types that names nothing but a split."""
    said = head.meaning
    if said.split and said == Meaning(split=said.split, name=said.name):
        return replace(head, meaning=Meaning(group=head.text.lower(), name=said.name))
    return head


def _completed(meaning: Meaning, number: Number) -> Meaning:
    """The quantity, where unit or statistic alone tell it."""
    if meaning.quantity is None and (number.unit or meaning.unit).endswith("/s"):
        tokens = frozenset({"tokens"}) if (number.unit or meaning.unit).startswith("token") else frozenset()
        return replace(meaning, quantity="throughput", counted=None, conditions=meaning.conditions | tokens)
    if meaning.quantity is None and (number.unit or meaning.unit) in ("ms", "us"):
        return replace(meaning, quantity="latency")
    if meaning.quantity in (None, "count") and meaning.counted and not number.unit:
        return replace(meaning, quantity="count")
    if meaning.quantity is None and re.fullmatch("[kmg]i?b", number.unit or meaning.unit):
        return replace(meaning, quantity="size")
    if (
        meaning.quantity is None
        and meaning.statistic in ("median", "p95", "p99", "p90")
        and number.unit in ("s", "ms")
    ):
        return replace(meaning, quantity="latency")
    return meaning


_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d{1,2}(?![\d,]))")  # in a cell that holds one number


def _main(text: str) -> Number | None:
    """The number that a cell is about; None for a cell of words."""
    return next(iter(numbers(_DECIMAL_COMMA.sub(".", text))), None) if _bare(text) else None


def _bare(text: str) -> bool:
    """Whether a cell is a number: little stands before its first one, and no long text after it."""
    text = _DECIMAL_COMMA.sub(".", text)
    found = numbers(text)
    if not found:
        return False
    before = FILE_NAME.sub("", text[: found[0].start]).strip(" \t*†‡~≈<>≥≤+-±()🏆✅⬇⬆🔥⭐▲▼↑↓→")
    after = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", "", text[found[0].stop :])
    return (
        len(before) <= 14
        and len(re.findall(r"[^\W\d_]+", before)) <= 2
        and len(re.findall(r"[^\W\d_]{2,}", after)) <= 4
    )


def _measures(heading: str, words: Vocabulary) -> bool:
    """Whether the first column's heading calls its numbers a measurement, so that it holds no names."""
    return gather(words.mentions(heading)).quantity in (*SHARES, "latency")
