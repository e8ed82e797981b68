"""Sizes of files against the parameters that they hold, and formats against each other."""

from collections.abc import Iterator

from ...reading import Card, Statement
from ..finding import Finding, error, rule, warning
from .matching import (
    Same,
    above,
    in_one_unit,
    is_quantized,
    made_of,
    may_be_own,
    model,
    of_quantity,
    own_names,
    same_model,
    same_terms,
    told,
)

# Bytes a parameter that a file of a format may take. Quantized files often keep embeddings in FP32;
# every format has some bytes of graph and names beside the weights.
_BYTES = {"fp32": (3.6, 4.6), "fp16": (1.8, 2.6), "int8": (0.9, 4.2), "int4": (0.45, 4.2)}
_ANY = (0.25, 5.0)  # from two bits to FP32, with something beside it
_SMALL_FILE = 4_000_000  # below this, what is no weights may weigh more than they do


@rule("size.parameters")
def bytes_per_parameter(card: Card) -> Iterator[Finding]:
    """A file takes as many bytes as its parameters in its format."""
    counts = of_quantity(card.statements, "parameters")
    sizes, own, alone = of_quantity(card.statements, "size"), own_names(card), _one_model(card)
    for size in sizes:
        before = size.subject is not None and model(size.subject).before  # of what the card's model was
        ours = not before and not _names(size)
        of_model = [s for s in counts if _holds(size, s) or (ours and may_be_own(s.subject, own))]
        named, of_model = bool(of_model), of_model or (counts if alone else [])
        if not of_model or size.high < _SMALL_FILE:
            continue
        form = model(size.subject).format if size.subject else None
        lowest, highest = _BYTES.get(form, _ANY)
        spans = [(size.low / count.high, size.high / count.low, count) for count in of_model if count.low > 0]
        if not spans or any(low <= highest and lowest <= high for low, high, _ in spans):
            continue
        _, high, count = spans[0]
        found = f"{told(size)} for {told(count)} parameters: {size.value / count.value:.2f} bytes a parameter"
        right = f"{lowest:g} to {highest:g} bytes a parameter" + (f" in {form.upper()}" if form else "")
        surely = named and (form in _BYTES or high < _ANY[0] / 2)
        yield (error if surely else warning)("size.parameters", size.place, found, right)


@rule("size.unlike", severity="warning")
def bytes_alike(card: Card) -> Iterator[Finding]:
    """Files that stand in one table and name no format take alike many bytes a parameter."""
    counts = of_quantity(card.statements, "parameters")
    plain = [s for s in of_quantity(card.statements, "size") if s.subject and not is_quantized(s.subject)]
    rates = [
        (size.value / count.value, size, count)
        for size in plain
        for count in counts
        if size.passage == count.passage and size.subject == count.subject and count.value > 0
    ]
    usual = max((rate for rate, size, _ in rates if size.high > _SMALL_FILE), default=0.0)
    for rate, size, count in rates:
        if rate < usual / 3 and _BYTES["fp32"][0] <= usual <= _BYTES["fp32"][1]:
            found = f"{told(size)} for {count.shown} parameters: {rate:.2f} bytes a parameter"
            right = f"{usual:.2f} bytes a parameter as beside it, or the name of the smaller format"
            yield warning("size.unlike", size.place, found, right)


@rule("size.quantized-larger")
def quantized_larger(card: Card) -> Iterator[Finding]:
    """A quantized file is no larger than the file that it was made of."""
    sizes, own = of_quantity(card.statements, "size"), own_names(card)
    for small in sizes:
        plain = [s for s in sizes if made_of(small.subject, s.subject) and same_terms(small, s)]
        if not _names(small):
            plain = [s for s in plain if may_be_own(s.subject, own)]
        plain = [s for s in plain if s.passage == small.passage] or plain
        plain = [s for s in plain if _names(s) == _names(small)] or plain
        larger = [s for s in plain if above(*in_one_unit(small, s))]
        if not larger or len(larger) < len(plain):
            continue
        found = f"size {told(small)} above {told(larger[0])}"
        right = "fewer bytes, or the format of the larger file under its own name"
        named = model(larger[0].subject).format == "fp32"
        yield (error if named else warning)("size.quantized-larger", small.place, found, right)


def _names(size: Statement) -> frozenset[str]:
    return model(size.subject).names if size.subject else frozenset()


def _one_model(card: Card) -> bool:
    """Whether the numbers and claims of a card are of one model, by whatever words, or of none by name."""
    said = [name for s in (*card.statements, *card.phrases) for name in (s.subject, s.versus) if name]
    return len({model(name).names for name in said} - {frozenset()}) < 2


def _holds(size: Statement, count: Statement) -> bool:
    """Whether a file holds the parameters of a count: its model's, in whatever format the count was given."""
    if size.subject is None or count.subject is None:
        return size.subject == count.subject and size.passage == count.passage
    if same_model(size.subject, count.subject) is Same.YES:
        return True
    return bool(model(size.subject).names) and model(size.subject).names == model(count.subject).names
