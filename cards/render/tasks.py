"""What a model's task decides: which scores a card shows, in which order, and what they are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Unpack

from ..ledger import ClaimId, Fields, Ledger, Model, Task, Variant
from .card_map import Numbers

GUARD = "guard"  # the split on which checkpoints are chosen: no result
MASKED = "masked tokens"


@dataclass(frozen=True)
class File:
    """One measured file of a model."""

    model: str
    variant: Variant
    own: bool = True  # of the card's own model, not of one that it is compared with

    @property
    def title(self) -> str:
        return f"{self.model} {self.variant.name.upper()}"

    def claim(self, **fields: Unpack[Fields]) -> ClaimId:
        """The id of a claim about this file, which names its metric."""
        return ClaimId(self.model, variant=self.variant.name, metric="bytes").replace(**fields)

    def latency(self, tokens: int, statistic: str = "median") -> ClaimId:
        """The id of a time on texts of so many tokens."""
        return self.claim(metric="latency", length=tokens, statistic=statistic)

    def versus(self, reference: "File", **fields: Unpack[Fields]) -> ClaimId:
        """The id of a claim that compares this file with another."""
        return self.claim(vs_model=reference.model, vs_variant=reference.variant.name).replace(**fields)


class Score(NamedTuple):
    """What the id of a score says besides file and split."""

    metric: str
    group: str | None = None
    topic: str | None = None


@dataclass(frozen=True)
class Kind:
    """A task, as a card speaks of it."""

    title: str
    tag: str
    headline: Score  # the score that stands for the model
    headline_title: str
    unit: str = "documents"  # what a score counts

    def score(self, file: File, split: str = "test") -> ClaimId:
        """The id of a file's headline score."""
        score = self.headline
        return file.claim(metric=score.metric, split=split, group=score.group, topic=score.topic)


MACRO, TOP_1 = Score("f1", group="macro"), Score("top_1", topic="masked")
KINDS: dict[Task, Kind] = {
    "token-classification": Kind("Named entity recognition", "named-entity-recognition", MACRO, "Macro F1"),
    "text-classification": Kind("Text classification", "text-classification", MACRO, "Macro F1", "texts"),
    "fill-mask": Kind("Fill-mask", "fill-mask", TOP_1, "Share of masked tokens guessed right", MASKED),
}
# Metric of a claim's id -> the Hub's name of it, what a reader calls it.
METRICS = {
    "f1": ("f1", "F1"),
    "precision": ("precision", "precision"),
    "recall": ("recall", "recall"),
    "auroc": ("roc_auc", "AUROC"),
}


@dataclass(frozen=True)
class Cell:
    """One score of a results table."""

    claim: ClaimId
    metric: str  # the Hub's name
    name: str  # of the score, variant left out; may hold placeholders for numbers


@dataclass(frozen=True)
class Row:
    file: File
    group: str
    cells: tuple[Cell | None, ...]  # None in a column that it has no score for


@dataclass(frozen=True)
class Table:
    """All scores on one split."""

    headline: ClaimId  # says what the split is
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def files(ledger: Ledger, name: str, own: bool = True) -> tuple[File, ...]:
    """A model's files, that which is there to be used first: INT8 where there is one."""
    variants = sorted(ledger.models[name].variants, key=lambda variant: variant.name != "int8")
    return tuple(File(name, variant, own) for variant in variants)


def headline(ledger: Ledger, name: str, split: str = "test") -> ClaimId:
    """The claim that stands for the model: of the file that is there to be used."""
    return KINDS[ledger.models[name].task].score(files(ledger, name)[0], split)


def splits(ledger: Ledger, name: str) -> list[str]:
    """The splits, as ids have them, that the model was tested on: `test` first, then external ones."""
    metric, group, topic = KINDS[ledger.models[name].task].headline
    found = ledger.find(model=name, metric=metric, group=group, topic=topic, vs_model=None)
    return list(dict.fromkeys(["test", *(c.id.split for c in found if c.id.split not in (None, GUARD))]))


def tables(ledger: Ledger, name: str, number: Numbers) -> list[Table]:
    """The results, a table for each split. A score that one file and group has is asked of all, so
    that a missing one fails the rendering."""
    model = ledger.models[name]
    if model.task == "fill-mask":
        return [_masked(ledger, name, split, number) for split in splits(ledger, name)]
    return [_labelled(ledger, name, model, split) for split in splits(ledger, name)]


def _labelled(ledger: Ledger, name: str, model: Model, split: str) -> Table:
    entities = model.task == "token-classification"
    groups = [*model.labels, "Micro", "Macro"] if entities else [*model.labels, "Macro"]
    own = files(ledger, name)
    wanted = ("f1", "precision", "recall") if entities else ("f1",)
    metrics = [
        metric
        for metric in METRICS
        if metric in wanted
        or any(ledger.get(file.claim(metric=metric, split=split, group=g)) for file in own for g in groups)
    ]
    columns = [METRICS[metric][1][0].upper() + METRICS[metric][1][1:] for metric in metrics]
    aside = () if entities else (None,)  # accuracy, over all classes, has a column of its own
    rows = []
    for file in own:
        for group in groups:
            ids = [file.claim(metric=metric, split=split, group=group) for metric in metrics]
            cells = [
                Cell(each, METRICS[each.metric][0], f"{group} {METRICS[each.metric][1]}") for each in ids
            ]
            rows.append(Row(file, group, (*cells, *aside)))
        if not entities:
            cell = Cell(file.claim(metric="accuracy", split=split), "accuracy", "Accuracy")
            rows.append(Row(file, "All classes", (*[None] * len(metrics), cell)))
    columns += [] if entities else ["Accuracy"]
    return Table(headline(ledger, name, split), tuple(columns), tuple(rows))


def _masked(ledger: Ledger, name: str, split: str, number: Numbers) -> Table:
    def rows(file: File) -> Iterator[Row]:
        for top in sorted({c.id.top for c in ledger.find(model=name, split=split) if c.id.top}):
            claim = file.claim(metric=f"top_{top}", split=split, topic="masked")
            title = f"Right token among the {number(f'choices({claim})')} likeliest"
            yield Row(file, title, (Cell(claim, "accuracy", title),))
        claim = file.claim(metric="perplexity", split=split)
        yield Row(file, "Perplexity", (Cell(claim, "perplexity", "Perplexity"),))

    found = tuple(row for file in files(ledger, name) for row in rows(file))
    return Table(headline(ledger, name, split), ("Value",), found)
