"""The front matter: what the Hub accepts, and what it accepts and then misreads."""

import datetime
import math
import re
from functools import cache
from pathlib import Path

import yaml

from ..input.card import Card
from ..input.parts import HubCheck
from ..read.front_matter import Wrong, as_list, field_name, leaves, wrong_texts
from ..registry import Faults, rule

RELATIONS = ("finetune", "adapter", "quantized", "merge")

_HUB_NAMES = Path(__file__).parents[1] / "hub_names.yaml"
_HUB_ID = re.compile(r"(?:[A-Za-z0-9][\w.-]*/)?[A-Za-z0-9][\w.-]*")
_LOCAL_PATH = re.compile(r"(?:/|\./|\.\./|~/|file:|[A-Za-z]:[\\/]).*", re.DOTALL)
# Fields whose values are texts, or paths in the repository.
_NO_IDS = {
    *("text", "source_sentence", "sentences", "context", "content", "candidate_labels", "output"),
    *("base_path", "path", "data_files", "data_dir", "thumbnail", "license_link"),
}
# Fields whose values, each by itself or in a list, the Hub refuses where they are no texts.
_TEXTS = {
    *("license", "license_name", "license_link", "library_name", "pipeline_tag", "base_model_relation"),
    *("pretty_name", "model_name", "thumbnail", "tags", "metrics", "task_categories", "task_ids"),
    *("widget.example_title", "dataset_info.config_name", "configs.config_name", "configs.data_files.split"),
}
_LISTS = ("tags", "widget", "configs")
_NO_NAME = r"\b(?:the|this|model|is|released|licensed|available|under|licen[cs]e|version)\b|[^a-z0-9.+]|\.$"
_QUOTED_KEY = re.compile(r"(?:.*_)?(?:version|revision)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*|multilingual|code")


@rule("front-matter.yaml", hub_decides=True)
def yaml_block(card: Card) -> Faults:
    """The YAML between the --- lines can be read, and is a mapping.

    Why: The Hub refuses the card, or shows it without licence, task and results.
    Fix: Mend the YAML at the line named; put texts with special characters in quotes.
    """
    matter = card.front_matter
    if matter.problem and matter.problem != "no front matter":
        yield card.at_line(matter.problem_line), f"the front matter cannot be read: {matter.problem}"


@rule("front-matter.field", hub_decides=True)
def fields(card: Card) -> Faults:
    """Fields have the form in which the Hub reads them.

    Why: The Hub refuses the card, or its clients misread it: `tags: autotrain` becomes letters.
    Fix: Write the field as https://huggingface.co/docs/hub/model-cards has it.
    """
    data, matter = card.front_matter.data, card.front_matter
    for key, said in (*_wrong_fields(data), *wrong_texts(data, _TEXTS), *_wrong_widget(data)):
        yield matter.place(*key), f"{field_name(key)}: {said}"


@rule("front-matter.value")
def values(card: Card) -> Faults:
    """No value is a path of one machine, an unquoted version or not finite.

    Why: Trainers write the path of the base model into the card; YAML reads 4.10 as 4.1.
    Fix: Write the id that it has on the Hub; put versions in quotes.
    """
    for key, said in _wrong_values(card.front_matter.data):
        yield card.front_matter.place(*key), f"{field_name(key)}: {said}"


@rule("front-matter.licence", hub_decides=True)
def licence(card: Card) -> Faults:
    """A licence has the Hub's name for it.

    Why: The Hub refuses "Apache 2.0" for `apache-2.0`, and shows no licence.
    Fix: Write the name of https://huggingface.co/docs/hub/repositories-licenses.
    """
    for value, place in card.front_matter.all("license"):
        near = hub_licence(str(value))
        if value not in known("licences") and near:
            yield place, f"the Hub does not know the licence {value!r}, only {near!r}"


@rule("front-matter.language", hub_decides=True)
def language(card: Card) -> Faults:
    """A language is a code of ISO 639, such as en or pt-BR, or multilingual.

    Why: The Hub refuses other names; YAML reads the code of Norwegian, no, as a truth value.
    Fix: Write the code, "no" in quotes.
    """
    for value, place in card.front_matter.all("language"):
        first = re.split("[-_]", str(value))[0]
        if isinstance(value, bool):
            yield place, f"YAML reads {'no' if value is False else 'yes'} as a truth value, not as a language"
        elif not _LANGUAGE.fullmatch(str(value)) or (len(first) == 2 and first not in known("languages")):
            yield place, f"{value!r} is no code of a language"


@rule("front-matter.hub")
def hub_errors(check: HubCheck) -> Faults:
    """The Hub's own check takes the front matter; where it answers, it decides over the rules here.

    Why: The Hub refuses a commit with such a card.
    Fix: As the message says.
    """
    for said in check.errors:
        yield check.card.front_matter.place(), said


@cache
def known(kind: str) -> frozenset[str]:
    """The "licences" or "languages" that the Hub knows by name."""
    return frozenset(yaml.safe_load(_HUB_NAMES.read_text("utf-8"))[kind].split())


def hub_licence(text: str) -> str | None:
    """The Hub's name for a licence, however it is written: "Apache License 2.0", "Released under MIT"."""
    plain = re.sub(_NO_NAME, "", text.lower())
    names = {name.replace("-", ""): name for name in sorted(known("licences"))}
    return names.get(plain) or names.get(f"{plain}.0")


def _wrong_fields(data: dict[str, object]) -> Wrong:
    relation = data.get("base_model_relation")
    if relation is not None and relation not in RELATIONS:
        yield ("base_model_relation",), f"{relation!r} is none of {', '.join(RELATIONS)}"
    for key in ("base_model", "datasets", "models"):
        for number, value in enumerate(as_list(data.get(key))):
            if not isinstance(value, str) or not _HUB_ID.fullmatch(value):
                yield (key, number), f"{value!r} is no id on the Hub"
    for field in _LISTS:
        value = data.get(field)
        if value is not None and not isinstance(value, list) and (field, value) != ("widget", False):
            yield (field,), f"{value!r} is no list"


def _wrong_widget(data: dict[str, object]) -> Wrong:
    """Examples of tasks on text have one; those of other tasks have a `src` or several parts."""
    on_text = data.get("pipeline_tag") in ("token-classification", "text-classification", "fill-mask")
    widgets = data.get("widget")
    for number, widget in enumerate(widgets if isinstance(widgets, list) else []):
        if not isinstance(widget, dict) or (on_text and not isinstance(widget.get("text"), str)):
            yield ("widget", number), f"{widget!r} has no text"


def _wrong_values(data: dict[str, object]) -> Wrong:
    """Values that are wrong anywhere."""
    for key, value in leaves(data):
        if _QUOTED_KEY.fullmatch(str(key[-1])) and isinstance(value, int | float | datetime.date):
            yield key, f"YAML reads {value} as a number or a date; put it in quotes"
        if isinstance(value, float) and not math.isfinite(value):
            yield key, f"{value} is no finite number"
        elif isinstance(value, str) and _LOCAL_PATH.fullmatch(value) and not (_NO_IDS & {*map(str, key)}):
            yield key, f"{value!r} is a path of one machine"
