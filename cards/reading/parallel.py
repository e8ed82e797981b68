"""Parallel lists: "precision, recall and F1 are 0.83, 0.85 and 0.84", "A and B have 3 and 4"."""

import re

from .sentences import Sentence
from .vocabulary import Mention

_KINDS = ("quantity", "group", "model", "dataset", "split", "statistic", "counted")
_LINK = re.compile(
    r"[\s,/&|%()]*(?:\band\b|\bor\b|\bplus\b|\bthan\b|\bagainst\b|→|->)?[\s,/&|()]*"
    r"(?:(?:the|its|an?|on|for|of|our|to|with)\s+)*",
    re.IGNORECASE,
)
# "slower with X than with Y (31 ms against 24 ms)": the one goes with the other
_COMPARES = re.compile(r"\b(?:than|against)\b", re.IGNORECASE)
_BETWEEN = re.compile(r"[\s:=()]*(?:[a-z'-]+\s+){0,6}[\s:=(]*", re.IGNORECASE)
_RESPECTIVELY = re.compile(r"\brespectively\b|\bin (?:that|this) order\b", re.IGNORECASE)


def parallel(sentence: Sentence) -> dict[int, tuple[Mention, ...]]:
    """The mentions that belong to each number of a parallel list, by the number's offset."""
    found: dict[int, tuple[Mention, ...]] = {}
    said = bool(_RESPECTIVELY.search(sentence.text))
    for numbers in _runs([s.number for s in sentence.stretches], sentence.text, "stop"):
        if len(numbers) < 2 or len({n.unit for n in numbers}) > 1:
            continue
        for kind in _KINDS:
            mentions = [m for m in sentence.mentions if _alike(m.kind, kind)]
            for names in _runs(mentions, sentence.text, "end"):
                distinct = len({name.value for name in names}) == len(names) == len(numbers)
                if distinct and _compares(sentence, numbers) == _compares(sentence, names):
                    first, last = sorted((names, numbers), key=lambda run: run[0].start)
                    end = last[0].start
                    begin = first[-1].end if first is names else first[-1].stop
                    if begin <= end and (said or _BETWEEN.fullmatch(sentence.text, begin, end)):
                        for number, name in zip(numbers, names, strict=True):
                            found[number.start] = (*found.get(number.start, ()), name)
    return found


def _compares(sentence: Sentence, items: list) -> bool:
    return bool(_COMPARES.search(sentence.text, items[0].start, items[-1].start))


def _alike(kind: str, wanted: str) -> bool:
    return kind == wanted or (wanted == "model" and kind == "variant")


def _runs(items: list, text: str, end: str) -> list[list]:
    """Items of a list in a sentence: with nothing but commas and conjunctions between them."""
    runs: list[list] = []
    for item in items:
        if runs and _LINK.fullmatch(text, getattr(runs[-1][-1], end), item.start):
            runs[-1].append(item)
        else:
            runs.append([item])
    return [run for run in runs if len(run) > 1]
