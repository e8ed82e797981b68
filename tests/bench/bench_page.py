"""The report as people read it: docs/performance.md and its figure, made of the JSON alone."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import jinja2
import matplotlib
from bench_report import ladder_shares, noise
from systems import ENGINE

from training.measuring.latency import QUIET

matplotlib.use("Agg")  # no screen needed
from matplotlib import pyplot

TEMPLATE = Path(__file__).with_name("performance.md.j2")
NUMBER = "{:.3g}".format
VERDICTS = {True: "yes", False: "**no: wrong**", None: ""}


def page(report: dict) -> str:
    """The Markdown of a report."""
    template = jinja2.Template(
        TEMPLATE.read_text(encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    tables = {
        "quality": _quality(report),
        "many": _many(report),
        "single": _single(report),
        "once": _once(report),
        "ladder": _ladder(report),
        "promises": _promises(report),
        "settings": _settings(report),
    }
    busiest = max(report["others_busy"].values())
    return template.render(report | tables, noise=noise(report), busiest=busiest, quiet=QUIET) + "\n"


def draw(report: dict, path: Path) -> None:
    """Abstracts a second, and the time of one text of 128 tokens, on each number of processors."""
    rates = {_key(row): row["documents_per_s"] for row in report["many"] if row["workload"] == "abstracts"}
    times = {_key(row): row["p50_ms"] for row in report["single"] if row["tokens"] == 128}
    names, titles = _by_speed(report), _titles(report)
    figure, (left, right) = pyplot.subplots(
        1, 2, sharey=True, figsize=(9, 0.4 * len(names) + 1.5), layout="constrained"
    )
    _bars(left, names, rates, "abstracts a second")
    _bars(right, names, times, "one text of 128 tokens, ms (median)")
    left.set_yticks(range(len(names)), [titles[name] for name in names])
    left.invert_yaxis()
    left.legend(fontsize="small")
    figure.savefig(path, dpi=150)
    pyplot.close(figure)


def _bars(axes: pyplot.Axes, names: Sequence[str], values: dict[tuple[str, int], float], label: str) -> None:
    numbers = sorted({processors for _, processors in values})
    height = 0.8 / len(numbers)
    for place, processors in enumerate(numbers):
        axes.barh(
            [row + (place - (len(numbers) - 1) / 2) * height for row in range(len(names))],
            [values[name, processors] for name in names],
            height=0.9 * height,
            color="tab:blue" if processors == numbers[-1] else "tab:gray",
            label=_processors(processors),
        )
    axes.set(xlabel=label)
    axes.grid(axis="x", alpha=0.3)


def _quality(report: dict) -> str:
    rows = {_key(row): row for row in report["quality"]}
    most = max((processors for _, processors in rows), default=1)
    shown = []
    for name in _by_speed(report):
        if (name, most) not in rows:
            continue
        row = rows[name, most]
        wrong = any(own["right"] is False for (system, _), own in rows.items() if system == name)
        alike = "" if name == ENGINE or row["agreement"] is None else f"{row['agreement']:.1%}"
        scores = f"{row['guard_f1']:.4f}", alike, f"{row['abstracts_f1']:.4f}"
        shown.append([_titles(report)[name], *scores, VERDICTS[False if wrong else row["right"]]])
    head = ["", "F1, unseen documents", "same entities as Clinstill", "F1, abstracts", "computes the model"]
    return table(head, shown)


def _many(report: dict) -> str:
    rows = {(row["workload"], row["processors"], row["system"]): row for row in report["many"]}
    columns = {key[:2]: row["texts"] for key, row in sorted(rows.items())}
    most = max(processors for _, processors in columns)
    head = [
        "",
        *(f"{texts:,} {what}, {_processors(number)}" for (what, number), texts in columns.items()),
        "MB",
    ]
    shown = [
        [
            _titles(report)[name],
            *(_beside(rows[*column, name], "documents_per_s") for column in columns),
            f"{rows['abstracts', most, name]['peak_mb']:.0f}",
        ]
        for name in _by_speed(report)
    ]
    return table(head, shown)


def _single(report: dict) -> str:
    rows = {(row["processors"], row["tokens"], row["system"]): row for row in report["single"]}
    columns = sorted({key[:2] for key in rows})
    head = ["", *(f"{tokens} tokens, {_processors(processors)}" for processors, tokens in columns)]

    def cell(row: dict) -> str:
        return f"{_beside(row, 'p50_ms')}, {NUMBER(row['p95_ms'])}"

    return table(
        head,
        [
            [_titles(report)[name], *(cell(rows[*column, name]) for column in columns)]
            for name in _by_speed(report)
        ],
    )


def _once(report: dict) -> str:
    starts = {row["system"]: row for row in report["start"]}
    longs = {row["system"]: row for row in report["long"]}
    head = [
        "",
        "start, s",
        "memory, MB",
        "10,000 characters, ms a 1,000",
        f"{report['method']['characters']:,} characters, ms a 1,000",
        "memory that the latter adds, MB",
    ]
    shown = [
        [
            _titles(report)[name],
            NUMBER(starts[name]["seconds"]),
            f"{starts[name]['resident_mb']:.0f}",
            NUMBER(longs[name]["less_long_ms"]),
            NUMBER(longs[name]["long_ms"]),
            f"{longs[name]['growth_mb']:.0f}",
        ]
        for name in _by_speed(report)
    ]
    return table(head, shown)


def _ladder(report: dict) -> str:
    cells = {
        (
            row["processors"],
            row["tokens"],
            row["name"],
        ): f"{NUMBER(row['milliseconds'])} ms ({row['share']:.0%})"
        for row in ladder_shares(report)
    }
    columns = sorted({key[:2] for key in cells})
    names = dict.fromkeys(name for *_, name in cells)
    head = ["", *(f"{tokens} tokens, {_processors(processors)}" for processors, tokens in columns)]
    return table(head, [[name, *(cells[*column, name] for column in columns)] for name in names])


def _promises(report: dict) -> str:
    shown = [
        [check["name"], check["promised"], NUMBER(check["found"]), "yes" if check["met"] else "**no**"]
        for check in report["checks"]
    ]
    return table(["", "promised", "found", "met"], shown)


def _settings(report: dict) -> str:
    def told(own: dict) -> str:
        settings = own["settings"] | ({"batch": own["batch"]} if own["batch"] else {})
        return ", ".join(f"{name} {value}" for name, value in settings.items()) or "none"

    versions = {
        row["system"]: ", ".join(f"{name} {version}" for name, version in row["versions"].items())
        for row in report["systems"]
    }
    shown = [
        [
            _titles(report)[row["system"]],
            str(row["processors"]),
            told(row["single"]),
            told(row["many"]),
            versions[row["system"]],
        ]
        for row in report["settings"]
    ]
    return table(["", "processors", "one text", "many texts", "versions"], shown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _by_speed(report: dict) -> list[str]:
    """The engine, its peers by abstracts a second on most processors, and those that find no entities."""
    most = max(row["processors"] for row in report["many"])
    rates = {
        row["system"]: row["documents_per_s"]
        for row in report["many"]
        if row["workload"] == "abstracts" and row["processors"] == most
    }
    find = {row["system"] for row in report["quality"]}
    return sorted(rates, key=lambda name: (not name.startswith(ENGINE), name not in find, -rates[name]))


def _key(row: dict) -> tuple[str, int]:
    return row["system"], row["processors"]


def _titles(report: dict) -> dict[str, str]:
    return {row["system"]: row["title"] for row in report["systems"]}


def _processors(number: int) -> str:
    return f"{number} processor{'s' * (number > 1)}"


def _beside(row: dict, column: str) -> str:
    shown = "times_engine" in row and row["system"] != ENGINE
    return NUMBER(row[column]) + (f" ({row['times_engine']:.2f})" if shown else "")
