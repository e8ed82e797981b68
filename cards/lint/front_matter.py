"""The front matter: what the Hub accepts, and what it accepts and then misreads."""

import datetime
import math
import re
from collections.abc import Iterator

from .finding import Finding, error, note, rule, warning
from .hub_values import known
from .matter import Key
from .subject import Subject

REQUIRED = {
    "model": ("language", "license", "library_name", "pipeline_tag", "base_model", "tags", "model-index"),
    "dataset": ("language", "license", "tags"),
    "space": ("title", "sdk"),
}
RELATIONS = ("finetune", "adapter", "quantized", "merge")

_HUB_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*")
_LOCAL_PATH = re.compile(r"(?:/|\./|\.\./|~/|file:|[A-Za-z]:[\\/]).*", re.DOTALL)
# Fields whose values are texts, or paths in the repository.
_NO_IDS = {
    "text",
    "source_sentence",
    "sentences",
    "context",
    "content",
    "candidate_labels",
    "output",
    "base_path",
}
_NO_IDS |= {"path", "data_files", "data_dir", "thumbnail", "license_link"}
# Fields whose values, each by itself or in a list, the Hub refuses where they are no texts.
_TEXTS = {"license", "license_name", "license_link", "library_name", "pipeline_tag", "base_model_relation"}
_TEXTS |= {"pretty_name", "model_name", "thumbnail", "tags", "metrics", "task_categories", "task_ids"}
_TEXTS |= {"widget.example_title", "dataset_info.config_name"}
_TEXTS |= {"configs.config_name", "configs.data_files.split"}
_LISTS = ("tags", "widget", "configs")
_QUOTED_KEY = re.compile(r"(?:.*_)?(?:version|revision)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|multilingual|code")

Wrong = Iterator[tuple[Key, str, str]]  # field, found, right


@rule("front-matter.yaml")
def yaml_block(subject: Subject) -> Iterator[Finding]:
    """The card begins with a YAML mapping between --- lines."""
    matter = subject.matter
    if matter.problem is None:
        return
    absent = matter.problem == "no front matter" and not subject.ledger
    report = warning if absent else error
    place = matter.place() if matter.problem_line == 1 else matter.at_line(matter.problem_line)
    yield report("front-matter.yaml", place, matter.problem, "a YAML mapping between --- lines")


@rule("front-matter.field", "Fields have the form in which the Hub reads them.")
def fields(subject: Subject) -> Iterator[Finding]:
    """Fields have the form in which the Hub reads them; a card of ours has all those of a model card."""
    matter = subject.matter
    if matter.problem is None:
        for key, found, right in (*_missing(subject), *_wrong_fields(matter.data)):
            yield error("front-matter.field", matter.place(*key), found, right, shown(key))


@rule("front-matter.missing", severity="warning")
def recommended(subject: Subject) -> Iterator[Finding]:
    """A card says under which licence its model is, and what it was made of and for."""
    matter = subject.matter
    if subject.ledger or matter.problem:
        return
    missing = [key for key in REQUIRED[subject.repo_type] if key not in matter.data]
    if "license" in missing:
        missing.remove("license")
        right = "a licence: without one, others may not use it"
        yield warning("front-matter.missing", matter.place(), "no such field", right, "license")
    if missing:
        right = "values, where there are any: the Hub shows and filters by them"
        yield note("front-matter.missing", matter.place(), f"no {', '.join(missing)}", right)


@rule("front-matter.value", "No value is a path of one machine, an unquoted version or not finite.")
def values(subject: Subject) -> Iterator[Finding]:
    """Values that are wrong in any field: paths of one machine, unquoted versions, not a number."""
    matter = subject.matter
    for key, found, right in _wrong_values(matter.data, ()):
        yield error("front-matter.value", matter.place(*key), found, right, shown(key))


@rule("front-matter.name", "Licences, tasks and languages are named as the Hub knows them.")
def names(subject: Subject) -> Iterator[Finding]:
    """Licences, tasks and languages have the names that the Hub knows."""
    yield from _licences(subject)
    matter = subject.matter
    for key in ("pipeline_tag", "task_categories"):
        for value, place in matter.all(key):
            if value not in known("tasks"):
                right = "a task that the Hub knows, such as token-classification"
                yield warning("front-matter.name", place, repr(value), right, key)
    for value, place in matter.all("language"):
        text = str(value)
        if isinstance(value, bool):
            right = 'the code in quotes, "no": YAML reads it as a truth value'
            yield error("front-matter.name", place, repr(value), right, "language")
        elif not _LANGUAGE.fullmatch(text) or _two_letters(text) not in (None, *known("languages")):
            right = "a code of ISO 639 such as en, or multilingual"
            yield error("front-matter.name", place, repr(value), right, "language")


def _two_letters(language: str) -> str | None:
    """The language of "pt" and "pt-BR"; None for codes of three letters, which are too many to list."""
    first = re.split("[-_]", language)[0]
    return first if len(first) == 2 else None


def _licences(subject: Subject) -> Iterator[Finding]:
    for value, place in subject.matter.all("license"):
        if value in known("licences"):
            continue
        text = re.sub(r"[ _]+", "-", str(value).strip().lower())
        near = [name for name in known("licences") if text.removesuffix("-license") in (name, name[:-2])]
        if near:
            yield error("front-matter.name", place, repr(value), f"{near[0]}: the Hub refuses it", "license")
        else:
            right = "a licence that the Hub knows, or `other` with license_name and license_link"
            yield warning("front-matter.name", place, repr(value), right, "license")


def _missing(subject: Subject) -> Wrong:
    if subject.ledger:
        for key in REQUIRED[subject.repo_type]:
            if not subject.matter.data.get(key):
                yield (key,), "nothing", "a value: the Hub shows and filters by it"


def _wrong_fields(data: dict) -> Wrong:
    if data.get("license") == "other" and not data.get("license_name"):
        yield ("license",), "'other' alone", "license_name beside it"
    relation = data.get("base_model_relation")
    if relation is not None and relation not in RELATIONS:
        yield ("base_model_relation",), repr(relation), f"one of {', '.join(RELATIONS)}"
    for key in ("base_model", "datasets", "models"):
        for number, value in enumerate(as_list(data.get(key))):
            if not isinstance(value, str) or not _HUB_ID.fullmatch(value):
                yield (key, number), repr(value), "an id as on the Hub"
    for field in _LISTS:
        value = data.get(field)
        if value is not None and not isinstance(value, list) and (field, value) != ("widget", False):
            yield (field,), repr(value), "a list"
    yield from wrong_texts(data, (), _TEXTS)
    yield from _wrong_widget(data)
    yield from _wrong_emissions(data.get("co2_eq_emissions"))


def wrong_texts(value: object, key: Key, texts: set[str]) -> Wrong:
    """What YAML read as a number, a truth value or a date where a text is asked for, and gaps in lists.

    texts: fields, written without the places in lists: "model-index.results.dataset.split".
    """
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from wrong_texts(inner, (*key, str(name)), texts)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from wrong_texts(inner, (*key, number), texts)
    elif not isinstance(value, str) and ".".join(part for part in key if isinstance(part, str)) in texts:
        if value is None:
            if isinstance(key[-1], int):
                yield key, "nothing", "a text"
        else:
            kind = "a truth value" if isinstance(value, bool) else "a number"
            kind = "a date" if isinstance(value, datetime.date) else kind
            yield key, str(value), f"a text: in quotes, YAML does not read it as {kind}"


def _wrong_widget(data: dict) -> Wrong:
    """Examples of tasks on text have one; those of other tasks have a `src` or several parts."""
    if not isinstance(data.get("widget"), list):
        return  # `false` is how a card switches the widget off; anything else is reported above
    for number, widget in enumerate(data["widget"]):
        if not isinstance(widget, dict):
            yield ("widget", number), repr(widget), "a mapping with `text`"
        elif data.get("pipeline_tag") in ("token-classification", "text-classification", "fill-mask"):
            if not isinstance(widget.get("text"), str):
                yield ("widget", number), repr(widget), "a mapping with `text`"
            elif data["pipeline_tag"] == "fill-mask" and not re.search(r"\[MASK\]|<mask>", widget["text"]):
                yield ("widget", number), repr(widget["text"]), "a text with a mask to fill"


def _wrong_emissions(value: object) -> Wrong:
    grams = value.get("emissions") if isinstance(value, dict) else value
    if grams is None:
        return
    if isinstance(grams, bool) or not isinstance(grams, int | float):
        yield ("co2_eq_emissions", "emissions"), repr(grams), "a number of grams, without a unit"
    elif grams < 0:
        yield ("co2_eq_emissions", "emissions"), repr(grams), "no less than nothing"


def _wrong_values(value: object, key: Key) -> Wrong:
    """Walk all of the front matter for values that are wrong anywhere."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if _QUOTED_KEY.fullmatch(str(name)) and isinstance(inner, int | float | datetime.date):
                right = "the same in quotes: YAML reads an unquoted version as a number or a date"
                yield (*key, str(name)), repr(inner), right
            yield from _wrong_values(inner, (*key, str(name)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _wrong_values(inner, (*key, number))
    elif isinstance(value, float) and not math.isfinite(value):
        yield key, str(value), "a finite number"
    elif isinstance(value, str) and _LOCAL_PATH.fullmatch(value) and not (_NO_IDS & {*map(str, key)}):
        yield key, repr(value), "an id as on the Hub, no path of one machine"


def as_list(value: object) -> list:
    """The Hub takes one value where it takes a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def shown(key: Key) -> str:
    """The field as a reader writes it: model-index[0].name."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key).lstrip(".")
