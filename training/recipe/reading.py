"""Reading of a recipe from a file and `--set`; errors name the key and what would be right."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from cards import parsing

from .consistency import nearest, problems
from .schema import Recipe

RECIPES = Path(__file__).parents[1] / "recipes"


class RecipeError(Exception):
    """A recipe cannot be used. The message names the key and what would be right."""


def recipes() -> list[str]:
    """Names of the recipes that come with the project."""
    return sorted(path.stem for path in RECIPES.glob("*.yaml"))


def load_recipe(name_or_path: str, settings: Sequence[str] = ()) -> Recipe:
    """Read a recipe by name or path, with `key.sub=value` settings laid over it.

    A step that is `like` another has the settings of that one which it does not give itself.

    Raises:
        RecipeError: the recipe is unknown or no strict YAML (see `cards.parsing`), a key is unknown (the
            message names the nearest), or a value is wrong.
    """
    path = _find(name_or_path)
    data = _read(path)
    for setting in settings:
        _set(data, setting)
    _resolve_likes(data, path)
    try:
        recipe = Recipe.model_validate(data)
        found = list(problems(recipe))
    except ValidationError as error:
        found = _explain(error)
    if found:
        changed = f" with {', '.join(settings)}" if settings else ""
        raise RecipeError("\n  ".join([f"{path}{changed}:", *found]))
    return recipe


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
        data = _load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise RecipeError(f"{path}: not valid YAML ({error})") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"{path}: not UTF-8 ({error}); save it as UTF-8") from error
    if data is None:
        raise RecipeError(f"{path}: is empty; `python -m training recipes` lists recipes to start from")
    if not isinstance(data, dict):
        raise RecipeError(f"{path}: a recipe is a list of `key: value`, found {type(data).__name__}")
    return data


def _load(text: str) -> object:
    """The data of a YAML text. `on` and `no` are words, as in YAML 1.2: a step has a key `on`."""
    root = parsing.compose(text)
    waiting = [root] if root else []
    while waiting:
        node = waiting.pop()
        if isinstance(node, yaml.MappingNode):
            waiting += [part for pair in node.value for part in pair]
        elif isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif node.tag == "tag:yaml.org,2002:bool" and node.value.lower() not in ("true", "false"):
            node.tag = "tag:yaml.org,2002:str"
    return parsing.construct(root)


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
        part[last] = _load(value)
    except yaml.YAMLError as error:
        raise RecipeError(f"--set {setting}: the value is not valid YAML ({error})") from error


def _resolve_likes(data: dict[str, Any], path: Path) -> None:
    """Give each step that is `like` another the settings of that one that its own kind has, too."""
    steps = data.get("steps")
    if not isinstance(steps, dict):
        return
    waiting = {name: step for name, step in steps.items() if isinstance(step, dict) and "like" in step}
    while waiting:
        ready = [name for name, step in waiting.items() if step["like"] not in waiting]
        if not ready:
            raise RecipeError(f"{path}: steps {', '.join(waiting)} are `like` one another")
        for name in ready:
            step = waiting.pop(name)
            other = steps.get(like := step.pop("like"))
            if not isinstance(other, dict):
                raise RecipeError(f"{path}: steps.{name}.like: no step {like!r}{nearest(str(like), steps)}")
            keys = _keys_of_kind(step.get("do", other.get("do")))
            steps[name] = {key: value for key, value in other.items() if key in keys} | step


def _keys_of_kind(do: object) -> set[str]:
    """The keys of a kind of step; "do" alone where there is none such."""
    kinds = _members(Recipe.model_fields["steps"].annotation, str(do))
    return {field.alias or key for kind in kinds for key, field in kind.model_fields.items()} | {"do"}


def _explain(error: ValidationError) -> list[str]:
    """One line for each place, with the nearest known key where an unknown one was found."""
    found: dict[str, list[str]] = {}
    for detail in error.errors():
        place, model = _place(detail["loc"])
        found.setdefault(".".join(place) or "recipe", []).append(_problem(detail, place, model))
    return [f"{place}: {' or '.join(problems)}" for place, problems in found.items()]


def _problem(detail: Any, place: list[str], model: type[BaseModel]) -> str:
    if detail["type"] == "extra_forbidden":
        return f"unknown key{_known_key(place[-1], model)}"
    if detail["type"] == "missing":
        return "is missing"
    if detail["type"] in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_kind(detail)
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "value_error":
        return message
    quote = "; put it in quotes" if detail["type"] == "string_type" else ""
    return f"{message} (found {detail['input']!r:.80}{quote})"


def _unknown_kind(detail: Any) -> str:
    kinds = [kind for member in _models(Recipe.model_fields["steps"].annotation) for kind in _kind(member)]
    given = detail["input"].get("do") if isinstance(detail["input"], dict) else None
    found = f"`do: {given}` is no kind of step{nearest(str(given), kinds)}" if given else "`do` is missing"
    return f"{found}; kinds: {', '.join(kinds)}"


def _known_key(key: str, model: type[BaseModel]) -> str:
    """What to write for an unknown key of `model`."""
    known = _keys(model)
    near = nearest(key, known)
    places = sorted({place for place in _all_keys(Recipe) if place.split(".")[-1] == key})
    if not near and places:
        return f"; {key!r} is a key elsewhere: {', '.join(places)}"
    return near or f"; keys here: {', '.join(known)}"


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or key for key, field in model.model_fields.items()]


def _all_keys(model: type[BaseModel]) -> Iterator[str]:
    """All keys of a model and its parts, dotted; "NAME" stands for a name that the recipe gives."""
    for name, field in model.model_fields.items():
        yield (key := field.alias or name)
        named = f"{key}.NAME" if get_origin(field.annotation) is dict else key
        for part in _models(field.annotation):
            yield from (f"{named}.{inner}" for inner in _all_keys(part))


def _place(location: tuple[int | str, ...]) -> tuple[list[str], type[BaseModel]]:
    """The keys of a place, without what pydantic adds for the members of a union, and the model there."""
    place: list[str] = []
    model: type[BaseModel] = Recipe
    inside: Any = Recipe  # the annotation of what the parts so far lead to
    for part in location:
        inside = _plain(inside)
        if get_origin(inside) in (Union, UnionType):
            chosen = _members(inside, str(part))
            if not chosen:
                break
            [inside] = chosen
            continue
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            model = inside
            fields = {field.alias or key: field for key, field in model.model_fields.items()}
            inside = fields[str(part)].annotation if part in fields else None
        elif get_origin(inside) in (dict, tuple):
            inside = get_args(inside)[1 if get_origin(inside) is dict else 0]
        else:
            break
        place.append(str(part))
    return place, model


def _plain(annotation: Any) -> Any:
    """An annotation without what is said about it, and without None."""
    while get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        rest = [each for each in get_args(annotation) if each is not type(None)]
        return _plain(rest[0]) if len(rest) == 1 else annotation
    return annotation


def _models(annotation: Any) -> list[type[BaseModel]]:
    """The models that an annotation speaks of: itself, or inside a union, dict or tuple."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _members(annotation: Any, do: str) -> list[type[BaseModel]]:
    """The kind of step that is called so."""
    return [model for model in _models(annotation) if do in _kind(model)]


def _kind(model: type[BaseModel]) -> tuple[str, ...]:
    field = model.model_fields.get("do")
    return get_args(field.annotation) if field and get_origin(field.annotation) is Literal else ()
