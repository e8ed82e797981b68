"""What a model's task decides: which scores a card shows, in which order, and what they are called."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Unpack

from ..ledger import Claim, ClaimId, Fields, Ledger, Task, Variant
from .card_map import Numbers

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
    means: tuple[str, ...] = ()  # groups beside the labels

    def score(self, file: File, split: str) -> ClaimId:
        """The id of a file's headline score."""
        score = self.headline
        return file.claim(metric=score.metric, split=split, group=score.group, topic=score.topic)


MACRO, TOP_1 = Score("f1", group="macro"), Score("top_1", topic="masked")
KINDS: dict[Task, Kind] = {
    "token-classification": Kind(
        "Named entity recognition",
        "named-entity-recognition",
        MACRO,
        "Macro F1",
        means=("Micro", "Macro"),
    ),
    "text-classification": Kind(
        "Text classification", "text-classification", MACRO, "Macro F1", "texts", ("Macro",)
    ),
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
    """All scores on the models' own test."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def files(ledger: Ledger, name: str, own: bool = True) -> tuple[File, ...]:
    """A model's files, that which is there to be used first: INT8 where there is one."""
    variants = sorted(ledger.models[name].variants, key=lambda variant: variant.name != "int8")
    return tuple(File(name, variant, own) for variant in variants)


def headline(ledger: Ledger, name: str) -> ClaimId:
    """The claim that stands for the model: of the file that is there to be used, on the models' own test."""
    return KINDS[ledger.models[name].task].score(files(ledger, name)[0], ledger.own_test(name))


def its_teachers(ledger: Ledger, name: str) -> str:
    """What a card calls the models that this one was distilled from; "" where it was not."""
    claim = ledger.get(ClaimId(name, topic="setting", metric="teachers"))
    if claim is None:  # in ledgers of earlier versions, with one teacher at most
        return "its teacher" if ledger.models[name].teacher else ""
    return "its teacher" if claim.value == 1 else "its teachers"


@dataclass(frozen=True)
class Elsewhere:
    """A further set that the model was tested on.

    Attributes:
        headline: says what the set is.
        rows: a group, the ids of its score and of that by overlap, where there is one.
        unknown: labels that the set does not annotate.
        partial: labels that it annotates in part.
    """

    headline: ClaimId
    rows: tuple[tuple[str, ClaimId, ClaimId | None], ...]
    unknown: tuple[str, ...]
    partial: tuple[str, ...]


def elsewhere(ledger: Ledger, name: str) -> list[Elsewhere]:
    """What the file that is there to be used reaches on other sets than the models' own test."""
    own, kind = headline(ledger, name), KINDS[ledger.models[name].task]
    of_file = ledger.find(model=name, variant=own.variant, vs_model=None, decoding=None)
    alike = [c for c in of_file if c.id.data and c.id.has(**kind.headline._asdict())]
    return [_elsewhere(ledger, kind, claim) for claim in alike]


def _elsewhere(ledger: Ledger, kind: Kind, claim: Claim) -> Elsewhere:
    known = ledger.annotated(claim)
    groups = [*known, *kind.means] if len(known) > 1 else known  # the means of one type are its own score
    scores = {group: claim.id.replace(group=group) for group in groups} or {kind.headline_title: claim.id}
    loose = {score: score.replace(metric=f"overlap_{score.metric}") for score in scores.values()}
    return Elsewhere(
        claim.id,
        tuple(
            (group, score, loose[score] if ledger.has(loose[score]) else None)
            for group, score in scores.items()
        ),
        tuple(label for label in ledger.models[claim.id.model].labels if label not in known),
        tuple(label for label in known if known[label] == "partial"),
    )


def table(ledger: Ledger, name: str, number: Numbers) -> Table:
    """The results on the models' own test. A score that one file and group has is asked of all, so that a
    missing one fails the rendering."""
    if ledger.models[name].task == "fill-mask":
        return _masked(ledger, name, number)
    claim, kind = ledger.claim(headline(ledger, name)), KINDS[ledger.models[name].task]
    entities, split = "Micro" in kind.means, claim.id.split
    groups, own = [*ledger.annotated(claim), *kind.means], files(ledger, name)
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
    return Table(tuple(columns), tuple(rows))


def _masked(ledger: Ledger, name: str, number: Numbers) -> Table:
    split = ledger.own_test(name)

    def rows(file: File) -> Iterator[Row]:
        found = ledger.find(model=name, data=None, split=split)
        for top in sorted({claim.id.top for claim in found if claim.id.top}):
            claim = file.claim(metric=f"top_{top}", split=split, topic="masked")
            title = f"Right token among the {number(f'choices({claim})')} likeliest"
            yield Row(file, title, (Cell(claim, "accuracy", title),))
        claim = file.claim(metric="perplexity", split=split)
        yield Row(file, "Perplexity", (Cell(claim, "perplexity", "Perplexity"),))

    return Table(("Value",), tuple(row for file in files(ledger, name) for row in rows(file)))
