"""What a comparison comes to, as the report's JSON: quality first, then speed and memory by the engine's."""

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
from bench_texts import Texts
from measurements import Key, Many, Run, Tried
from promises import Check, at_least, at_most
from systems import CTRANSLATE, DEFAULTS, ENGINE, OPTIMUM, PIPELINE, System

from space.engine import Entity
from training.corpora import Document
from training.measuring import metrics

WRONG = 0.01  # of F1: a system that loses more does not compute the model
VNNI = {"amx_int8", "avx512_vnni", "avx_vnni"}

Rows = list[dict]  # of the report's JSON


def as_json(run: Run, systems: Sequence[System], texts: Texts) -> dict:
    """All rows of the report.

    `times_engine` is a system's time by the engine's of the same run. Only systems that find the right
    entities have it.
    """
    ran = [system for system in systems if system.name not in run.unavailable]
    quality = _quality(run, ran, texts)
    right = {row["system"] for row in quality} - {row["system"] for row in quality if row["right"] is False}
    return {
        "systems": [
            {"system": system.name, "title": system.title, "versions": run.versions[system.name]}
            for system in ran
        ],
        "unavailable": run.unavailable,
        "quality": quality,
        "many": [*_many("abstracts", run.abstracts, right), *_many("notes", run.notes, right)],
        "single": _single(run, right),
        "long": [{"system": name} | _rounded(asdict(long)) for name, long in run.long.items()],
        "start": [
            {"system": name, "seconds": round(float(np.median(start.seconds)), 3)}
            | _rounded({"resident_mb": start.resident_mb})
            for name, start in run.starts.items()
        ],
        "ladder": [_rounded(asdict(rung)) for rung in run.ladder],
        "settings": [
            {
                "system": name,
                "processors": processors,
                "single": _setting(run.best_for_single(name, processors)),
                "many": _setting(run.best_for_many(name, processors)),
            }
            for name, processors in run.found
        ],
        "sweep": [_rounded(asdict(tried)) for tried in run.tried],
        "others_busy": {what: round(busy, 2) for what, busy in run.others.items()},
    }


def _quality(run: Run, systems: Sequence[System], texts: Texts) -> Rows:
    """F1, agreement with the engine, and whether a system computes the model.

    F1 is that of the settings that score lower. `right` is None for what others are judged by.
    """
    rows = []
    for system in systems:
        if not system.finds_entities:
            continue
        for processors in sorted({number for name, number in run.found if name == system.name}):
            found = run.found[system.name, processors]
            f1 = _guard_f1(run, texts, system.name, processors)
            row = {
                "system": system.name,
                "processors": processors,
                "guard_f1": f1,
                "abstracts_f1": _f1(texts.abstracts[: len(found.abstracts)], found.abstracts),
                "agreement": None,
                "right": None,
            }
            if (ENGINE, processors) in run.found:
                row["agreement"] = agreement(run.found[ENGINE, processors].guard_many, found.guard_many)
            if system.judged_by is not None and (system.judged_by, processors) in run.found:
                judge = _guard_f1(run, texts, system.judged_by, processors)
                row["right"] = f1 >= judge - WRONG
            rows.append(_rounded(row))
    return rows


def _guard_f1(run: Run, texts: Texts, system: str, processors: int) -> float:
    found = run.found[system, processors]
    return min(_f1(texts.guard, entities) for entities in (found.guard_single, found.guard_many))


def _f1(gold: Sequence[Document], found: Sequence[list[Entity]]) -> float:
    labels = sorted({span.label for document in gold for span in document.spans})
    return metrics.score(gold, found, labels).macro.f1


def agreement(ours: Sequence[list[Entity]], theirs: Sequence[list[Entity]]) -> float:
    """The share of entities that both found: twice their number by the sum of both."""
    pairs = [(metrics.triples(one), metrics.triples(other)) for one, other in zip(ours, theirs, strict=True)]
    total = sum(len(one) + len(other) for one, other in pairs)
    return 2 * sum(len(one & other) for one, other in pairs) / total if total else 1.0


def _many(workload: str, measured: dict[Key, Many], right: set[str]) -> Rows:
    rows = []
    for (name, processors), many in measured.items():
        rate = many.texts / sum(many.seconds)
        row = {
            "workload": workload,
            "system": name,
            "processors": processors,
            "texts": many.texts,
            "documents_per_s": rate,
            "calls_s": [round(seconds, 3) for seconds in many.seconds],
            "peak_mb": many.peak_mb,
        }
        if name in right and (ENGINE, processors) in measured:
            engine = measured[ENGINE, processors]
            row["times_engine"] = engine.texts / sum(engine.seconds) / rate
        rows.append(_rounded(row))
    return rows


def _single(run: Run, right: set[str]) -> Rows:
    rows = []
    for (name, processors, tokens), seconds in run.singles.items():
        p50, p95 = (1000 * float(value) for value in np.percentile(seconds, (50, 95)))
        row = {
            "system": name,
            "processors": processors,
            "tokens": tokens,
            "texts": len(seconds),
            "p50_ms": p50,
            "p95_ms": p95,
        }
        if name in right and (ENGINE, processors, tokens) in run.singles:
            row["times_engine"] = p50 / (1000 * float(np.median(run.singles[ENGINE, processors, tokens])))
        rows.append(_rounded(row))
    return rows


def noise(report: dict) -> float | None:
    """By how much, at most, the engine differs from itself, which its defaults are; None without them."""
    same = [
        row["times_engine"]
        for row in (*report["many"], *report["single"])
        if row["system"] == DEFAULTS and "times_engine" in row
    ]
    return max((max(times, 1 / times) for times in same), default=None)


def _setting(tried: Tried) -> dict:
    return {"settings": tried.settings, "batch": tried.batch}


def _rounded(row: dict) -> dict:
    """To what repeats: four significant digits."""
    return {name: float(f"{value:.4g}") if isinstance(value, float) else value for name, value in row.items()}


def checks(report: dict, instruction_set: str) -> list[Check]:
    """What is promised of the engine, as far as the systems that it takes were measured and are right."""
    found = []
    beside_ctranslate = [
        row["times_engine"]
        for row in (*report["many"], *report["single"])
        if row["system"] == CTRANSLATE and "times_engine" in row
    ]
    if beside_ctranslate:
        name = "CTranslate2's time by the engine's, in the row that it does best in"
        found.append(at_least(name, min(beside_ctranslate), 1))
    starts = {row["system"]: row for row in report["start"]}
    if {PIPELINE, ENGINE} <= starts.keys():
        for name, column, bound in (("start", "seconds", 15), ("memory", "resident_mb", 5)):
            ratio = starts[PIPELINE][column] / starts[ENGINE][column]
            found.append(at_least(f"the transformers pipeline's {name} by the engine's", ratio, bound))
    for row in report["long"]:
        if row["system"] == ENGINE:
            slower = row["long_ms"] / row["less_long_ms"]
            found.append(at_most("memory that the long text adds, MB", row["growth_mb"], 60))
            found.append(at_most("time a character of the long text, by that of the less long", slower, 1.1))
    shares = [
        row["share"]
        for row in ladder_shares(report)
        if row["name"] == "text to entities" and row["tokens"] == 128
    ]
    if shares:
        found.append(at_least("products alone by text to entities, 128 tokens", min(shares), 0.6))
    return found if instruction_set in VNNI else found + _without_vnni(report)


def _without_vnni(report: dict) -> list[Check]:
    """What is promised besides of processors without VNNI, on most processors that were measured."""
    peers = [
        row
        for row in (*report["many"], *report["single"])
        if "times_engine" in row and not row["system"].startswith(ENGINE)
    ]
    most = max((row["processors"] for row in peers), default=0)
    peers = [row for row in peers if row["processors"] == most]
    many = {row["system"]: row["times_engine"] for row in peers if row.get("workload") == "abstracts"}
    single = {row["system"]: row["times_engine"] for row in peers if row.get("tokens") == 128}
    promised = [
        ("abstracts", many, CTRANSLATE, 1.1),
        ("abstracts", many, PIPELINE, 2.6),
        ("abstracts", many, OPTIMUM, 2.0),
        ("one text of 128 tokens", single, PIPELINE, 2.4),
        ("one text of 128 tokens", single, OPTIMUM, 1.9),
    ]
    found = [
        at_least(f"{texts}: {name}'s time by the engine's", times[name], bound)
        for texts, times, name, bound in promised
        if name in times
    ]
    if single:
        name = "one text of 128 tokens: the best other's time by the engine's"
        found.append(at_least(name, min(single.values()), 1.3))
    return found


def ladder_shares(report: dict) -> Rows:
    """Each rung's time, and the share of it that the products alone take."""
    products = {
        (row["processors"], row["tokens"]): row["milliseconds"]
        for row in report["ladder"]
        if row["name"] == "products"
    }
    return [
        row | {"share": products[row["processors"], row["tokens"]] / row["milliseconds"]}
        for row in report["ladder"]
    ]
