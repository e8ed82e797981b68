"""Sentences to statements: which number belongs to which name.

The words of a number's own stretch come first, then what the numbers before it in the sentence were
said to be, then what the sentence says only once, then the headings. What stays unclear is left unread.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from . import whose
from .document import Block, Document, Span
from .meaning import SCORES, Meaning, gather, statement
from .measured import Said, is_difference, measured, part
from .parallel import parallel
from .quantities import Number
from .ratios import ratio
from .sentences import Sentence, Stretch, sentences
from .statement import Statement
from .vocabulary import Mention, Vocabulary

_COMPARING = ("retention", "reduction", "speed_up", "change")
_AGAINST = re.compile(r"\d\s?[^\W\d]*\s+against\s+(?:about\s+)?[~≈]?$", re.IGNORECASE)
# "faster than the ward's lexicon, which needs 31 ms": of something that no name tells.
_RELATIVE = re.compile(r"\bthan\s[^,;.]{2,40},\s(?:which|whose)\b[^,;.\d]*$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_HEAD = re.compile(r"[\s*_-]*")
_OF_DATA = re.compile(r"\W*(?:training |our |the )?(?:data(?: ?sets?)?|corpus|corpora)\b", re.IGNORECASE)
_RANGES = re.compile(r"\brang\w+\s+(?:from|between)\s+$|\bvar\w+\s+(?:from|between)\s+$", re.IGNORECASE)
_TO = re.compile(r"\s*(?:to|down to|up to|→|->|=>)\s+(?:just\s+|only\s+|about\s+)?[(~≈]?$", re.IGNORECASE)


def read_prose(
    block: Block, document: Document, words: Vocabulary, context: Meaning, passage: int
) -> tuple[list[Statement], int]:
    """The statements of one paragraph or list item, and the number of its last sentence."""
    found: list[Statement] = []
    topic = Meaning()
    where = "list" if block.kind == "item" else "prose"
    for sentence in sentences(block.span.text, block.span.start, words):
        passage += 1
        own = whose.topic(sentence, topic)
        topic = own if own.subject else topic
        for number, meaning in _distinct(_Reader(sentence, own, context).read()):
            shown = sentence.text[number.start : number.stop]
            place = document.place(sentence.start + number.start)
            said = statement(number, meaning, where, place, shown, passage)
            if said and not (said.quantity == "size" and any(map(_OF_DATA.match, block.headings[-1:]))):
                found.append(said)
    return found, passage


def read_cell(
    cell: Span, document: Document, words: Vocabulary, topic: Meaning, versus: str | None, passage: int
) -> Iterator[Statement]:
    """The statements of a table's cell that holds words: "96.2% of micro-F1, 3.9x faster"."""
    for sentence in sentences(cell.text, cell.start, words):
        for number, meaning in _distinct(_Reader(sentence, topic, Meaning()).read()):
            if meaning.quantity in _COMPARING:
                meaning = replace(meaning, versus=meaning.versus or versus)
            shown = sentence.text[number.start : number.stop]
            place = document.place(sentence.start + number.start)
            if said := statement(number, meaning, "table", place, shown, passage):
                yield said


def _distinct(made: list[tuple[Number, Meaning]]) -> list[tuple[Number, Meaning]]:
    """Without the numbers of one sentence that would be two values of one and the same thing."""
    values: dict[Meaning, set] = {}
    for number, meaning in made:
        values.setdefault(meaning, set()).add((number.value, number.unit))
    return [
        (number, meaning)
        for number, meaning in made
        if len(values[meaning]) == 1 or meaning.quantity == "sparsity"
    ]


class _Reader:
    """One sentence, number by number."""

    def __init__(self, sentence: Sentence, topic: Meaning, context: Meaning):
        self.sentence, self.context, self.topic = sentence, context, topic
        self.said = Said()
        self.made: list[tuple[Number, Meaning]] = []
        self.lists = parallel(sentence)
        self.once = self._once()
        self.versus: dict[str | None, str] = {}  # with what the sentence compared each model so far
        self.before: str | None = None  # how the sentence calls what stood before a step

    def read(self) -> list[tuple[Number, Meaning]]:
        waiting: list[Stretch] = []  # "scores 74.2, up from 71.9 F1": named by the number after it
        for index, stretch in enumerate(self.sentence.stretches):
            found = self._compared(stretch) or self._measured(stretch, index)
            if found:
                named = [self._named_later(earlier, stretch, found[1]) for earlier in waiting]
                self.made += [earlier for earlier in named if earlier]
            waiting = [] if found else [*waiting, stretch]
            if found:
                self.made.append(found)
        return self.made

    def _compared(self, stretch: Stretch) -> tuple[Number, Meaning] | None:
        found = ratio(self.sentence, stretch, self.said.last.quantity)
        if not found:
            return None
        meaning = found.meaning
        if meaning.of in SCORES:
            groups = gather(m for m in stretch.mentions if m.kind == "group")
            meaning = replace(meaning, group=groups.group)
            if not self.said.score.quantity:  # "loses 0.7 points of F1 (0.840 to 0.833)"
                self.said.score = Meaning(quantity=meaning.of, group=groups.group)
        filled = self._filled(meaning, stretch)
        if filled.quantity not in _COMPARING:
            return found.number, filled
        self.said.change = found.number if filled.quantity == "change" else None
        versus = meaning.versus or whose.compared_with(self.sentence, stretch).subject
        if versus and versus == filled.subject:  # "Orca has ...; Marlin ..., so it is smaller than Orca"
            other = self.said.last if self.said.last.subject != versus else Meaning()
            filled = replace(filled, model=other.model, variants=other.variants)
        elif not versus and not whose.beside(self.sentence, stretch, compares=True).subject:
            filled, versus = self._of_two(filled)
        before = self.before if meaning.of == self.said.last.quantity else None
        filled = replace(filled, versus=versus or before or self.versus.get(filled.subject))
        if versus:
            self.versus[filled.subject] = versus
            self._name_before(versus, meaning.of)
        return found.number, filled

    def _name_before(self, versus: str, of: str | None) -> None:
        """ "from 84 ms to 21 ms, 4x faster than the teacher": the first was the teacher's."""
        for index, (number, said) in enumerate(self.made):
            if self.before and said.model == self.before and said.quantity == of:
                self.made[index] = (number, replace(said, model=versus))

    def _of_two(self, meaning: Meaning) -> tuple[Meaning, str | None]:
        """What compares two models that the sentence measured: the lesser size or time with the greater."""
        pair = [
            (number.value, said) for number, said in self.made if said.quantity == meaning.of and said.subject
        ]
        if len(pair) != 2 or pair[0][1].subject == pair[1][1].subject or meaning.of in SCORES:
            return meaning, None
        (_, lesser), (_, greater) = sorted(pair, key=lambda measured: measured[0])
        return replace(meaning, model=lesser.model, variants=lesser.variants), greater.subject

    def _measured(self, stretch: Stretch, index: int) -> tuple[Number, Meaning] | None:
        own = gather((*self.lists.get(stretch.number.start, ()), *_nearest(self.sentence, stretch)))
        meaning = measured(self.sentence, stretch, own, self.said)
        relative = _RELATIVE.search(self.sentence.text[: stretch.number.start])
        if not meaning or (relative and not whose.beside(self.sentence, stretch, compares=False).subject):
            return None
        meaning = self._filled(meaning, stretch)
        if bound := self._bound(index):
            meaning = replace(meaning, statistic=bound)
        elif stretch.number.start not in self.lists and self._is_before(index, meaning):
            self.before = f"before {self.topic.subject}" if self.topic.subject else "before"
            meaning = replace(meaning, model=self.before, variants=frozenset())
        self.said.last = meaning
        if meaning.quantity in ("latency", "throughput"):
            self.said.unit = stretch.number.unit or self.said.unit
        if meaning.quantity in SCORES:
            self.said.score, self.said.score_number = meaning, stretch.number
        if meaning.quantity == "count" and not meaning.group:
            self.said.counted = meaning.counted
        return stretch.number, meaning

    def _named_later(
        self, waiting: Stretch, stretch: Stretch, named: Meaning
    ) -> tuple[Number, Meaning] | None:
        """A score whose name follows with the next number."""
        number, other = waiting.number, stretch.number
        alike = number.unit == other.unit and not number.whole and not number.multiple
        own = gather(_nearest(self.sentence, waiting))
        kept = named.quantity == "retention"  # "the teacher scored 93.0%, so ours keeps 96% of its accuracy"
        quantity = named.of if kept else named.quantity
        if quantity not in SCORES or not alike or own.quantity or own.counted:
            return None
        if is_difference(self.sentence, waiting):
            return None
        filling = kept or self.said.only_filler(self.sentence, stretch)
        if not (filling and self.said.only_filler(self.sentence, waiting)):
            return None
        meaning = replace(own, quantity=quantity, group=own.group or named.group)
        listed = gather(self.lists.get(number.start, ()))
        model = listed if listed.subject else whose.beside(self.sentence, waiting, compares=False)
        model = model if model.subject else self.topic
        meaning = replace(meaning, model=model.model, variants=model.variants, direction=None)
        return number, meaning.over(self.once).over(Meaning(dataset=named.dataset, split=named.split))

    def _filled(self, meaning: Meaning, stretch: Stretch) -> Meaning:
        """A meaning with its model, and with what the sentence and the headings add."""
        model = self._model(stretch, meaning)
        last = self.said.last
        meaning = replace(meaning, model=model.model, variants=model.variants, direction=None)
        if meaning.quantity in SCORES and not meaning.group:
            group = self.said.score.group or self._headed() or part(self.sentence, stretch)
            meaning = replace(meaning, group=group)
        if meaning.quantity == last.quantity and not meaning.statistic:
            meaning = replace(meaning, statistic=last.statistic)
        if last.quantity and meaning.quantity != "count" and not meaning.dataset and not meaning.split:
            meaning = meaning.over(Meaning(dataset=last.dataset, split=last.split))
        once = replace(self.once, split=None) if meaning.quantity == "count" else self.once
        filled = meaning.over(once)
        if filled.quantity in ("parameters", "size"):
            filled = replace(filled, conditions=frozenset(), group=None)
        context = replace(self.context, quantity=None, unit="", conditions=frozenset())
        return filled.over(replace(context, model=None, variants=frozenset()) if filled.subject else context)

    def _model(self, stretch: Stretch, meaning: Meaning) -> Meaning:
        """Whose number it is: of the model beside it, else of the one before, else of the sentence's."""
        listed = gather(self.lists.get(stretch.number.start, ()))
        if listed.subject:
            return listed
        compares = meaning.quantity in _COMPARING
        named = whose.beside(self.sentence, stretch, compares)
        if named.subject or (compares and self.topic.subject):
            return whose.with_format(named, self.topic) if named.subject else self.topic
        if _AGAINST.search(self.sentence.text[: stretch.number.start]):  # "than with X: 31 ms against 24 ms"
            return whose.compared_with(self.sentence, stretch)
        last = self.said.last
        carried = last.subject and last.model != self.before and not whose.only_compared(self.sentence, last)
        return Meaning(model=last.model, variants=last.variants) if carried else self.topic

    def _bound(self, index: int) -> str | None:
        """Whether a number is an end of "ranges from A to B"."""
        text, stretches = self.sentence.text, self.sentence.stretches
        for at, name in ((index, "min"), (index - 1, "max")):
            if not 0 <= at < len(stretches) - 1 or not _RANGES.search(text[: stretches[at].number.start]):
                continue
            between = text[stretches[at].number.stop : stretches[at + 1].number.start]
            if re.fullmatch(r"\s*(?:to|and)\s*", between):
                return name
        return None

    def _is_before(self, index: int, meaning: Meaning) -> bool:
        """Whether a number is the first of "from A to B" or "(A to B)" and has no model of its own."""
        stretches = self.sentence.stretches
        if index + 1 >= len(stretches) or meaning.quantity in ("count", "confidence", "sparsity"):
            return False
        stretch, following = stretches[index], stretches[index + 1]
        between = self.sentence.text[stretch.number.stop : following.number.start]
        if not _TO.match(between) or following.number.unit != stretch.number.unit:
            return False
        close = stretch.number.start - 30
        own = [m for m in stretch.mentions if m.kind in whose.NAMES and m.start > close]
        return all(m.value in (self.topic.model, *self.topic.variants) for m in own)

    def _headed(self) -> str | None:
        """The type that "Lesion: P 0.85, R 0.84, F1 0.845" begins with: it is that of all its scores."""
        first = next(iter(self.sentence.mentions), None)
        heads = first and first.kind == "group" and _HEAD.fullmatch(self.sentence.text[: first.start])
        return first.value if heads and self.sentence.text[first.end :].startswith(":") else None

    def _once(self) -> Meaning:
        """What holds for the whole sentence: its only data set and split, conditions at either end."""
        kinds: dict[str, set[str]] = {}
        for mention in self.sentence.mentions:
            kinds.setdefault(mention.kind, set()).add(mention.value)
        single = [
            m for m in self.sentence.mentions if m.kind in ("dataset", "split") and len(kinds[m.kind]) == 1
        ]
        conditions = [m for m in self.sentence.mentions if m.kind == "condition"]
        stretches = self.sentence.stretches
        first, last = (stretches[0].number.start, stretches[-1].number.stop) if stretches else (0, 0)
        sorts = [_DIGITS.sub("", m.value) for m in conditions]
        alone = [m for m, sort in zip(conditions, sorts, strict=True) if sorts.count(sort) == 1]
        return gather([*single, *(m for m in alone if not first < m.start < last)])


def _nearest(sentence: Sentence, stretch: Stretch) -> list[Mention]:
    """The mentions of a stretch: those right after its number, those before it from the nearest, the rest."""
    run, end = [], stretch.number.stop
    for mention in stretch.after:
        if sentence.text[end : mention.start].strip(" -\n"):
            break
        run.append(mention)
        end = mention.end
    return [*run, *reversed(stretch.before), *stretch.after[len(run) :]]
