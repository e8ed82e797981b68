"""Readiness: each model answers as it did when it was published.

A model folder's golden.json holds a text and what the shipped file found in it. Spans, labels and
texts must be equal; scores may differ by `TOLERANCE`, since processors and versions of ONNX Runtime round
INT8 differently. A model without golden.json is held to what can be checked without it.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ...contract import Entity

TOLERANCE = 0.05
# For models without golden.json. Invented.
TEXT = "Case 🩺: after two weeks of lithium the patient de\u0301veloped tremor,\r\nand aspirin was stopped."


@dataclass(frozen=True)
class Candidate:
    """A model to check."""

    role: str
    name: str
    tag: Callable[[list[str]], list[list[Entity]]]
    golden: Mapping[str, Any] | None  # the content of its golden.json


@dataclass(frozen=True)
class Checked:
    """What the warm-up found of one model."""

    role: str
    model: str
    check: str  # "golden output", or what was checked in its place
    problem: str | None  # None when the check holds
    score_difference: float | None  # the largest from the golden scores, None without golden output


def check(model: Candidate) -> Checked:
    """Run a model twice on its golden text and compare. Never raises: what goes wrong is the finding."""
    what = "golden output" if model.golden else "exact offsets, same answer twice (it has no golden.json)"
    difference = None
    try:
        text = model.golden["text"] if model.golden else TEXT
        (first,), (second,) = model.tag([text]), model.tag([text])
        problem = _offsets(text, first)
        if problem is None and list(first) != list(second):
            problem = "the same text gave two answers"
        if problem is None and model.golden:
            problem, difference = compare(model.golden["entities"], first)
    except BaseException as error:  # a panic of native code too: it must not be trusted
        problem = f"the golden text could not be tagged ({type(error).__name__})"
    return Checked(model.role, model.name, what, problem, difference)


def _offsets(text: str, entities: Iterable[Entity]) -> str | None:
    wrong = [e for e in entities if text[e.start : e.end] != e.text]
    return f"offsets {wrong[0].start} to {wrong[0].end} do not give the entity's text" if wrong else None


def compare(golden: list[Mapping[str, Any]], found: list[Entity]) -> tuple[str | None, float | None]:
    """Compare entities. Returns what differs, None when nothing does, and the largest score difference."""
    expected = [(e["start"], e["end"], e["label"], e["text"]) for e in golden]
    actual = [(e.start, e.end, e.label, e.text) for e in found]
    for one, other in zip(expected, actual, strict=False):
        if one != other:
            return f"expected {_show(one)}, found {_show(other)}", None
    if len(expected) != len(actual):
        return f"expected {len(expected)} entities, found {len(actual)}", None
    difference = max((abs(e["score"] - f.score) for e, f in zip(golden, found, strict=True)), default=0.0)
    if difference > TOLERANCE:
        return f"scores differ by {difference:.3f}, more than {TOLERANCE}", difference
    return None, difference


def _show(entity: tuple[int, int, str, str]) -> str:
    start, end, label, text = entity
    return f"{label} {text!r} at {start} to {end}"


class Health:
    """What /readyz says: warming at first; `warm_up` makes it ready, or failed for good.

    `dead` tells how many threads have ended that tag texts.
    """

    def __init__(self, models: Iterable[Candidate], dead: Callable[[], int]):
        self._models, self._dead = list(models), dead
        self._checked: list[Checked] = []
        self._checking = threading.Lock()
        self._draining = threading.Event()

    def warm_up(self) -> list[Checked]:
        """Check every model, in the time of two runs of each."""
        self._checked = [check(model) for model in self._models]
        return self._checked

    def check_again(self, role: str) -> None:
        """Check a model once more, which may have broken while it served; one check at a time."""
        if not self._checking.acquire(blocking=False):
            return
        try:
            for place, (model, checked) in enumerate(zip(self._models, self._checked, strict=False)):
                if model.role == role and not checked.problem:
                    self._checked[place] = check(model)
        finally:
            self._checking.release()

    def drain(self) -> None:
        """Take no more requests, from now on."""
        self._draining.set()

    @property
    def status(self) -> str:
        """ "warming", "ready", "failed" or "draining"."""
        if self._draining.is_set():
            return "draining"
        if len(self._checked) < len(self._models):
            return "warming"
        return "failed" if self._dead() or any(checked.problem for checked in self._checked) else "ready"

    @property
    def ready(self) -> bool:
        return self.status == "ready"

    def report(self) -> dict[str, Any]:
        """Make the body of /readyz."""
        models = [vars(checked) for checked in self._checked]
        return {"status": self.status, "dead_workers": self._dead(), "models": models}
