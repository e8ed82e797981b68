"""Where the models of a recipe come from: the base of each, and which of its layers are left."""

from dataclasses import dataclass, replace

from .references import uses
from .schema import Recipe
from .vocabulary import Base, Vocabulary


@dataclass(frozen=True)
class Origin:
    """What a step's model is built like. layers: each choice of layers that was made, in order."""

    base: Base
    vocabulary: str  # the step that loads the base
    layers: tuple[tuple[int, ...], ...] = ()


def origin(recipe: Recipe, step: str) -> Origin:
    """Find the base that a step's model goes back to, by way of models that gave it their layers, too."""
    found = recipe.steps[step]
    if isinstance(found, Vocabulary):
        return Origin(found.base, step)
    before = origin(recipe, next(use.name for use in uses(found) if use.to in ("encoder", "model", "layers")))
    layers: tuple[int, ...] | None = getattr(getattr(found, "start", found), "layers", None)
    return replace(before, layers=(*before.layers, layers)) if layers else before


def lineage(recipe: Recipe, step: str) -> list[str]:
    """The steps whose trainings a model went through, the last one first: not those of its teachers."""
    found = [step]
    for use in uses(recipe.steps[step]):
        if use.to in ("model", "encoder"):
            found += lineage(recipe, use.name)
    return list(dict.fromkeys(found))
