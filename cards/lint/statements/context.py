"""What a number needs beside it to be checked: the data, the split, the revision, the machine."""

import re
from collections.abc import Iterator

from ...reading import Card, Statement
from ..finding import Finding, note, rule, warning
from .matching import SCORES, of_quantity, told

_SPLIT = re.compile(
    r"\b(test|dev|develop\w*|valid\w*|eval\w*|held[- ]out|hold[- ]?out|unseen|cross[- ]validat\w*|folds?"
    r"|benchmark|nobody had seen|split)\b",
    re.IGNORECASE,
)
# A name such as "MIMIC-III" or "n2c2" where data sets are named: "on X", "test split of X", "X (dev)".
_NAME = r"(?:[a-z]+\d[\w-]*|[A-Za-z][\w-]*[A-Z][\w-]*|[A-Z][\w-]*\d[\w-]*)"
_DATA = r"(?:test|dev|development|validation|held[- ]out|data ?set|corpus|benchmark|data|split)"
_DATASET = re.compile(
    rf"\b(?:on|split of|part of|set of)\s+(?:the\s+)?(?:[\w-]+\s+){{0,2}}?{_NAME}"
    r"|\[[^\]\n]*\b(?:data ?sets?|corpus|corpora)\b[^\]\n]*\]\("  # a link may say which
    r"|\]\([^)\s]*\)\W{0,3}(?:data ?sets?|corpus|corpora)\b"
    rf"|\b{_DATA}(?: set)?\s*[:=(]\s*{_NAME}|\b{_NAME}[\s\w,(]{{0,24}}\b{_DATA}\b"
    r"|^(?:datasets|task_categories|size_categories):",
    re.MULTILINE,
)
_REVISION = re.compile(
    r"\b(revisions?|commit|sha-?256|version|release|v\d+(\.\d+)*|(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64})\b",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"\b(cpus?|gpus?|tpu|t4|l4|v100|a10g?|a100|h100|h200|rtx|cuda|xeon|epyc|ryzen|core i\d|i[3579]-\d+\w*"
    r"|m[1-4]|apple|intel|amd|nvidia|arm|graviton|laptop|computer|phone|pixel|iphone|raspberry|processor|cores?"
    r"|threads?|snapdragon|jetson|browser|chrome)\b",
    re.IGNORECASE,
)


@rule("claim.dataset", severity="warning")
def dataset(card: Card) -> Iterator[Finding]:
    """A score names the data that it was measured on."""
    scores = _scores(card)
    if scores and not any(s.dataset for s in card.statements) and not _DATASET.search(card.document.text):
        yield _lacks("claim.dataset", scores, "no data set", "the data set, best by its id on the Hub")


@rule("claim.split", severity="warning")
def split(card: Card) -> Iterator[Finding]:
    """A score names the split that it was measured on."""
    scores = _scores(card)
    if scores and not any(s.split for s in scores) and not _SPLIT.search(card.document.text):
        yield _lacks(
            "claim.split", scores, "no split", "test, development or whatever texts they were measured on"
        )


@rule("claim.revision", severity="note")
def revision(card: Card) -> Iterator[Finding]:
    """A score names the revision or version of its data."""
    scores = _scores(card)
    if scores and any(s.dataset for s in scores) and not _REVISION.search(card.document.text):
        found = scores[0]
        yield note(
            "claim.revision",
            found.place,
            f"{len(scores)} scores, the first {told(found)}, with no revision of the data",
            "the data set's revision or version, so that the same texts can be had again",
        )


@rule("claim.machine", severity="warning")
def machine(card: Card) -> Iterator[Finding]:
    """A latency names the machine that it was measured on."""
    times = [s for s in of_quantity(card.statements, "latency", "throughput") if s.where != "code"]
    if times and not _MACHINE.search(card.document.text):
        yield _lacks("claim.machine", times, "no machine", "processor, threads and length of text")


def _scores(card: Card) -> list[Statement]:
    return of_quantity(card.statements, *SCORES)


def _lacks(rule_id: str, statements: list[Statement], lacking: str, right: str) -> Finding:
    first = statements[0]
    found = f"{len(statements)} of them, the first {first.quantity} {told(first)}, and {lacking} anywhere"
    return warning(rule_id, first.place, found, right)
