"""Counts of a whole and of its parts, in one sentence or one list."""

import re
from collections.abc import Iterator
from itertools import pairwise

from ...reading import Card
from ...reading.document import Block, Span
from ...reading.quantities import COUNT_WORDS
from ..finding import Finding, error, rule, warning
from .text import sentences, step, value

_UNITS = r"%|percent|-|[kKMB]\b|ms\b|s\b|[KMG]i?B\b|x\b|×|hours?\b|epochs?\b|points?\b"
_INT = rf"\d{{1,3}}(?:,\d{{3}})+(?![\d,]*\d)|\d+(?![.,]?\d|\s?(?:{_UNITS}))"
_WHOLE_NUMBER = re.compile(rf"(?<![\w.,$€-])(?:{_INT})(?![\w])")
# Words behind which the parts of what was counted right before are listed.
_DIVIDES = re.compile(
    r"\b(?:split|divided|divide|separated|partitioned|broken down)\s+(?:up\s+)?(?:in|into|as)\b"
    r"|\bof which\b|\bof them\b|\bconsist\w*\s+of\b|\bcompris\w+|\bnamely\b",
    re.IGNORECASE,
)
_OF_WHICH = re.compile(r"\bof (?:which|these|them)\b", re.IGNORECASE)
# "from three clinics, 900 from the first, ...": as many parts as are named
_SO_MANY = re.compile(
    r"\b(?:from|in|of|across)\s+(?P<n>two|three|four|five|six)\s+\w+\s*[,:;]", re.IGNORECASE
)
_ALMOST = 0.9  # of a whole
_ALL_OF_IT = re.compile(
    r"\b(?:split|divided|divide|separated|partitioned|broken down|consist|compris)\w*\b", re.IGNORECASE
)
_NEW_CLAUSE = re.compile(r";\s*(?:it|its|they|we|this|another|a further)\b", re.IGNORECASE)
_OF_ALL = re.compile(r"\b(?:of|from)\s+(?:the|our|all|these)?\s*$", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:from|in|since|until|to|and|of)\s+(?:19|20)\d\d$", re.IGNORECASE)
_SPLITS = [
    re.compile(words, re.IGNORECASE)
    for words in (r"\btrain", r"\b(?:dev|valid|tun)", r"\btest|\bheld[- ]out|\beval")
]
_OUTCOMES = re.compile(
    rf"(?P<n>{_INT})\s+(?:of them\s+|requests?\s+|calls?\s+|runs?\s+|were\s+|was\s+)?"
    r"(?:(?:had|got|returned|ended in|with)\s+)?"
    r"(?P<what>succe\w+|ok\b|passed|completed|answered|failed|failures?|errors?|errored|timed out|timeouts?"
    r"|rejected)",
    re.IGNORECASE,
)
_TRIED = re.compile(
    rf"(?P<n>{_INT})\s+(?:\w+\s+){{0,2}}?(?:requests?|calls?|queries|runs|prompts|trials|tests|notes|documents)\b",
    re.IGNORECASE,
)
_SMALLEST = 20  # below it, what is more than the whole may be counted twice
_OVERLAP = re.compile(
    r"\b(?:overlap\w*|both|some of|several|multi-?label|more than one|other|including|among|at least)\b",
    re.IGNORECASE,
)
_WITH_SHARE = re.compile(
    rf"(?P<n>{_INT})(?P<what>[^\d()%;.]{{0,40}})\((?P<share>\d{{1,3}}(?:\.\d+)?)\s?(?:%|percent)\)"
)
_ITEM = re.compile(
    rf"\W*(?P<name>[^\W\d][^:=|\d]{{0,30}}?)\s*(?:[:=|]|\s[–—-]\s)\s*(?P<n>{_INT})\s*(?P<unit>[a-z]*)[^\d]*"
)
_COUNT_FIRST = re.compile(rf"\W*(?P<n>{_INT})\s+(?P<what>[a-z]+)")
_USED = ("for", "in", "as", "were", "are", "used", "to")  # "640 for testing"
_IN_ALL = re.compile(r"\b(?:in total|in all|altogether|overall)\W*$", re.IGNORECASE)
_TOTAL = re.compile(r"\W*(?:total|sum|all|overall|altogether|gesamt|in all)\b.{0,24}", re.IGNORECASE)


@rule("count.parts")
def parts(card: Card) -> Iterator[Finding]:
    """The parts of what a sentence or a list counts add up to the whole."""
    for sentence in sentences(card):
        found = _outcomes(sentence) or _divided(sentence)
        if found:
            yield _report(card, *found)
    for lead, items in _led(card):
        if found := _counted(lead, items):
            yield _report(card, *found)
    for items in _lists(card):
        if (found := _totalled(items)) is not None:
            yield _report(card, *found)


@rule("count.percent")
def percent(card: Card) -> Iterator[Finding]:
    """A count with its share in brackets is that share of the whole that the sentence names."""
    for sentence in sentences(card):
        shares = list(_WITH_SHARE.finditer(sentence.text))
        whole = next(
            (m for m in _WHOLE_NUMBER.finditer(sentence.text) if not shares or m.start() < shares[0].start()),
            None,
        )
        if not shares or whole is None or any(value(m["n"]) > value(whole[0]) for m in shares):
            continue
        off = [m for m in shares if not _is_share(m, value(whole[0]))]
        if off and (len(off) < len(shares) or len(shares) == 1):  # where none fits, they are of another whole
            for match in off if len(shares) > 1 else []:
                found = f"{match['n']} of {whole[0]} given as {match['share']}%"
                right = f"{100 * value(match['n']) / value(whole[0]):.1f}%"
                yield error(
                    "count.percent", card.document.place(sentence.start + match.start()), found, right
                )


def _is_share(match: re.Match, whole: float) -> bool:
    return abs(100 * value(match["n"]) / whole - float(match["share"])) <= step(match["share"])


def _outcomes(sentence: Span) -> tuple | None:
    """Requests that succeeded and failed: more than there were, or not all."""
    found = list(_OUTCOMES.finditer(sentence.text))
    tried = _TRIED.search(sentence.text, 0, found[0].start()) if len(found) > 1 else None
    if tried is None or any(value(m["n"]) > value(tried["n"]) for m in found):
        return None
    kinds = {m["what"].lower()[:4] for m in found}
    if len(kinds) < 2:
        return None
    names = [(m["n"], m["what"]) for m in found]
    return _sum(tried["n"], names, sentence.start + tried.start(), sure_below=False)


def _divided(sentence: Span) -> tuple | None:
    """ "12,000 reports, split into 9,000 for training, ...": all parts stand behind the whole."""
    text = sentence.text
    marked = [m for m in _WHOLE_NUMBER.finditer(text) if not _YEAR.search(text[: m.end()])]
    if len(marked) < 3 or _OVERLAP.search(text):
        return None
    whole, *others = marked
    listed = [others[0]]
    for one, other in pairwise(others):
        joint = text[one.end() : other.start()]
        if not re.search(r",|;|\band\b|\+|/", joint) or _NEW_CLAUSE.search(joint):
            break
        listed.append(other)
    between = text[whole.end() : listed[0].start()]
    behind = text[whole.end() :]
    divides = (
        _DIVIDES.search(between)
        or re.search(r"[:(]\s*(?:\w+\s+)?$", between)
        or _OF_ALL.search(text[: whole.start()])
        or _as_many_as_said(between, listed)
    )
    if len(listed) < 2 or not divides or any(value(m[0]) >= value(whole[0]) for m in listed):
        return None
    splits = all(pattern.search(behind) for pattern in _SPLITS) and len(listed) == 3
    in_all = bool(_ALL_OF_IT.search(between)) or _as_many_as_said(between, listed)
    added = sum(value(m[0]) for m in listed)
    # "of which 900 are routine, 80 urgent and 10 critical": the rest may go unsaid, but hardly so little
    almost = len(listed) > 2 and _OF_WHICH.search(between) and added >= _ALMOST * value(whole[0])
    if not splits and not in_all and not almost and not re.search(r"[:(]\s*(?:\w+\s+)?$", between):
        return None
    names = [(m[0], "") for m in listed]
    return _sum(whole[0], names, sentence.start + whole.start(), sure_below=splits or in_all)


def _as_many_as_said(between: str, listed: list[re.Match]) -> bool:
    said = _SO_MANY.search(between)
    return bool(said) and COUNT_WORDS[said["n"].lower()] == len(listed)


def _lists(card: Card) -> Iterator[list[Block]]:
    run: list[Block] = []
    for block in [*card.document.blocks, None]:
        if block is not None and block.kind == "item":
            run.append(block)
        elif run:
            yield run
            run = []


def _led(card: Card) -> Iterator[tuple[Block, list[Block]]]:
    """Each list with the line above it that announces it: "3,000 notes, of which:"."""
    blocks = card.document.blocks
    for items in _lists(card):
        lead = blocks[blocks.index(items[0]) - 1]
        if lead.kind == "paragraph" and lead.span.text.rstrip().endswith(":") and not items[0].parents:
            yield lead, items


def _counted(lead: Block, items: list[Block]) -> tuple | None:
    """Items that begin with counts ("2,310 got the right one"), below the one count of the whole."""
    whole = _WHOLE_NUMBER.findall(lead.span.text)
    first = [_COUNT_FIRST.match(block.span.text) for block in items]
    if len(whole) != 1 or len(items) < 2 or not all(first) or _OVERLAP.search(lead.span.text):
        return None
    parts = [match["n"] for match in first]
    added = sum(map(value, parts))
    more = value(whole[0]) < added <= value(whole[0]) / _ALMOST  # a rest may go unsaid
    at = lead.span.start + lead.span.text.index(whole[0])
    return _sum(whole[0], [(n, "") for n in parts], at, sure_below=False) if more else None


def _totalled(items: list[Block]) -> tuple | None:
    """A list of names and counts, one of which is the total of the others."""
    matches = [(block, _ITEM.fullmatch(block.span.text)) for block in items]
    read = [(block, match) for block, match in matches if match]
    if not read:
        return _counted_in_all(items)
    total = next(((block, match) for block, match in read if _TOTAL.fullmatch(match["name"])), None)
    if total is None:
        return None
    others = [m for block, m in read if m is not total[1] and m["unit"] == total[1]["unit"]]
    if len(others) < 2 or len(others) + 1 < len(items):
        return None
    names = [(m["n"], m["name"].strip(" *_")) for m in others]
    return _sum(total[1]["n"], names, total[0].span.start + total[1].start("n"), sure_below=True)


def _counted_in_all(items: list[Block]) -> tuple | None:
    """ "5,120 reports in total" above "3,840 for training" and the like."""
    first = [_COUNT_FIRST.match(block.span.text) for block in items]
    totals = [at for at, block in enumerate(items) if _IN_ALL.search(block.span.text)]
    overlap = any(_OVERLAP.search(block.span.text) for block in items)
    if len(totals) != 1 or len(items) < 3 or not all(first) or overlap:
        return None
    total = first.pop(totals[0])
    if any(match["what"] not in (*_USED, total["what"]) for match in first):
        return None  # other things are counted there, too
    at = items[totals[0]].span.start + total.start("n")
    return _sum(total["n"], [(match["n"], "") for match in first], at, sure_below=False)


def _sum(whole: str, named: list[tuple[str, str]], at: int, sure_below: bool) -> tuple | None:
    """What is to be reported, where the parts do not add up and are near enough to be meant as parts."""
    total, added = value(whole), sum(value(number) for number, _ in named)
    if added == total or not 0.5 * total < added < 2 * total:
        return None
    shown = " + ".join(f"{number} {name}".strip() for number, name in named)
    return whole, shown, f"{added:,.0f}", at, sure_below or added > total >= _SMALLEST


def _report(card: Card, whole: str, shown: str, added: str, at: int, sure: bool) -> Finding:
    found = f"{whole} in all, but {shown} is {added}"
    return (error if sure else warning)(
        "count.parts", card.document.place(at), found, f"parts that sum to {whole}"
    )
