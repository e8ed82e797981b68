"""One quantity of one thing has one value, wherever the card gives it."""

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import (
    AVERAGES,
    SCORES,
    Same,
    apart,
    is_quantized,
    may_be_own,
    model,
    of_a_model,
    of_quantity,
    own_names,
    parents,
    same_terms,
    same_thing,
    stretches,
    told,
)
from .repeats import release, repeats, told_more

_RATIOS = ("retention", "speed_up", "reduction", "change")
# Counts of parameters and bytes are often rounded to a word ("110M", "400 MB"): within this share, a
# second value is worth a question only.
_LOOSE = 0.05
_OTHER_MODEL = 0.05  # with fewer of the parameters than this share, it is another model
# A row that by its name takes over what another gave: of labelers combined by the word of one, or the best.
_PICKED = re.compile(
    r"\b(combin\w+|ensembles?|union|merged|vot(?:e|ing)|majority|chosen|selected|best|final|released)\b"
)
_OWN = (None, "model")
_OF_MODELS = ("value.size", "value.latency", "value.ratio")  # of a library, each call has its own
_WHOLE = (None, "overall", *AVERAGES)


@rule("value.parameters")
def parameters(card: Card) -> Iterator[Finding]:
    """A model has one number of parameters."""
    yield from _agree(card, "value.parameters", "parameters", loose=_LOOSE)


@rule("value.size")
def size(card: Card) -> Iterator[Finding]:
    """A file has one size."""
    yield from _agree(card, "value.size", "size", loose=_LOOSE)


@rule("value.latency")
def latency(card: Card) -> Iterator[Finding]:
    """A latency measured under the same conditions is the same wherever it stands."""
    yield from _agree(card, "value.latency", "latency", "throughput")


@rule("value.score")
def score(card: Card) -> Iterator[Finding]:
    """A score on the same data is the same wherever it stands."""
    yield from _agree(card, "value.score", *SCORES)


@rule("value.ratio")
def ratio(card: Card) -> Iterator[Finding]:
    """A ratio or a change of the same two models is the same wherever it stands."""
    yield from _agree(card, "value.ratio", *_RATIOS)


@rule("value.sparsity", severity="warning")
def sparsity(card: Card) -> Iterator[Finding]:
    """A model that is said to be pruned to some sparsity is that sparse in the end."""
    statements = of_quantity(card.statements, "sparsity")
    for near in stretches(card, statements).values():
        for earlier, later in pairwise(near):
            if apart(earlier, later) and later.value < earlier.value and same_terms(earlier, later):
                found = f"sparsity {told(later)}, but {told(earlier)}"
                right = "one sparsity, that of the file as it is released, or what undid the pruning"
                yield warning("value.sparsity", later.place, found, right)


@rule("value.twins", severity="warning")
def twins(card: Card) -> Iterator[Finding]:
    """Two models of one table do not have all scores alike, to the last digit."""
    tables: dict[int, dict[str, list[Statement]]] = {}
    for score in of_quantity(card.statements, *SCORES):
        if score.where == "table" and score.subject:
            tables.setdefault(score.passage, {}).setdefault(score.subject, []).append(score)
    for models in tables.values():
        for (one, scores), (other, others) in combinations(models.items(), 2):
            measured, again = ([(s.quantity, s.group, s.split, s.shown) for s in m] for m in (scores, others))
            long = all(len(s.shown.strip("0.%")) > 2 for s in scores)
            if _PICKED.search(f"{one} {other}"):
                continue
            if len(models) > 2 and len(measured) > 1 and long and measured == again:
                shown = ", ".join(s.shown for s in others)
                found = f"{shown} for {other} (line {others[0].place.line}) as for {one}, digit for digit"
                yield warning("value.twins", others[0].place, found, "the scores that were measured of each")


@rule("value.count")
def count(card: Card) -> Iterator[Finding]:
    """A number of texts, mentions or labels is the same wherever it stands."""
    yield from _agree(card, "value.count", "count", unborne=False)


def _agree(
    card: Card, rule_id: str, *quantities: str, loose: float = 0.0, unborne: bool = True
) -> Iterator[Finding]:
    """A finding for each statement that contradicts an earlier one, or that nothing bears out.

    unborne: whether a statement that may be of the same thing as others, and agrees with none, is one.
    """
    if rule_id in _OF_MODELS and not of_a_model(card):
        return
    for quantity in quantities:
        statements = [
            s for s in of_quantity(card.statements, quantity) if quantity not in SCORES or s.low <= 1
        ]
        things = _Things(card, statements)
        alone = things.alone() if unborne else set()
        for later, relations in things.earlier.items():
            borne = {things.stretch[s] for s, same in relations if same is Same.YES and not apart(s, later)}
            against = [s for s, same in relations if same is Same.YES and apart(s, later)]
            # A list of three sizes told apart by unread words, said again, contradicts itself nowhere.
            surely = next((s for s in against if things.stretch[s] not in borne), None)
            perhaps = [s for s, _ in relations if later in alone and s in alone]
            earlier = surely or min(perhaps, key=lambda s: abs(s.value - later.value), default=None)
            if earlier is None:
                continue
            found = f"{quantity.replace('_', '-')} {told(later)}, but {told(earlier)}"
            right = "one value, or what sets the two apart: the model, data, split, machine or length of text"
            gap = abs(later.value - earlier.value) / max(abs(earlier.value), 1e-12)
            yield (error if surely and gap > loose else warning)(rule_id, later.place, found, right)


class _Things:
    """Which statements of one quantity are of the same thing, as far as the whole card tells."""

    def __init__(self, card: Card, statements: list[Statement]):
        self.card = card
        self.one_model = not any(model(s.subject).names for s in statements if s.subject)
        self.own = own_names(card)
        self.stretch = {s: at for at, near in stretches(card, statements).items() for s in near}
        self.unread = {  # rows of a table that something sets apart which was not read, such as seeds
            s
            for one, other in combinations([s for s in statements if s.where == "table"], 2)
            if one.passage == other.passage
            and one.subject == other.subject
            and apart(one, other)
            and same_terms(one, other) is Same.YES
            for s in (one, other)
        }
        items = [s for s in statements if s.where in ("list", "prose")]
        self.parents = {s: above for s in items if (above := parents(card, s))}
        self.repeats = repeats(card)
        self.releases = {s: of for s in statements if (of := release(card, s))}
        self.may_be_own = {s for s in statements if may_be_own(s.subject, self.own)}
        self.earlier = {  # for each statement those before it that are of the same thing, surely or perhaps
            later: [(s, same) for s in statements[:index] if (same := self._same(s, later))]
            for index, later in enumerate(statements)
        }

    def _same(self, one: Statement, other: Statement) -> Same:
        """Whether two statements are of the same thing, said in two places."""
        if one.passage == other.passage:
            return Same.NO  # what stands together is told apart by words or heads that were not read
        if self._told_apart(one, other):
            return Same.NO
        if one.quantity == "count":
            named = one.counted and (one.split or one.statistic == "total")
            if one.subject or other.subject:
                return same_thing(one, other)
            return same_terms(one, other) if named else Same.NO
        if one.quantity in SCORES and (one.group in _WHOLE) != (other.group in _WHOLE):
            return Same.NO  # the score of a type, and one that names none
        if (one.subject == "before") != (other.subject == "before"):
            return Same.NO  # what stood before a step that names no model
        own = [s.subject in _OWN for s in (one, other)]
        if any(own) and is_quantized(one.subject) != is_quantized(other.subject):
            return Same.NO  # "33 ms; INT8: 14 ms": what names no format is of the plain file
        if self.unread & {one, other}:
            return Same.NO
        if one.quantity == "parameters" and not _OTHER_MODEL < one.value / other.value < 1 / _OTHER_MODEL:
            return Same.NO
        listed = one.where == other.where == "list" and self.stretch[one] == self.stretch[other]
        if listed and (all(own) or told_more(self.card, one, other)):
            return Same.NO  # items of a list, each of a model of its own
        if all(own) and self.one_model:
            unsaid = None in (one.subject, other.subject) and "prose" in (one.where, other.where)
            return min(same_terms(one, other), Same.PERHAPS if unsaid else Same.YES)
        both_own = one in self.may_be_own and other in self.may_be_own
        if not both_own and any(not s.subject or not model(s.subject).names for s in (one, other)):
            return Same.NO  # what names no model, or a format alone, is of the card's own
        return same_thing(one, other)

    def _told_apart(self, one: Statement, other: Statement) -> bool:
        """Whether two statements are of two releases, of two tables of a kind, or below different items."""
        if self._of_two_releases(one, other):
            return True
        at, there = self.stretch[one], self.stretch[other]
        if at != there and at in self.repeats and self.repeats[at] == self.repeats.get(there):
            return True
        above, below = self.parents.get(one), self.parents.get(other)
        return one.subject is None is other.subject and bool(above and below) and above != below

    def _of_two_releases(self, one: Statement, other: Statement) -> bool:
        """Whether two statements are of different versions; one that goes unsaid is the latest."""
        of, other_of = self.releases.get(one), self.releases.get(other)
        if of is None or other_of is None:
            told = one if of else other  # "Wren v2" may be called "Wren"
            return of != other_of and f"v{of or other_of}" not in (told.subject or "").split()
        return of != other_of

    def alone(self) -> set[Statement]:
        """What agrees with no other statement of what may be the same thing."""
        pairs = [(s, later) for later, found in self.earlier.items() for s, _ in found if not apart(s, later)]
        return self.earlier.keys() - {s for pair in pairs for s in pair}
