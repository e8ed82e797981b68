"""Consistency of a recipe: its parts name one another rightly, and nothing learns from what is measured."""

import difflib
from collections.abc import Iterable, Iterator

from .distil import Distilling
from .references import Use, uses
from .schema import ENCODER_STEPS, Recipe

# What claims call the guard, all texts without labels, and ways of decoding.
SPLITS_TAKEN = ("guard", "unlabelled", "bare", "uncalibrated", "simple", "first")
TEST = "test"  # a split of this name is never learned from, whether the recipe measures it or not
RESERVED = (
    "corpora",
    "corpus",
    "rehearsal",
    "folds",
    "latency",
    "comparison",
    "ledger",
    "unbundle",
)  # names of nodes of the graph, and of claims on the data


def nearest(word: str, known: Iterable[str]) -> str:
    """A question in brackets whether one of the known words was meant; nothing where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def problems(recipe: Recipe) -> Iterator[str]:
    """What is wrong between the parts of a recipe, each with its key."""
    for name in {*recipe.steps, *recipe.models} & {*RESERVED}:
        yield f"{name!r} is taken; call the step or model otherwise"
    yield from _splits(recipe)
    references = [use for name, step in recipe.steps.items() for use in uses(step, f"steps.{name}")]
    for use in references:
        yield from _step(recipe, use) if use.is_step else _corpus(recipe, use)
    for name, step in recipe.steps.items():
        if isinstance(step, Distilling) and bool(step.texts) != bool(step.draw):
            yield f"steps.{name}: `texts` are drawn from, so give both `texts` and `draw`, or neither"
    for name, model in recipe.models.items():
        yield from _step(recipe, Use("model", model.step, f"models.{name}.from"))
        for other in model.compare_with:
            if other not in recipe.models:
                yield f"models.{name}.compare_with: no model {other!r}{nearest(other, recipe.models)}"
    yield from _cycles(recipe)
    yield from _labels(recipe)


def _splits(recipe: Recipe) -> Iterator[str]:
    """The guard and the measured splits are there. What the guard leaves of its split may be measured on."""
    for name, corpus in recipe.corpora.items():
        for split in set(corpus.split_names) & set(SPLITS_TAKEN):
            yield f"corpora.{name}: claims have another meaning for a split called {split!r}; rename it"
    named = [("guard.corpus", recipe.guard.corpus, recipe.guard.split)]
    named += [(f"measure.{name}", name, split) for name, split in recipe.measure.items()]
    for place, name, split in named:
        yield from _missing(recipe, place, name, (split,))
    if recipe.guard.folds and recipe.measure.get(recipe.guard.corpus) == recipe.guard.split:
        yield f"guard.folds: all of {recipe.guard.split!r} is trained on, and it is measured on; take another"
    if recipe.guard.split == TEST:
        yield f"guard.split: {TEST!r} is measured on, so nothing may be chosen on it; take another"


def _missing(recipe: Recipe, place: str, name: str, splits: Iterable[str]) -> Iterator[str]:
    if name not in recipe.corpora:
        known = ", ".join(recipe.corpora)
        yield f"{place}: no corpus {name!r}{nearest(name, recipe.corpora)}; corpora: {known}"
        return
    has = recipe.corpora[name].split_names
    for split in splits:
        if split not in has:
            yield f"{place}: {name} has no split {split!r}{nearest(split, has)}; it has {', '.join(has)}"


def _corpus(recipe: Recipe, use: Use) -> Iterator[str]:
    yield from (missing := list(_missing(recipe, use.place, use.name, use.splits)))
    if missing:
        return
    corpus = recipe.corpora[use.name]
    for split in use.splits or corpus.split_names:
        if split == recipe.measure.get(use.name) or split == TEST:
            data = f"{split!r} of {use.name}"
            yield f"{use.place}: {data} is measured on, so nothing may be learned or chosen on it"
    if use.to == "splits" and not corpus.types and not _is_vocabulary(recipe, use):
        yield f"{use.place}: {use.name} has no labels (its `types` are empty); name it under `texts`"


def _is_vocabulary(recipe: Recipe, use: Use) -> bool:
    return recipe.steps[use.place.split(".")[1]].do == "vocabulary"


def _step(recipe: Recipe, use: Use) -> Iterator[str]:
    """A step refers to one that there is, and that leaves what it needs."""
    found = recipe.steps.get(use.name)
    if found is None:
        known = [name for name in recipe.steps if name != use.place.split(".")[1]]
        yield f"{use.place}: no step {use.name!r}{nearest(use.name, known)}; steps: {', '.join(recipe.steps)}"
    elif (use.to == "encoder") != isinstance(found, ENCODER_STEPS):
        leaves = "an encoder without a head" if isinstance(found, ENCODER_STEPS) else "a trained model"
        wanted = "an encoder" if use.to == "encoder" else "a trained model"
        yield f"{use.place}: {use.name} (do: {found.do}) leaves {leaves}; {wanted} is needed here"


def _cycles(recipe: Recipe) -> Iterator[str]:
    """Steps that wait for one another."""
    needs = {name: [use.name for use in uses(step) if use.is_step] for name, step in recipe.steps.items()}
    done: set[str] = set()
    while ready := [name for name in needs if name not in done and done.issuperset(needs[name])]:
        done.update(ready)
    waiting = [name for name in needs if name not in done]
    if waiting and all(other in needs for others in needs.values() for other in others):
        yield f"steps: {', '.join(waiting)} wait for one another, so that none can begin"


def _labels(recipe: Recipe) -> Iterator[str]:
    """Every label is annotated somewhere, and every mapped type is a label."""
    mapped: dict[str, str] = {}
    for name, corpus in recipe.corpora.items():
        for ours in corpus.annotates:
            mapped.setdefault(ours, name)
            if ours not in recipe.labels:
                yield (
                    f"corpora.{name}.types: gives {ours!r}, which is no label{nearest(ours, recipe.labels)}; "
                    f"`labels` has {', '.join(recipe.labels)}"
                )
    for label in recipe.labels:
        if label not in mapped:
            yield f"labels: no corpus' `types` gives {label!r}"
    guard = recipe.corpora.get(recipe.guard.corpus)
    for label in recipe.labels if guard else ():
        if guard and guard.types and label not in guard.annotates:
            name = recipe.guard.corpus
            yield f"guard.corpus: {name} does not annotate {label}, so nothing can be chosen for it"
    for name in (recipe.guard.corpus, *recipe.measure):
        if name in recipe.corpora and not recipe.corpora[name].types:
            yield f"corpora.{name}: is chosen or measured on, and has no labels (its `types` are empty)"
    if longer := [length for length in recipe.evaluation.lengths if length > recipe.window]:
        yield f"evaluation.lengths: {longer[0]} tokens are more than the window of {recipe.window}"
    if recipe.overlap >= recipe.window - 2:
        yield f"overlap: {recipe.overlap} leaves a window of {recipe.window} nothing new"
