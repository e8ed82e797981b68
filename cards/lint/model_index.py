"""The front matter's `model-index`, from which the Hub shows results."""

import re
from collections.abc import Iterator

from .finding import Finding, error, rule, warning
from .front_matter import Wrong, as_list, shown, wrong_texts
from .matter import Key
from .subject import Subject

_RESULT = "model-index.results"
_TEXTS = {"model-index.name", f"{_RESULT}.task.type", f"{_RESULT}.task.name"}
_TEXTS |= {f"{_RESULT}.dataset.{field}" for field in ("type", "name", "config", "split", "revision")}
_TEXTS |= {f"{_RESULT}.metrics.{field}" for field in ("type", "name", "config")}
_TEXTS |= {f"{_RESULT}.source.{field}" for field in ("name", "url")}
_DATASET_TYPE = re.compile(r"(?:[\w-]+/)?[\w.-]+")  # the Hub's own expression


@rule("front-matter.model-index")
def model_index(subject: Subject) -> Iterator[Finding]:
    """Every result of model-index has the parts that the Hub asks for, and none hides another."""
    matter = subject.matter
    index = matter.data.get("model-index") or []
    if not isinstance(index, list) or not all(isinstance(entry, dict) for entry in index):
        right = "a list of {name, results}"
        yield error("front-matter.model-index", matter.place("model-index"), repr(index), right)
        return
    wrong = _wrong_entries(index, bool(subject.ledger))
    for key, found, right in (*wrong, *wrong_texts(index, ("model-index",), _TEXTS)):
        yield error("front-matter.model-index", matter.place(*key), found, right, shown(key))
    for key, found, right in () if subject.ledger else _unnamed(index):
        yield warning("front-matter.model-index", matter.place(*key), found, right)
    report = error if subject.ledger else warning  # the Hub shows them all; its Python client does not
    for key, found, right in _hidden(index):
        yield report("front-matter.model-index", matter.place(*key), found, right)


def _wrong_entries(index: list[dict], ours: bool) -> Wrong:
    """Trainers write an entry without results where nothing was measured; ours always was."""
    for number, entry in enumerate(index):
        here = ("model-index", number)
        if not entry.get("name") or (ours and not as_list(entry.get("results"))):
            yield here, "an entry without name or results", "both"
        if not isinstance(entry.get("results") or [], list):
            yield (*here, "results"), "no list", "a list of {task, dataset, metrics}"
        for which, result in enumerate(as_list(entry.get("results"))):
            if isinstance(result, dict):
                yield from _wrong_result(result, (*here, "results", which), ours)
            else:
                yield (*here, "results", which), repr(result), "a mapping with task, dataset and metrics"


def _unnamed(index: list[dict]) -> Wrong:
    """Results without a data set, as spaCy writes them: the Hub shows them all the same."""
    results = [
        (n, w, r) for n, entry in enumerate(index) for w, r in enumerate(as_list(entry.get("results")))
    ]
    for number, which, result in results:
        if isinstance(result, dict) and "dataset" not in result:
            right = "the data set: a score without it cannot be compared"
            yield ("model-index", number, "results", which), "no dataset", right
            return  # one word on it is enough


def _wrong_result(result: dict, here: Key, ours: bool) -> Wrong:
    task, dataset = _mapping(result.get("task")), _mapping(result.get("dataset"))
    if not task.get("type"):
        yield (*here, "task"), "no task.type", "the pipeline tag"
    if ours or "dataset" in result:
        if not dataset.get("name"):
            yield (*here, "dataset"), "no dataset.name", "a name"
        if not _DATASET_TYPE.fullmatch(str(dataset.get("type", ""))):
            found = f"dataset.type {dataset.get('type')!r}"
            yield (*here, "dataset", "type"), found, "an id as on the Hub: [owner/]name"
    if not result.get("metrics"):
        yield here, "no metrics", "at least one metric"
    elif not isinstance(result["metrics"], list):
        yield (*here, "metrics"), "no list", "a list of {type, value}"
    for number, metric in enumerate(as_list(result.get("metrics"))):
        key = (*here, "metrics", number)
        if not isinstance(metric, dict) or not metric.get("type"):
            yield key, repr(metric), "a mapping with type and value"
            continue
        value = metric.get("value")
        number_in_text = isinstance(value, str) and re.search(r"\d", value)
        is_matrix = isinstance(value, list | dict)  # of confusion
        if isinstance(value, bool) or not (isinstance(value, int | float) or number_in_text or is_matrix):
            yield (*key, "value"), f"the value {value!r}", "a number"


def _hidden(index: list[dict]) -> Wrong:
    """What the Hub's Python client drops when it reads and writes a card."""
    if len(index) > 1:
        yield ("model-index",), f"{len(index)} names", "one: huggingface_hub keeps only the last"
    for number, entry in enumerate(index):
        seen = set()
        for which, result in enumerate(as_list(entry.get("results"))):
            if not isinstance(result, dict):
                continue
            key = ("model-index", number, "results", which)
            same = repr({**result, "metrics": None})
            if same in seen:
                yield key, "the task and dataset of an earlier result", "one result with all the metrics"
            seen.add(same)
            yield from _same_names(as_list(result.get("metrics")), key)


def _same_names(metrics: list, here: Key) -> Wrong:
    seen = set()
    for number, metric in enumerate(metrics):
        if not isinstance(metric, dict):
            continue
        name = (str(metric.get("type")), str(metric.get("name")), str(metric.get("config")))
        if name in seen:
            found = f"a second {name[0]} named {name[1]!r}"
            yield (*here, "metrics", number), found, "a name of its own, so that variants stay apart"
        seen.add(name)


def _mapping(value: object) -> dict:
    return value if isinstance(value, dict) else {}
