"""What the words around a number say of it, gathered part by part and then made into a statement."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from .quantities import FACTORS, Number
from .statement import Place, Statement
from .vocabulary import Mention

SCORES = ("f1", "precision", "recall", "accuracy", "auroc")
SHARES = (*SCORES, "retention", "sparsity", "confidence")
_LARGE_CHANGE = 0.2  # "loses 1.1 F1" speaks of points: no score changes by a whole
_TIMES = {"us": 1e-3, "ms": 1.0, "s": 1e3, "min": 6e4, "h": 3.6e6}
_POWERS = {"b": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_SIZE = re.compile(r"([kmgt]?)(i?)b")


@dataclass(frozen=True)
class Meaning:
    """Parts of a statement as far as they are known; `over` fills the gaps of one with another."""

    quantity: str | None = None
    statistic: str | None = None
    group: str | None = None
    model: str | None = None
    variants: frozenset[str] = frozenset()
    versus: str | None = None
    of: str | None = None
    dataset: str | None = None
    split: str | None = None
    counted: str | None = None
    direction: str | None = None
    unit: str = ""
    name: str = ""  # the words themselves
    conditions: frozenset[str] = field(default_factory=frozenset)

    @property
    def subject(self) -> str | None:
        """The role or name first, then the variants in the order of the alphabet."""
        words = [self.model] if self.model else []
        exact = any(variant[-1].isdigit() and variant[0] != "v" for variant in self.variants)
        words += sorted(v for v in self.variants if not (v == "quantized" and exact))
        return " ".join(words) or None

    def over(self, other: "Meaning") -> "Meaning":
        """This meaning, and where it is silent, the other."""
        filled = {
            name: getattr(self, name) if getattr(self, name) else getattr(other, name)
            for name in self.__dataclass_fields__
        }
        if self.model and not self.variants:
            filled["variants"] = frozenset()  # another model's variant is not this one's
        filled["conditions"] = self.conditions | other.conditions
        return Meaning(**filled)


def merge(one: Meaning, other: Meaning) -> Meaning:
    """Both axes together: "Student" x "INT8 F1" is the INT8 student's F1."""
    merged = one.over(other)
    for compares, measured in ((one, other), (other, one)):  # "Retention" x "F1" is the retention of F1
        if compares.quantity in ("retention", "change") and measured.quantity in SCORES:
            merged = replace(merged, quantity=compares.quantity, of=measured.quantity)
    variants = one.variants | (other.variants if not (one.model and other.model) else frozenset())
    return replace(merged, variants=variants, unit=one.unit or other.unit)


_FIELDS = ("quantity", "statistic", "group", "model", "dataset", "split", "counted", "direction")


def gather(mentions: Iterable[Mention]) -> Meaning:
    """What mentions say together; of two of one kind the first holds, variants and conditions add up."""
    parts: dict = {}
    variants, conditions = set(), set()
    for mention in mentions:
        if mention.kind == "variant":
            variants.add(mention.value)
        elif mention.kind == "condition":
            conditions.add(mention.value)
        elif mention.kind in _FIELDS:
            parts.setdefault(mention.kind, mention.value)
    return Meaning(**parts, variants=frozenset(variants), conditions=frozenset(conditions))


def canonical(number: Number, quantity: str, percent: bool | None = None, unit: str = "") -> Number | None:
    """The number in the canonical unit of a quantity; None where it cannot be one.

    percent: whether a score without unit is in percent; by its value when None.
    unit: what holds where the number has none, from a table's head.
    """
    written = number.unit or unit
    if unit and not number.unit and quantity not in SHARES:
        number = _rounded(number)
    if quantity in SHARES:
        return _share(number, quantity, written, percent)
    if quantity == "change":
        if written in ("%", "points") or (percent is None and abs(number.value) >= _LARGE_CHANGE):
            return _times(number, 0.01)
        return _share(number, quantity, written, percent)
    if quantity == "latency":
        return _times(number, _TIMES[written]) if written in _TIMES and not number.multiple else None
    if quantity == "throughput":
        return number if written.endswith("/s") else None
    if quantity == "size":
        return _bytes(number, written)
    if quantity == "parameters":
        return _parameters(number, written)
    if quantity == "count":
        return number if not written and (number.whole or number.multiple) and number.value >= 0 else None
    return _factor(number, written, quantity)


def _times(number: Number, factor: float) -> Number:
    interval = tuple(bound * factor for bound in number.interval) if number.interval else None
    return replace(
        number,
        value=number.value * factor,
        low=number.low * factor,
        high=number.high * factor,
        interval=interval,
    )


def _share(number: Number, quantity: str, unit: str, percent: bool | None) -> Number | None:
    if unit == "part":
        return number
    if number.multiple or unit not in ("", "%"):
        return None
    if number.whole and not unit and not percent and quantity not in SCORES:
        return None  # "kept 10" is a count
    if number.whole and number.low == number.high:  # a count would be exact, a score is rounded
        number = replace(number, low=number.low - 0.5, high=number.high + 0.5)
        if abs(number.value) <= 1:
            number = replace(number, low=number.value, high=number.value)
    if unit == "%" or (percent if percent is not None else abs(number.value) > 1.5):
        return _times(number, 0.01) if abs(number.value) <= 1000 else None
    return number if abs(number.value) <= 1000 else None


def _bytes(number: Number, unit: str) -> Number | None:
    match = _SIZE.fullmatch(unit)
    if not match or number.multiple:
        return None
    power = _POWERS[match[1] or "b"]
    if match[2]:
        return _times(number, 1024.0**power)
    decimal = _times(number, 1000.0**power)
    return replace(decimal, high=number.high * 1024.0**power)  # MB is written for MiB, too


def _parameters(number: Number, unit: str) -> Number | None:
    if unit.startswith("*"):  # "Parameters (M)"
        return number if number.multiple else _times(_rounded(number), FACTORS[unit[1:]])
    if unit or number.value < 1000 or not (number.multiple or number.whole):
        return None
    return number


def _rounded(number: Number) -> Number:
    if number.low == number.high == number.value:
        return replace(number, low=number.value - 0.5, high=number.value + 0.5)
    return number


def _factor(number: Number, unit: str, quantity: str) -> Number | None:
    """A ratio as a factor of 1 or more: "75% smaller" is 4, "a quarter" of it too, "0.25x" the size too."""
    number = _rounded(number) if unit == "%" else number
    if unit == "%":
        if number.value <= 0 or (quantity == "reduction" and number.value >= 100):
            return None
        if quantity == "speed_up":
            return _faster_by(number)
        return _inverse(number, lambda percent: 1 - percent / 100)
    if unit == "part":
        return _inverse(number, lambda part: part)
    if unit not in ("x", "") or number.value <= 0 or (number.whole and not unit):
        return None
    return number


def _faster_by(number: Number) -> Number:
    """ "30% faster" is 30% more in the same time, or 30% less time; "300% faster" 3 or 4 times as fast."""
    more = [1 + percent / 100 for percent in (number.value, number.low, number.high)]
    low, high = more[1], more[2]
    if number.high < 100:
        high = 1 / (1 - number.high / 100)
    else:
        low = min(low, number.low / 100)
    return replace(number, value=more[0], low=low, high=high, interval=None)


def _inverse(number: Number, share) -> Number:
    kept = sorted((share(number.low), share(number.high)))
    low = 1 / kept[1] if kept[1] > 0 else 0.0
    high = 1 / kept[0] if kept[0] > 0 else math.inf
    return replace(number, value=1 / share(number.value), low=low, high=high, interval=None)


def statement(
    number: Number,
    meaning: Meaning,
    where: str,
    place: Place,
    shown: str,
    passage: int,
    percent: bool | None = None,
) -> Statement | None:
    """The statement of a number, or None when its unit does not fit what the words call it."""
    if not meaning.quantity:
        return None
    measured = canonical(number, meaning.quantity, percent, meaning.unit)
    if measured is None:
        return None
    if meaning.quantity in SCORES and meaning.statistic == "total" and not meaning.group:
        meaning = replace(meaning, group="overall", statistic=None)
    faster = meaning.quantity == "reduction" and meaning.of == "latency"  # a shorter time is a speed-up
    return Statement(
        quantity="speed_up" if faster else meaning.quantity,
        value=measured.value,
        low=measured.low,
        high=measured.high,
        shown=" ".join(shown.split()),
        place=place,
        where=where,
        subject=meaning.subject,
        versus=meaning.versus,
        of=meaning.of,
        statistic=meaning.statistic
        if meaning.quantity in ("latency", "throughput", "count", *SCORES)
        else None,
        group=meaning.group,
        dataset=meaning.dataset,
        split=meaning.split,
        counted=meaning.counted if meaning.quantity == "count" else None,
        conditions=meaning.conditions,
        interval=measured.interval,
        passage=passage,
    )
