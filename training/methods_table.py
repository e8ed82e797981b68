"""Table of methods: the models of one run against one of them, from its ledger alone.

A run whose models differ in one thing each shows what that thing does. Models that differ from the baseline
by their seed alone give the noise: another whose F1 lies among theirs shows no difference.
"""

from collections.abc import Iterator
from pathlib import Path

from cards.ledger import Claim, ClaimId, Ledger, LedgerError, read_ledger

from .recipe import Recipe, RecipeError, load_recipe
from .run_folder import RunFolder

BEGIN, END = "<!-- methods: begin ({command}) -->", "<!-- methods: end -->"
VARIANT = "fp32"  # whose differences show the training, and not the quantisation


def write_table(folder: Path, baseline: str, page: Path) -> None:
    """Put the table between the markers of a page.

    Raises:
        RecipeError: the run has no such model, or the page no markers.
        LedgerError: something was not measured.
    """
    begin = BEGIN.format(command=f"python -m training table RUN --baseline {baseline} --page {page.name}")
    text = page.read_text(encoding="utf-8")
    if begin not in text or END not in text:
        raise RecipeError(f"{page} lacks the lines\n  {begin}\n  {END}\nbetween which the table goes")
    before, _, rest = text.partition(begin)
    after = rest.partition(END)[2]
    page.write_text(f"{before}{begin}\n{table(folder, baseline)}\n{END}{after}", encoding="utf-8")


def table(folder: Path, baseline: str) -> str:
    """The table as Markdown.

    Raises:
        RecipeError: the run has no such model.
        LedgerError: something was not measured.
    """
    run = RunFolder(folder)
    recipe, ledger = load_recipe(str(run.recipe)), read_ledger(run.ledger)
    if baseline not in recipe.models:
        raise RecipeError(f"{folder} has no model {baseline!r} but {', '.join(recipe.models)}")
    return "\n".join(_lines(recipe, ledger, baseline))


def _lines(recipe: Recipe, ledger: Ledger, baseline: str) -> Iterator[str]:
    others = [f"{corpus} {split}" for corpus, split in list(recipe.measure.items())[1:]]
    own = " ".join(recipe.own_test)
    columns = ["method", f"F1, {own}", "against the baseline", *(f"F1, {name}" for name in others)]
    columns += ["F1, INT8", "INT8 file", "multiply-adds a token", "times as fast"]
    yield f"| {' | '.join(columns)} |"
    yield "| --- |" + " --- |" * (len(columns) - 1)
    seeds = _seeds(recipe, baseline)
    band = sorted(_f1(recipe, ledger, name).value for name in (baseline, *seeds))
    for name in recipe.models:
        if name not in seeds:
            cells = _cells(recipe, ledger, name, baseline, (band[0], band[-1]), len(seeds))
            yield f"| {' | '.join(cells)} |"


def _seeds(recipe: Recipe, baseline: str) -> list[str]:
    """Models that differ from the baseline by their seed alone."""
    like = recipe.steps[recipe.models[baseline].step]
    steps = {name: recipe.steps[model.step] for name, model in recipe.models.items() if name != baseline}
    return [
        name
        for name, step in steps.items()
        if step.model_copy(update={"seed": like.seed}) == like and step != like
    ]


def _cells(
    recipe: Recipe, ledger: Ledger, name: str, baseline: str, band: tuple[float, float], seeds: int
) -> list[str]:
    model, f1 = recipe.models[name], _f1(recipe, ledger, name)
    size = ledger.claim(ClaimId(name, variant="int8", metric="bytes")).value
    operations = ledger.claim(ClaimId(name, metric="multiply_adds")).value
    faster = _latency(recipe, ledger, baseline) / _latency(recipe, ledger, name)
    elsewhere = [f"{_f1(recipe, ledger, name, corpus).value:.3f}" for corpus in list(recipe.measure)[1:]]
    if name == baseline:
        against = f"{seeds + 1} seeds from {band[0]:.3f} to {band[1]:.3f}" if seeds else ""
    else:
        against = _against(ledger, name, baseline, f1.value, band)
    int8 = _f1(recipe, ledger, name, variant="int8")
    return [
        model.title or name,
        _with_interval(f1),
        against,
        *elsewhere,
        f"{int8.value:.3f}",
        f"{size / 1e6:.1f} MB",
        f"{operations / 1e6:.1f} M",
        f"{faster:.2f}",
    ]


def _against(ledger: Ledger, name: str, baseline: str, f1: float, band: tuple[float, float]) -> str:
    """The paired difference, and whether one is shown: beyond the seeds, with an interval that excludes 0."""
    pair = ClaimId(
        name, variant=VARIANT, vs_model=baseline, vs_variant=VARIANT, group="macro", metric="f1_difference"
    )
    difference = ledger.claim(pair)
    assert difference.interval  # every difference has one
    low, high = difference.interval.low, difference.interval.high
    shown = not band[0] <= f1 <= band[1] and not low <= 0 <= high
    verdict = ("better" if difference.value > 0 else "worse") if shown else "no difference shown"
    return f"{verdict}, {difference.value:+.3f} [{low:+.3f}, {high:+.3f}]"


def _f1(
    recipe: Recipe, ledger: Ledger, name: str, corpus: str | None = None, variant: str = VARIANT
) -> Claim:
    split = recipe.measure[corpus or recipe.own_test[0]]
    score = ClaimId(name, variant=variant, data=corpus, split=split, group="macro", metric="f1")
    return ledger.claim(score)


def _latency(recipe: Recipe, ledger: Ledger, name: str) -> float:
    length = recipe.evaluation.lengths[0]
    claim = ledger.claim(ClaimId(name, variant="int8", metric="latency", length=length, statistic="median"))
    if claim.disturbed is not None:
        raise LedgerError(f"{claim.id} was measured while other programs disturbed it; measure it again")
    return claim.value


def _with_interval(claim: Claim) -> str:
    assert claim.interval  # every score has one
    return f"{claim.value:.3f} [{claim.interval.low:.3f}, {claim.interval.high:.3f}]"
