"""Learning curves of a run, for people: draws figures/training.png; a card shows `cards.render.figures`."""

import json

from matplotlib.figure import Figure

from ..run_folder import RunFolder

SHAPES = "osD^v"  # more than colour tells the lines apart


def draw(run: RunFolder) -> None:
    """Draw guard F1 by epoch of every fine-tuning, from log/*.jsonl."""
    figure = Figure(figsize=(6, 3.5), layout="constrained")
    axes = figure.add_subplot()
    for index, log in enumerate(sorted(run.log.glob("*.jsonl"))):
        lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        points = [(line["epoch"], line["eval_f1"]) for line in lines if "eval_f1" in line]
        axes.plot(*zip(*points, strict=True), marker=SHAPES[index % len(SHAPES)], label=log.stem)
    axes.set(xlabel="epoch", ylabel="macro F1, guard documents")
    axes.legend()
    figure.savefig(run.figures / "training.png", dpi=150)
