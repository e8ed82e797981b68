"""Figures of a run, for people: how training went, and what each variant scores."""

import json

import matplotlib

from cards.ledger import Ledger

from .run_folder import RunFolder

matplotlib.use("Agg")  # no screen needed
from matplotlib import pyplot


def draw(ledger: Ledger, run: RunFolder) -> None:
    """Write figures/training.png and figures/f1.png."""
    _training(run)
    _scores(ledger, run)


def _training(run: RunFolder) -> None:
    """Guard F1 by epoch of every fine-tuning, from log/*.jsonl."""
    figure, axes = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    for log in sorted(run.log.glob("*.jsonl")):
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        points = [(line["epoch"], line["eval_f1"]) for line in lines if "eval_f1" in line]
        axes.plot(*zip(*points, strict=True), marker="o", label=log.stem)
    axes.set(xlabel="epoch", ylabel="macro F1, guard documents")
    axes.legend()
    figure.savefig(run.figures / "training.png", dpi=150)
    pyplot.close(figure)


def _scores(ledger: Ledger, run: RunFolder) -> None:
    """Test F1 of every type and the macro mean, with intervals, for every measured variant."""
    figure, axes = pyplot.subplots(figsize=(6, 3.5), layout="constrained")
    claims = [
        c for c in ledger.claims if c.unit == "F1" and c.interval and c.aggregation in ("type", "macro")
    ]
    variants = list(dict.fromkeys(c.id.split(".test.")[0] for c in claims))
    for row, variant in enumerate(variants):
        own = [c for c in claims if c.id.startswith(f"{variant}.test.")]
        places = [column + (row - len(variants) / 2) * 0.15 for column in range(len(own))]
        values = [c.value for c in own]
        errors = [
            [c.value - c.interval.low for c in own],
            [c.interval.high - c.value for c in own],
        ]
        axes.errorbar(places, values, yerr=errors, fmt="o", capsize=3, label=variant)
        axes.set_xticks(range(len(own)), [c.name for c in own])
    axes.set(ylabel="strict entity F1, 95% interval")
    axes.legend()
    figure.savefig(run.figures / "f1.png", dpi=150)
    pyplot.close(figure)
