"""What the Trainer wrote on a card, against the front matter and its own table."""

import re

from ..input.card import Card
from ..read.heads import read_head
from ..read.index_results import apart, indexed_results, shown_datasets
from ..read.numbers import read_number
from ..registry import Faults, rule

# Of texts that are generated, the last evaluation often has other settings than those between.
_ID = re.compile(r"[a-z0-9_.-]+|[\w.-]+/[\w.-]+")
_UNNAMED = {
    "none",
    "unknown",
    "generator",
    "imagefolder",
    "audiofolder",
    "json",
    "csv",
    "text",
    "parquet",
    "custom",
}
_OF_LABELS = {"accuracy", "precision", "recall", "f1"}


@rule("trainer.results", preview=True)
def results(card: Card) -> Faults:
    """The results that the Trainer lists are those of model-index.

    Why: The Hub shows model-index beside the card, so readers see two values for one evaluation.
    Fix: Copy both from one evaluation; each evaluation is a result of its own in model-index.
    """
    trainer = card.trainer
    listed = {result.metric: result for result in trainer.results} if trainer else {}
    pairs = [
        [
            (metric.name, listed[metric.name].number, metric.number)
            for metric in metrics
            if metric.name in listed
        ]
        for metrics in indexed_results(card.front_matter)
    ]
    faults = [apart(each) for each in pairs if each]
    if faults and all(faults):  # of several evaluations one may be the list's
        name, number, other = min(faults, key=len)[0]
        said = f"{name} is {number.text} here and {other.text} in model-index"
        yield card.at_line(listed[name].line), said


@rule("trainer.step", preview=True)
def step(card: Card) -> Faults:
    """The scores that the Trainer lists are those of the table's row with the same loss.

    Why: Both are one evaluation, so one of the values was changed.
    Fix: Copy the row of the step whose weights ship.
    """
    trainer = card.trainer
    if not trainer or not trainer.steps:
        return
    listed = {result.metric: result for result in trainer.results}
    heads = trainer.steps[0].cells
    faults = []
    for row in trainer.steps[1:]:
        cells = dict(zip(heads, row.cells, strict=True))
        if "Loss" in listed and cells.get("Validation Loss") == listed["Loss"].number.text:
            scores = [
                (name, result.number, number)
                for name, result in listed.items()
                if (head := read_head(name)) and head.metric in _OF_LABELS
                if (number := read_number(cells.get(name, "")))
            ]
            faults.append(apart(scores))
    if faults and all(faults):
        name, number, other = min(faults, key=len)[0]
        said = f"{name} is {number.text} here and {other.text} in the row with this loss"
        yield card.at_line(listed[name].line), said


@rule("trainer.base-model", preview=True)
def base_model(card: Card) -> Faults:
    """The base that the Trainer names is that of the front matter.

    Why: The Hub lists the model below the wrong base.
    Fix: Name the model whose weights the training began with in both.
    """
    trainer = card.trainer
    given = [str(value) for value, _ in card.front_matter.all("base_model")]
    is_id = trainer and trainer.base and not trainer.base.startswith((".", "/"))
    if trainer and given and is_id and _name(trainer.base) not in {_name(value) for value in given}:
        said = f"the base is {trainer.base} here and {', '.join(given)} in base_model"
        yield card.at_line(trainer.line), said


@rule("trainer.dataset", severity="warning", preview=True)
def dataset(card: Card) -> Faults:
    """The data set that the Trainer names by its id is one of the front matter's.

    Why: The Hub lists the model below another data set than the one that it was trained on.
    Fix: Name the data set of the training in both.
    """
    trainer = card.trainer
    given = [str(value).lower() for value, _ in card.front_matter.all("datasets")]
    named = trainer.data.partition(" - ")[0] if trainer else ""
    if trainer and given and _ID.fullmatch(named) and not _UNNAMED & {named, *given}:
        own, others = _name(named), [_name(value) for value in given]
        # Ids may be shortened, and model-index may give the name that is shown for an id.
        shown = {(named, value) for value in given} & shown_datasets(card.front_matter)
        if not shown and not any(own in other or other in own for other in others):
            said = f"the data set is {trainer.data} here and {', '.join(given)} in datasets"
            yield card.at_line(trainer.line), said


def _name(repo_id: str) -> str:
    """The last part: canonical models have an id with and one without a namespace."""
    return repo_id.rstrip("/").rpartition("/")[2].lower()
