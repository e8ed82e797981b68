"""Whether two statements speak of the same thing: surely, perhaps, or not.

A card may leave any part unsaid, so most pairs are "perhaps". Rules call it an error only where the
parts that decide are said of both, and stay silent or warn where they are not.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import replace
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from ...reading import Card, Statement
from ...reading.vocabulary import QUANT

SCORES = ("f1", "precision", "recall", "accuracy", "auroc")
AVERAGES = ("macro", "micro", "weighted")

_FORMATS = {
    **dict.fromkeys(("fp32", "float32", "f32"), "fp32"),
    **dict.fromkeys(("fp16", "bf16", "half", "f16", "float16"), "fp16"),
    **dict.fromkeys(("q2", "q3", "q5", "q6"), "quantized"),
    **dict.fromkeys(("int8", "q8", "8bit", "uint8", "8-bit"), "int8"),
    **dict.fromkeys(("int4", "q4", "4bit", "4-bit", "awq", "gptq"), "int4"),
    **dict.fromkeys(("quantized", "quantised"), "quantized"),
}
_SMALL = ("int8", "int4", "quantized")
_BITS = (("int8", "q8"), ("int4", "q4"), ("int4", "iq4"))
_EXTREMES = {"min", "max", "p90", "p95", "p99"}  # what names no statistic is none of these
_MOST = 400  # of one kind: rules compare each with each, and what has more is a log
_UNSAID = re.compile(r"v\d+|\d+|onnx|pytorch|torch|openvino|tensorrt|cased|uncased|en|ner|distilled|best")
_HTML_TITLE = re.compile(r"<h1\b[^>]*>(.{0,300}?)</h1>", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[\s/]+")
_OF_A_MODEL = re.compile(
    r"\b(?:mod[eè]l|student|teacher|checkpoint|weights|onnx|gguf|encoder)", re.IGNORECASE
)
_PARAMETERS = re.compile(r"\d+(?:\.\d+)?[mb]")  # "434m" in a name


_FILE = re.compile(r"[\w.-]+\.gguf\b")  # "wren-q8.gguf" is Wren in Q8


def _parts_of(file: re.Match) -> str:
    stem = file[0].rpartition(".")[0]
    quant = QUANT.search(stem)
    name = stem[: quant.start()] if quant else stem
    return re.sub(r"[-_.]+", " ", name) + (quant[0] if quant else "")


class Same(IntEnum):
    NO = 0
    PERHAPS = 1
    YES = 2


class Model(NamedTuple):
    """A subject in its parts: "student int8" is the INT8 file of the student."""

    names: frozenset[str]
    format: str | None
    before: bool  # as it was before a step that the card tells of


@lru_cache(10_000)
def model(subject: str) -> Model:
    words = [word for word in _WORD.split(_FILE.sub(_parts_of, subject.lower())) if word]
    formats = [found for word in words if (found := _format(word))]
    names = frozenset(word for word in words if not _format(word) and word not in ("before", "model"))
    return Model(names, formats[0] if formats else None, "before" in words)


def _format(word: str) -> str | None:
    return word if QUANT.fullmatch(word) else _FORMATS.get(word)


def same_model(one: str | None, other: str | None) -> Same:
    """Whether two subjects are one model in one format; a quantized file is not what it was made of."""
    if one is None or other is None:
        return Same.PERHAPS
    if one == other:
        return Same.YES if one != "model" else Same.PERHAPS
    a, b = model(one), model(other)
    if a.before != b.before and a.names == b.names and a.format == b.format:
        return Same.NO
    if not (a.names or a.format) or not (b.names or b.format):
        return Same.PERHAPS  # "model", "before"
    formats = _same_format(a, b)
    fewer, more = sorted((a.names, b.names), key=len)
    beside = more - fewer  # "small" makes another model; "v2" or "onnx" may go unsaid
    if formats is Same.NO or not fewer <= more or (fewer and not all(map(_UNSAID.fullmatch, beside))):
        return Same.NO
    return Same.PERHAPS if a.before or b.before or beside else formats


def _same_format(a: Model, b: Model) -> Same:
    if a.format == b.format:
        return Same.YES
    formats = {a.format, b.format}
    if "quantized" in formats and all(map(_is_small, formats)):
        return Same.PERHAPS
    if any(bits in formats and f.startswith(first) for f in map(str, formats) for bits, first in _BITS):
        return Same.PERHAPS  # "the INT8 file" of one that has Q8_0 alone
    # A model whose format goes unsaid is the plain one.
    return Same.PERHAPS if formats <= {None, "fp32", "fp16"} and None in formats else Same.NO


def is_quantized(subject: str | None) -> bool:
    return subject is not None and _is_small(model(subject).format)


def _is_small(form: str | None) -> bool:
    return form in _SMALL or (form is not None and QUANT.fullmatch(form) is not None)


def made_of(quantized: str | None, plain: str | None) -> bool:
    """Whether the first is a quantized file and the second may be the model that it was made of."""
    if quantized is None or plain is None or not is_quantized(quantized) or is_quantized(plain):
        return False
    a, b = model(quantized).names, model(plain).names
    return not a or not b or (a & b == min(a, b, key=len) and all(map(_UNSAID.fullmatch, a ^ b)))


def same_terms(one: Statement, other: Statement, but: tuple[str, ...] = ()) -> Same:
    """Whether two statements were measured alike: all parts but the model, and but those left out."""
    if one.quantity in ("parameters", "size"):
        but += ("group", "dataset", "split")  # what a table is about otherwise
    result = Same.YES
    for part in ("statistic", "group", "dataset", "split", "counted", "of", "versus", "conditions"):
        if part in but:
            continue
        mine, theirs = getattr(one, part), getattr(other, part)
        if mine == theirs:
            continue
        if (mine and theirs) or {mine, theirs} & _EXTREMES:
            return Same.NO
        result = Same.PERHAPS
    return result


def same_thing(one: Statement, other: Statement, but: tuple[str, ...] = ()) -> Same:
    """Whether two statements of one quantity speak of the same model, measured alike."""
    terms = same_terms(one, other, but)
    models = same_model(one.subject, other.subject)
    if one.passage == other.passage and one.subject is None and other.subject is None:
        models = Same.YES
    return min(terms, models)


def stretches(card: Card, statements: list[Statement]) -> dict[int, list[Statement]]:
    """Statements by the table, list or paragraph that they stand in."""
    starts, numbers = _starts(card)
    found: dict[int, list[Statement]] = {}
    for statement in statements:
        at = bisect_right(starts, statement.place.line) - 1
        found.setdefault(numbers[at] if at >= 0 else -1, []).append(statement)
    return found


@lru_cache(2)
def _starts(card: Card) -> tuple[list[int], list[int]]:
    """The line at which each block begins, and the first block of its list, or itself."""
    starts, numbers = [], []
    for index, block in enumerate(card.document.blocks):
        goes_on = index and block.kind == "item" == card.document.blocks[index - 1].kind
        starts.append(block.line)
        numbers.append(numbers[-1] if goes_on else index)
    return starts, numbers


def parents(card: Card, statement: Statement) -> tuple[str, ...]:
    """The list items that a statement's item stands in, outermost first."""
    blocks = card.document.blocks
    at = bisect_right(blocks, statement.place.line, key=lambda block: block.line) - 1
    return blocks[at].parents if at >= 0 else ()


def own_names(card: Card) -> set[str]:
    """Words by which a card calls its own model: those of its title, and the usual ones."""
    title = next((block.span.text for block in card.document.blocks if block.kind == "heading"), "")
    html = _HTML_TITLE.search(card.document.text)
    title += " " + re.sub(r"<[^>]*>", " ", html[1]) if html else ""
    return {"student", "ours", *re.findall(r"[^\W_]{3,}|\b\d+[mb]\b", title.lower())}


def may_be_own(subject: str | None, own: set[str]) -> bool:
    """Whether a subject may be the card's own model, as what names none may; "x-66m" is no "x-110m"."""
    names = model(subject).names if subject else frozenset()
    sized = [{word for word in words if _PARAMETERS.fullmatch(word)} for words in (names, own)]
    return not names or (bool(names & own) and not (all(sized) and not sized[0] & sized[1]))


def of_a_model(card: Card) -> bool:
    """Whether a card tells of a model: documentation of a library has sizes and times, too."""
    told_so = card.document.text.startswith("---") or _OF_A_MODEL.search(card.document.text)
    return bool(told_so or of_quantity(card.statements, *SCORES, "parameters"))


def apart(one: Statement, other: Statement) -> bool:
    """Whether no value that rounds to the one rounds to the other too."""
    return above(one, other) or above(other, one)


def in_one_unit(one: Statement, other: Statement) -> tuple[Statement, Statement]:
    """Two sizes without the doubt whether MB means MiB, where both are written in one unit."""
    if one.quantity != "size" or _unit(one) != _unit(other):
        return one, other
    return tuple(replace(s, high=min(s.high, 2 * s.value - s.low)) for s in (one, other))


def _unit(statement: Statement) -> str:
    return "".join(re.findall(r"[^\W\d]", statement.shown)).lower()


def above(one: Statement, other: Statement) -> bool:
    """Whether the one is greater whatever was rounded away."""
    return one.low > other.high + 1e-9 * max(1.0, abs(other.high))


def pairs(statements: list[Statement]) -> Iterator[tuple[Statement, Statement]]:
    """Every two statements, in the card's order."""
    for index, one in enumerate(statements):
        for other in statements[index + 1 :]:
            yield one, other


def of_quantity(statements: Iterable[Statement], *quantities: str) -> list[Statement]:
    """The statements of some quantities in the card's own text: the front matter has rules of its own."""
    found = [s for s in statements if s.quantity in quantities and s.where != "front matter"]
    return found[:_MOST]


def told(statement: Statement) -> str:
    """A statement for a message: its number, what it is of, and where it stands."""
    of = " ".join(part for part in (statement.subject, statement.statistic, statement.group) if part)
    return f"{statement.shown} ({of + ', ' if of else ''}line {statement.place.line})"
