"""The results that the Hub shows from the front matter, against those of the text."""

from collections import Counter
from collections.abc import Iterator

from ...reading import Statement
from ..finding import Finding, error, rule, warning
from ..subject import Subject
from .own import is_own


@rule("index.text")
def index_and_text(subject: Subject) -> Iterator[Finding]:
    """A result in model-index is one that the text gives for this model on the same data."""
    stated = subject.reading.statements
    results = [s for s in stated if s.where == "front matter" and s.dataset and s.split and s.group]
    variants = Counter(_terms(result) for result in results)
    for result in results:
        if variants[_terms(result)] > 1:
            continue  # of several variants, which the text may name in its own way
        same = [s for s in stated if s.where in ("table", "prose", "list") and _terms(s) == _terms(result)]
        same = [s for s in same if is_own(subject, s.subject)]
        if same and not any(s.low <= result.high and result.low <= s.high for s in same):
            report = error if len(same) == 1 else warning  # several: one of them may be another variant
            shown = ", ".join(f"{s.shown} (line {s.place.line})" for s in same[:3])
            yield report("index.text", result.place, f"{result.shown}, and in the text {shown}", "one value")


def _terms(statement: Statement) -> tuple:
    return (statement.quantity, statement.group, statement.dataset, statement.split)
