"""What a model's task decides: which scores a card shows, in which order, and what they are called."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..ledger import Ledger, Model, Task, Variant, slug
from .card_map import Numbers

GUARD = "guard"  # the split on which checkpoints are chosen: no result


@dataclass(frozen=True)
class Kind:
    """A task, as a card speaks of it."""

    title: str
    tag: str
    headline: str  # end of the id of the claim that stands for the model
    headline_title: str


KINDS: dict[Task, Kind] = {
    "token-classification": Kind(
        "Named entity recognition", "named-entity-recognition", "macro.f1", "Macro F1"
    ),
    "text-classification": Kind("Text classification", "text-classification", "macro.f1", "Macro F1"),
    "fill-mask": Kind("Fill-mask", "fill-mask", "masked.top_1", "Share of masked tokens guessed right"),
}
# End of a claim's id -> the Hub's name of the metric, what a reader calls it.
METRICS = {
    "f1": ("f1", "F1"),
    "precision": ("precision", "precision"),
    "recall": ("recall", "recall"),
    "auroc": ("roc_auc", "AUROC"),
}


@dataclass(frozen=True)
class Cell:
    """One score of a results table."""

    claim: str
    metric: str  # the Hub's name
    name: str  # of the score, variant left out; may hold placeholders for numbers


@dataclass(frozen=True)
class Row:
    variant: Variant
    group: str
    cells: tuple[Cell | None, ...]  # None in a column that it has no score for


@dataclass(frozen=True)
class Table:
    """All scores on one split."""

    headline: str  # claim that says what the split is, of the first variant
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def ranked(model: Model) -> tuple[Variant, ...]:
    """A model's variants, that which is there to be used first: INT8 where there is one."""
    return tuple(sorted(model.variants, key=lambda variant: variant.name != "int8"))


def headline(ledger: Ledger, name: str, split: str = "test") -> str:
    """Id of the claim that stands for the model: of the variant that is there to be used."""
    model = ledger.models[name]
    return f"{name}.{ranked(model)[0].name}.{split}.{KINDS[model.task].headline}"


def splits(ledger: Ledger, name: str) -> list[str]:
    """The splits, as ids have them, that the model was tested on: `test` first, then external ones."""
    end = KINDS[ledger.models[name].task].headline
    pattern = re.compile(rf"{re.escape(name)}\.[^.]+\.([^.]+)\.{re.escape(end)}")
    found = [match[1] for claim in ledger.claims if (match := pattern.fullmatch(claim.id.text))]
    return ["test", *dict.fromkeys(split for split in found if split not in ("test", GUARD))]


def tables(ledger: Ledger, name: str, number: Numbers) -> list[Table]:
    """The results, a table for each split. A score that one file and group has is asked of all, so
    that a missing one fails the rendering."""
    model = ledger.models[name]
    if model.task == "fill-mask":
        return [_masked(ledger, name, model, split, number) for split in splits(ledger, name)]
    return [_labelled(ledger, name, model, split) for split in splits(ledger, name)]


def _labelled(ledger: Ledger, name: str, model: Model, split: str) -> Table:
    ids = {claim.id.text for claim in ledger.claims}
    entities = model.task == "token-classification"
    groups = [*model.labels, "Micro", "Macro"] if entities else [*model.labels, "Macro"]

    def claim(variant: Variant, group: str, metric: str) -> str:
        return f"{name}.{variant.name}.{split}.{slug(group)}.{metric}"

    wanted = ("f1", "precision", "recall") if entities else ("f1",)
    metrics = [
        metric
        for metric in METRICS
        if metric in wanted or any(claim(v, g, metric) in ids for v in ranked(model) for g in groups)
    ]
    rows = [
        Row(
            variant,
            group,
            tuple(Cell(claim(variant, group, m), METRICS[m][0], f"{group} {METRICS[m][1]}") for m in metrics),
        )
        for variant in ranked(model)
        for group in groups
    ]
    columns = [METRICS[metric][1][0].upper() + METRICS[metric][1][1:] for metric in metrics]
    if not entities:
        columns.append("Accuracy")
        whole = [_accuracy(f"{name}.{v.name}.{split}", v, len(metrics)) for v in ranked(model)]
        rows = [Row(row.variant, row.group, (*row.cells, None)) for row in rows]
        rows = [row for v, all_ in zip(ranked(model), whole, strict=True) for row in (*_of(v, rows), all_)]
    return Table(headline(ledger, name, split), tuple(columns), tuple(rows))


def _of(variant: Variant, rows: list[Row]) -> list[Row]:
    return [row for row in rows if row.variant == variant]


def _accuracy(prefix: str, variant: Variant, columns: int) -> Row:
    """One score over all classes, in a column of its own."""
    cell = Cell(f"{prefix}.accuracy", "accuracy", "Accuracy")
    return Row(variant, "All classes", (*[None] * columns, cell))


def _masked(ledger: Ledger, name: str, model: Model, split: str, number: Numbers) -> Table:
    def row(variant: Variant) -> Iterator[Row]:
        prefix = f"{name}.{variant.name}.{split}"
        for count in _choices(ledger, name, split):
            claim = f"{prefix}.masked.top_{count}"
            title = f"Right token among the {number(f'choices({claim})')} likeliest"
            yield Row(variant, title, (Cell(claim, "accuracy", title),))
        yield Row(variant, "Perplexity", (Cell(f"{prefix}.perplexity", "perplexity", "Perplexity"),))

    rows = tuple(found for variant in ranked(model) for found in row(variant))
    return Table(headline(ledger, name, split), ("Value",), rows)


def _choices(ledger: Ledger, name: str, split: str) -> list[int]:
    """The numbers of guesses that masked tokens were scored at, the least first."""
    pattern = re.compile(rf"{re.escape(name)}\.[^.]+\.{re.escape(split)}\.masked\.top_(\d+)")
    return sorted({int(match[1]) for claim in ledger.claims if (match := pattern.fullmatch(claim.id.text))})
