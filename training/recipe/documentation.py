"""Documentation of recipes, made from their types: every key with its meaning, and a JSON schema."""

import json
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from ..corpora.definition import Corpus, MappedType
from .distil import Loss
from .schema import Recipe

BEGIN = "<!-- keys: begin (python -m training recipes --keys docs/recipes.md) -->"
END = "<!-- keys: end -->"
NUMBERS = {int: "whole number", float: "number", bool: "true or false", str: "text"}


def schema() -> str:
    """A JSON schema of recipes, by which editors complete and check them.

    What is filled in before a recipe is checked is not asked for: what a step takes from another that it is
    `like`, the id of a corpus, a loss's temperature by its preset.
    """
    made = Recipe.model_json_schema(by_alias=True)
    given_otherwise = {Corpus.__name__: "id", Loss.__name__: "temperature"}
    for name, key in given_otherwise.items():
        made["$defs"][name]["required"].remove(key)
    likes = {"type": "object", "required": ["like"], "properties": {"like": {"type": "string"}}}
    [(pattern, step)] = made["properties"]["steps"]["patternProperties"].items()
    made["properties"]["steps"]["patternProperties"][pattern] = {"anyOf": [step, likes]}
    return json.dumps(made | {"$schema": "https://json-schema.org/draft/2020-12/schema"}, indent=1) + "\n"


def write_keys(page: Path) -> None:
    """Put the keys between the markers of a page."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{keys()}\n{END}{after}", encoding="utf-8")


def keys() -> str:
    """Every key of a recipe as Markdown: a section for each part, a line for each key."""
    return "\n\n".join("\n".join(_section(model)) for model in _parts(Recipe))


def _parts(model: type[BaseModel]) -> list[type[BaseModel]]:
    """A model and all that its fields speak of, each once, in order."""
    found = [model]
    for part in found:
        spoken_of = [each for field in part.model_fields.values() for each in _models(field.annotation)]
        found += [each for each in dict.fromkeys([*_bases(part), *spoken_of]) if each not in found]
    return [part for part in found if part is not MappedType]  # which `types` explains


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return list(dict.fromkeys(model for part in get_args(annotation) for model in _models(part)))


def _section(model: type[BaseModel]) -> Iterator[str]:
    yield f"### {_title(model)}"
    yield ""
    about = " ".join((model.__doc__ or "").split("\n\n")[0].split())
    also = [f"[{_title(base)}](#{_anchor(base)})" for base in _bases(model)]
    yield f"{about} It has the keys of {' and '.join(also)}, too." if also else about
    yield ""
    yield "| key | value | default | meaning |"
    yield "| --- | --- | --- | --- |"
    inherited = {name for base in _bases(model) for name in base.model_fields}
    for name, field in model.model_fields.items():
        if name in inherited:
            continue
        key, meaning = field.alias or name, " ".join((field.description or "").split())
        yield f"| `{key}` | {_type(field.annotation)} | {_default(field)} | {meaning} |"


def _bases(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The models that a model has the keys of."""
    return [base for base in model.__bases__ if issubclass(base, BaseModel) and base.model_fields]


def _anchor(model: type[BaseModel]) -> str:
    return _title(model).lower().replace(" ", "-").replace(":", "")


def _title(model: type[BaseModel]) -> str:
    do = model.model_fields.get("do")
    return f"do: {get_args(do.annotation)[0]}" if do else model.__name__


def _default(field: FieldInfo) -> str:
    default = field.get_default(call_default_factory=True)
    if default is PydanticUndefined:
        return "**needed**"
    if isinstance(default, BaseModel):
        return "as there"
    if default in (None, (), {}):
        return "none"
    return f"`{json.dumps(default)}`"


def _type(annotation: Any) -> str:
    """A type in words."""
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _type(parts[0])
    if origin is Literal:
        return " or ".join(f"`{json.dumps(part)[1:-1] if isinstance(part, str) else part}`" for part in parts)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(part) for part in parts if part is not type(None))
    if origin is tuple:
        return f"list of {_type(parts[0])}"
    if origin is dict:
        return f"{_type(parts[0])}: {_type(parts[1])}, any number"
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if annotation is MappedType:
            return "text, or `{as: text, partial: true}`"
        return f"[{_title(annotation)}](#{_anchor(annotation)})"
    return NUMBERS[annotation]
