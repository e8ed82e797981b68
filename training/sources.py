"""Sources of a recipe's models: its corpora, what each annotates, and what each model used it for."""

from collections.abc import Iterator

from cards.ledger import Source

from .recipe import Recipe
from .recipe.origin import lineage
from .recipe.references import uses
from .recipe.vocabulary import Vocabulary


def sources(recipe: Recipe) -> tuple[Source, ...]:
    """Describe the corpora that took part in making or measuring a model, the measured ones first."""
    by_model = {model: _uses(recipe, model) for model in recipe.models}
    learned: dict[str, set[str]] = {}
    for step in recipe.steps:
        for name, splits, _ in _reads(recipe, step):
            learned.setdefault(name, set()).update(splits)
    found = []
    for name in dict.fromkeys((*recipe.measure, *recipe.corpora)):
        used = {model: every[name] for model, every in by_model.items() if name in every}
        if used:
            found.append(_source(recipe, name, used, learned.get(name, set())))
    return tuple(found)


def _source(recipe: Recipe, name: str, used: dict[str, list[str]], learned: set[str]) -> Source:
    corpus = recipe.corpora[name]
    return Source(
        id=corpus.repo or corpus.id,
        name=name,
        license=corpus.license,
        use=", ".join(dict.fromkeys(use for found in used.values() for use in found)),
        uses={model: ", ".join(found) for model, found in used.items()},
        learned=tuple(split for split in corpus.split_names if split in learned),
        labels={label: "complete" if whole else "partial" for label, whole in corpus.annotates.items()},
        url=corpus.url,
        description=corpus.description,
        citation=corpus.citation,
    )


def _uses(recipe: Recipe, model: str) -> dict[str, list[str]]:
    """What a model used each corpus for, by the corpus' name."""
    own = lineage(recipe, recipe.models[model].step)
    found: dict[str, list[str]] = {}
    for step in own:
        for name, splits, what in _reads(recipe, step):
            found.setdefault(name, []).append(f"{what} ({', '.join(splits)})")
    for step in _before(recipe, own):
        for name, _, _ in _reads(recipe, step):
            found.setdefault(name, ["training of its teachers"])
    how = "by cross-validation" if recipe.guard.is_crossed else "on guard documents"
    found.setdefault(recipe.guard.corpus, []).append(f"selection {how}")
    for number, name in enumerate(recipe.measure):
        found.setdefault(name, []).append("external test" if number else "test")
    return {name: list(dict.fromkeys(used)) for name, used in found.items()}


def _reads(recipe: Recipe, step: str) -> Iterator[tuple[str, tuple[str, ...], str]]:
    """The corpora that a step reads, with their splits, and what for; not those of which it draws no text."""
    draws = getattr(recipe.steps[step], "draw", 1) > 0
    for use in uses(recipe.steps[step]):
        if use.to == "splits" or (use.to == "corpus" and draws):
            what = "training" if use.to == "splits" else "soft labels"
            is_vocabulary = isinstance(recipe.steps[step], Vocabulary)
            splits = use.splits or recipe.corpora[use.name].split_names
            yield use.name, splits, "vocabulary" if is_vocabulary else what


def _before(recipe: Recipe, steps: list[str]) -> list[str]:
    """All steps that these refer to, and that those do, without these."""
    found = list(steps)
    for step in found:  # which grows
        found += [use.name for use in uses(recipe.steps[step]) if use.is_step and use.name not in found]
    return found[len(steps) :]
