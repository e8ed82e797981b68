"""The front matter: what the Hub accepts, and what it accepts and then misreads."""

import math
import re
from collections.abc import Iterator

import yaml

from .finding import Finding, error
from .subject import Subject

REQUIRED = ("language", "license", "library_name", "pipeline_tag", "base_model", "tags", "model-index")
RELATIONS = ("finetune", "adapter", "quantized", "merge")

_BLOCK = re.compile(r"\A---[ ]*\r?\n(.*?)^---[ ]*$", re.MULTILINE | re.DOTALL)
_DATASET_TYPE = re.compile(r"(?:[\w-]+/)?[\w.-]+")  # the Hub's own expression
_HUB_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*")
_LOCAL_PATH = re.compile(r"(?:/|\./|\.\./|~|file:|[A-Za-z]:[\\/]).*", re.DOTALL)
_QUOTED_KEY = re.compile(r"(?:.*_)?(?:version|revision)")


def front_matter(subject: Subject) -> Iterator[Finding]:
    """Valid YAML with the fields of a model card, in the form that the Hub reads."""
    block = _BLOCK.match(subject.text)
    try:
        data = yaml.safe_load(block[1]) if block else None
    except yaml.YAMLError as problem:
        yield error("front-matter.yaml", f"{subject.card}:1", str(problem), "YAML without Python tags")
        return
    if not isinstance(data, dict):
        yield error(
            "front-matter.yaml", f"{subject.card}:1", "no front matter", "a YAML mapping between --- lines"
        )
        return
    for place, found, right in _wrong_fields(data):
        yield error("front-matter.field", f"{subject.card} {place}", found, right)
    for place, found, right in _wrong_values(data, ""):
        yield error("front-matter.value", f"{subject.card} {place}", found, right)
    for place, found, right in _wrong_index(data.get("model-index") or []):
        yield error("front-matter.model-index", f"{subject.card} {place}", found, right)


Wrong = Iterator[tuple[str, str, str]]  # place, found, right


def _wrong_fields(data: dict) -> Wrong:
    for key in REQUIRED:
        if not data.get(key):
            yield key, "nothing", "a value: the Hub shows and filters by it"
    if data.get("license") == "other" and not data.get("license_name"):
        yield "license", "'other' alone", "license_name beside it"
    relation = data.get("base_model_relation")
    if relation is not None and relation not in RELATIONS:
        yield "base_model_relation", repr(relation), f"one of {', '.join(RELATIONS)}"
    for key in ("base_model", "datasets"):
        for value in _list(data.get(key)):
            if not isinstance(value, str) or not _HUB_ID.fullmatch(value):
                yield key, repr(value), "an id as on the Hub"
    for number, widget in enumerate(_list(data.get("widget"))):
        if not isinstance(widget, dict) or not isinstance(widget.get("text"), str):
            yield f"widget[{number}]", repr(widget), "a mapping with `text`"


def _wrong_values(value: object, place: str) -> Wrong:
    """Walk all of the front matter for values that are wrong anywhere."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if _QUOTED_KEY.fullmatch(str(key)) and not isinstance(inner, str):
                yield (
                    f"{place}{key}",
                    repr(inner),
                    "the same in quotes: YAML reads an unquoted version as a number",
                )
            yield from _wrong_values(inner, f"{place}{key}.")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _wrong_values(inner, f"{place[:-1]}[{number}].")
    elif isinstance(value, float) and not math.isfinite(value):
        yield place[:-1], str(value), "a finite number"
    elif isinstance(value, str) and _LOCAL_PATH.fullmatch(value) and not place.endswith("text."):
        yield place[:-1], repr(value), "an id as on the Hub, no path of one machine"


def _wrong_index(index: object) -> Wrong:
    if not isinstance(index, list) or not all(isinstance(entry, dict) for entry in index):
        yield "model-index", repr(index), "a list of {name, results}"
        return
    if len(index) > 1:
        yield "model-index", f"{len(index)} names", "one: the Hub keeps only the last"
    for entry in index:
        seen = set()
        if not entry.get("name") or not _list(entry.get("results")):
            yield "model-index", "an entry without name or results", "both"
        for number, result in enumerate(_list(entry.get("results"))):
            place = f"model-index.results[{number}]"
            yield from _wrong_result(result, place)
            key = repr({**result, "metrics": None}) if isinstance(result, dict) else number
            if key in seen:
                yield place, "the task and dataset of an earlier result", "one result with all the metrics"
            seen.add(key)


def _wrong_result(result: object, place: str) -> Wrong:
    if not isinstance(result, dict):
        yield place, repr(result), "a mapping with task, dataset and metrics"
        return
    task, dataset = _mapping(result.get("task")), _mapping(result.get("dataset"))
    if not task.get("type"):
        yield f"{place}.task.type", "nothing", "the pipeline tag"
    if not dataset.get("name"):
        yield f"{place}.dataset.name", "nothing", "a name"
    if not _DATASET_TYPE.fullmatch(str(dataset.get("type", ""))):
        yield f"{place}.dataset.type", repr(dataset.get("type")), "an id as on the Hub: [owner/]name"
    seen = set()
    for number, metric in enumerate(_list(result.get("metrics"))):
        here = f"{place}.metrics[{number}]"
        if not isinstance(metric, dict) or not metric.get("type"):
            yield here, repr(metric), "a mapping with type and value"
            continue
        if isinstance(metric.get("value"), bool) or not isinstance(metric.get("value"), int | float):
            yield f"{here}.value", repr(metric.get("value")), "a number"
        key = (str(metric["type"]), str(metric.get("name")))
        if key in seen:
            yield (
                here,
                f"a second {key[0]} named {key[1]!r}",
                "a name of its own, so that variants stay apart",
            )
        seen.add(key)
    if not result.get("metrics"):
        yield f"{place}.metrics", "nothing", "at least one metric"


def _mapping(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list:
    """The Hub takes one value where it takes a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
