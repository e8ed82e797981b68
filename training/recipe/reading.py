"""Reading of a recipe from a file and `--set`; errors name the key and what would be right."""

import difflib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from cards import parsing

from .schema import Recipe

RECIPES = Path(__file__).parents[1] / "recipes"


class RecipeError(Exception):
    """A recipe cannot be used. The message names the key and what would be right."""


def recipes() -> list[str]:
    """Names of the recipes that come with the project."""
    return sorted(path.stem for path in RECIPES.glob("*.yaml"))


def load_recipe(name_or_path: str, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe by name or path, with `key.sub=value` settings laid over it.

    Raises:
        RecipeError: the recipe is unknown or no strict YAML (see `cards.parsing`), a key is unknown (the
            message names the nearest), or a value is wrong.
    """
    path = _find(name_or_path)
    data = _read(path)
    for setting in settings:
        _set(data, setting)
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        changed = f" with {', '.join(settings)}" if settings else ""
        raise RecipeError(f"{path}{changed}:\n" + "\n".join(_explain(error))) from error


def nearest(word: str, known: Iterable[str]) -> str:
    """A question in brackets whether one of the known words was meant; nothing where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _find(name_or_path: str) -> Path:
    path = Path(os.path.expanduser(name_or_path))  # which leaves a user as written that there is not
    if path.suffix in (".yaml", ".yml"):
        if not path.is_file():
            raise RecipeError(f"there is no file {path}; recipes here: {', '.join(recipes())}")
        return path
    if name_or_path not in recipes():
        raise RecipeError(
            f"no recipe {name_or_path!r}{nearest(name_or_path, recipes())}; recipes here:"
            f" {', '.join(recipes())}; or give a path ending in .yaml"
        )
    return RECIPES / f"{name_or_path}.yaml"


def _read(path: Path) -> dict[str, Any]:
    try:
        data = parsing.load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}: not valid YAML ({error})") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from error
    if data is None:
        raise RecipeError(f"{path}: is empty; `python -m training recipes` lists recipes to start from")
    if not isinstance(data, dict):
        raise RecipeError(f"{path}: a recipe is a list of `key: value`, found {type(data).__name__}")
    return data


def _set(data: dict[str, Any], setting: str) -> None:
    key, equals, value = setting.partition("=")
    if not equals:
        raise RecipeError(f"--set takes key=value, found {setting!r}")
    *parents, last = key.split(".")
    part: Any = data
    for parent in parents:
        part = part.setdefault(parent, {})
        if not isinstance(part, dict):
            raise RecipeError(f"--set {setting}: {parent!r} has no keys of its own; set it as a whole")
    try:
        part[last] = parsing.load(value)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {setting}: the value is not valid YAML ({error})") from error


def _explain(error: ValidationError) -> list[str]:
    """One line for each place, with the nearest known key where an unknown one was found."""
    found: dict[str, list[str]] = {}
    for detail in error.errors():
        place, model = _place(detail["loc"])
        found.setdefault(".".join(place) or "recipe", []).append(_problem(detail, place, model))
    return [f"  {place}: {' or '.join(problems)}" for place, problems in found.items()]


def _problem(detail: Any, place: list[str], model: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        return f"unknown key{_known_key(place[-1], model)}"
    if detail["type"] == "missing":
        return "is missing"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return message
    quote = "; put it in quotes" if detail["type"] == "string_type" else ""
    return f"{message} (found {detail['input']!r:.80}{quote})"


def _known_key(key: str, model: type[BaseModel]) -> str:
    """What to write for an unknown key of `model`."""
    near = nearest(key, model.model_fields)
    places = [place for place in _keys(Recipe) if place.split(".")[-1] == key]
    if not near and places:
        return f"; {key!r} is a key elsewhere: {', '.join(places)}"
    return near or f"; keys here: {', '.join(model.model_fields)}"


def _keys(model: type[BaseModel]) -> Iterator[str]:
    """All keys of a model and its parts, dotted."""
    for name, field in model.model_fields.items():
        yield name
        if part := _model_in(field.annotation):
            yield from (f"{name}.{key}" for key in _keys(part))


def _place(location: tuple[int | str, ...]) -> tuple[list[str], type[BaseModel]]:
    """The keys of a place, without what pydantic adds for the members of a union, and the model there."""
    place: list[str] = []
    model: type[BaseModel] = Recipe
    inside: Any = Recipe  # the annotation of what the parts so far lead to
    for part in location:
        at = _model_in(inside)
        if at is None and get_origin(inside) not in (dict, tuple):
            break
        place.append(str(part))
        if at and isinstance(part, str):
            model, field = at, at.model_fields.get(part)
            inside = field.annotation if field else None
    return place, model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that an annotation speaks of: itself, or inside a union or tuple."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
