"""The front matter's `model-index`, from which the Hub shows results."""

import re

from ..input.card import Card
from ..read.front_matter import Key, Wrong, as_list, field_name, wrong_texts
from ..registry import Faults, rule

_RESULT = "model-index.results"
_TEXTS = {
    *("model-index.name", f"{_RESULT}.task.type", f"{_RESULT}.task.name"),
    *(f"{_RESULT}.dataset.{field}" for field in ("type", "name", "config", "split", "revision")),
    *(f"{_RESULT}.metrics.{field}" for field in ("type", "name", "config")),
    *(f"{_RESULT}.source.{field}" for field in ("name", "url")),
}
_DATASET_TYPE = re.compile(r"(?:[\w-]+/)?[\w.-]+")  # the Hub's own expression


@rule("model-index.result", hub_decides=True)
def result(card: Card) -> Faults:
    """Every result of model-index has the parts that the Hub asks for: task, data set, metrics with values.

    Why: The Hub refuses the card, or shows none of its results.
    Fix: Write results as https://huggingface.co/docs/hub/model-cards#evaluation-results has them.
    """
    matter = card.front_matter
    index = matter.data.get("model-index") or []
    if not isinstance(index, list) or not all(isinstance(entry, dict) for entry in index):
        yield matter.place("model-index"), "model-index is no list of {name, results}"
        return
    for key, said in (*_wrong_entries(index), *wrong_texts(matter.data, _TEXTS)):
        yield matter.place(*key), f"{field_name(key)}: {said}"


@rule("model-index.dataset", severity="warning")
def dataset(card: Card) -> Faults:
    """Every result of model-index names the data set that it was measured on.

    Why: `ModelCard.load` of huggingface_hub raises an error; a score without its data cannot be
        compared.
    Fix: Add `dataset` with type and name.
    """
    for number, entry in enumerate(as_list(card.front_matter.data.get("model-index"))):
        results = as_list(entry.get("results")) if isinstance(entry, dict) else []
        for which, each in enumerate(results):
            if isinstance(each, dict) and "dataset" not in each:
                yield card.front_matter.place("model-index", number, "results", which), "no data set is named"
                return  # one word on it is enough


def _wrong_entries(index: list[dict[str, object]]) -> Wrong:
    for number, entry in enumerate(index):
        here: Key = ("model-index", number)
        results = entry.get("results")
        if entry.get("name") is None:
            yield here, "the entry has no name"
        if results is None:
            yield here, "the entry has no results"
        elif not isinstance(results, list):
            yield (*here, "results"), "this is no list of {task, dataset, metrics}"
        for which, each in enumerate(as_list(results)):
            if isinstance(each, dict):
                yield from _wrong_result(each, (*here, "results", which))
            else:
                yield (*here, "results", which), f"{each!r} is no mapping with task, dataset and metrics"


def _wrong_result(each: dict[str, object], here: Key) -> Wrong:
    task, dataset, metrics = each.get("task"), each.get("dataset"), each.get("metrics")
    if not isinstance(task, dict) or not task.get("type"):
        yield (*here, "task"), "the result has no task.type"
    if "dataset" in each:  # without one, as spaCy writes them, the Hub shows results all the same
        named = dataset if isinstance(dataset, dict) else {}
        if not named.get("name"):
            yield (*here, "dataset"), "the result has no dataset.name"
        if not _DATASET_TYPE.fullmatch(str(named.get("type", ""))):
            yield (*here, "dataset", "type"), f"{named.get('type')!r} is no id of a data set: [owner/]name"
    if not metrics:
        yield here, "the result has no metrics"
    elif not isinstance(metrics, list):
        yield (*here, "metrics"), "this is no list of {type, value}"
    for number, metric in enumerate(as_list(metrics)):
        key: Key = (*here, "metrics", number)
        if not isinstance(metric, dict) or not metric.get("type"):
            yield key, f"{metric!r} is no mapping with type and value"
            continue
        value = metric.get("value")
        # Texts ("NA", "0.87 ± 0.01") and matrices of confusion are values that the Hub takes.
        if isinstance(value, bool) or not isinstance(value, int | float | str | list | dict):
            yield (*key, "value"), f"{value!r} is no value of a metric"
