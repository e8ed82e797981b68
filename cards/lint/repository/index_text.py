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
    results = [s for s in stated if s.where == "front matter" and s.dataset and s.split]
    datasets = {s.dataset for s in stated if s.dataset}
    variants = Counter(_terms(result) for result in results)
    for result in results:
        if variants[_terms(result)] > 1:
            continue  # of several variants, which the text may name in its own way
        written = [s for s in stated if s.where in ("table", "prose", "list") and is_own(subject, s.subject)]
        same = [s for s in written if _terms(s) == _terms(result)]
        named = bool(same)
        if not named and len(datasets) == 1 and result.group:  # "- Macro F1: 84.7%" is of the only data set
            # In a sentence, "its macro F1" may be that of the model that this one began with.
            same = [s for s in written if s.subject != "model" and _may_be(s, result)]
            same = same if len(same) == 1 else []
        if same and not any(s.low <= result.high and result.low <= s.high for s in same):
            # Of several, one may be another variant; what names no average may be another one.
            sure = named and len(same) == 1 and result.group is not None
            report = error if sure else warning
            shown = ", ".join(f"{s.shown} (line {s.place.line})" for s in same[:3])
            yield report("index.text", result.place, f"{result.shown}, and in the text {shown}", "one value")


def _terms(statement: Statement) -> tuple:
    return (statement.quantity, statement.group, statement.dataset, statement.split)


def _may_be(statement: Statement, result: Statement) -> bool:
    """Whether a number says what a result says, or leaves data set and split unsaid."""
    said = (statement.dataset in (None, result.dataset), statement.split in (None, result.split))
    kind = (statement.quantity, statement.group) == (result.quantity, result.group)
    return kind and all(said) and not statement.conditions and statement.statistic is None
