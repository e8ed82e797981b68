"""Where the models of a recipe come from: the base of each, and which parts of it are left."""

from dataclasses import dataclass, replace

from .distil import Distil
from .finetune import Finetune
from .references import uses
from .schema import Recipe, Step
from .vocabulary import Base, Vocabulary


@dataclass(frozen=True)
class Part:
    """What a step takes of a model that it starts from; None where it takes all."""

    layers: tuple[int, ...] | None = None
    width: int | None = None
    feed_forward: int | None = None


@dataclass(frozen=True)
class Origin:
    """What a step's model is built like. parts: each that was taken, in order, the next of the one before."""

    base: Base
    vocabulary: str  # the step that loads the base
    parts: tuple[Part, ...] = ()


def origin(recipe: Recipe, step: str) -> Origin:
    """Find the base that a step's model goes back to, by way of models that gave it a part of them, too."""
    found = recipe.steps[step]
    if isinstance(found, Vocabulary):
        return Origin(found.base, step)
    before = origin(recipe, next(use.name for use in uses(found) if use.to in ("encoder", "model", "layers")))
    part = _part(found)
    return before if part == Part() else replace(before, parts=(*before.parts, part))


def _part(step: Step) -> Part:
    if isinstance(step, Finetune):
        return Part(step.layers)
    if isinstance(step, Distil):
        return Part(step.start.layers, step.start.width, step.start.feed_forward)
    return Part()


def lineage(recipe: Recipe, step: str) -> list[str]:
    """The steps whose trainings a model went through, the last one first: not those of its teachers."""
    found = [step]
    for use in uses(recipe.steps[step]):
        if use.to in ("model", "encoder"):
            found += lineage(recipe, use.name)
    return list(dict.fromkeys(found))
