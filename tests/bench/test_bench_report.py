"""The arithmetic of the comparison, and the page that is made of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import bench_page
import bench_report
import pytest
from bench_run import in_turn
from bench_texts import Texts
from measurements import Found, Long, Many, Run, Rung, Start, Tried
from systems import CTRANSLATE, DEFAULTS, ENGINE, OPTIMUM, PIPELINE, SYSTEMS

from space.engine import Entity
from training.corpora import Document, Span

NAMES = (ENGINE, DEFAULTS, CTRANSLATE, OPTIMUM, PIPELINE, "spacy-tagger")
RAN = [system for system in SYSTEMS if system.name in NAMES]
MENTIONS = ((0, 7, "Chemical"), (8, 14, "Disease"), (15, 22, "Chemical"), (23, 29, "Disease"))
SPANS = tuple(Span(start=start, end=end, label=label) for start, end, label in MENTIONS)
GUARD = [Document(id="1", text="Lithium tremor Aspirin nausea", spans=SPANS)]
TEXTS = Texts(GUARD, GUARD, [], {}, "", [])
ALL = [Entity(start, end, label, 1.0, "") for start, end, label in MENTIONS]


def made(found: dict[str, list[Entity]], slower: dict[str, float]) -> Run:
    """A run on one processor and on two, in which a system takes so many times the engine's time."""
    run = Run(others={"many texts, 2": 0.1}, versions={name: {"library": "1.0"} for name in NAMES})
    for name in NAMES:
        times = slower.get(name, 1.0)
        run.long[name] = Long(less_long_ms=10 * times, long_ms=10.5 * times, growth_mb=20.0)
        run.starts[name] = Start([0.3 * times, 0.2 * times, 0.2 * times], 100 * times)
        for processors in (1, 2):
            entities = found.get(name, ALL)
            run.found[name, processors] = Found([entities], [entities], [entities])
            run.abstracts[name, processors] = Many(500, [2.0 * times, 3.0 * times], 200.0)
            run.notes[name, processors] = Many(300, [10.0 * times], 200.0)
            run.tried += [
                Tried(name, processors, {"threads": processors}, batch, 100 / batch, 5.0 * batch)
                for batch in (1, 4)
            ]
            for tokens in (32, 128, 512):
                run.singles[name, processors, tokens] = [times * ms / 1000 for ms in (1, 2, 3, 4, 100)]
    run.ladder = [
        Rung(2, 128, rung, ms)
        for rung, ms in (("products", 3.0), ("whole graph", 4.0), ("text to entities", 5.0))
    ]
    return run


def report(run: Run) -> dict:
    conditions = {
        "date": "2026-12-01",
        "quick": False,
        "machine": {"cpu": "A processor", "isa": "avx2"},
        "method": {"characters": 1_000_000, "calibrating": 300, "singles": 5, "call": 100, "wrong": 0.01},
    }
    whole = conditions | bench_report.as_json(run, RAN, TEXTS)
    return whole | {"checks": []}


def of(rows: list[dict], **fields: object) -> dict:
    [row] = [row for row in rows if fields.items() <= row.items()]
    return row


SLOWER = {PIPELINE: 16.0, OPTIMUM: 2.0, CTRANSLATE: 1.2, "spacy-tagger": 0.5}


def test_times_are_put_beside_the_engine_s():
    found = report(made({"spacy-tagger": []}, SLOWER))
    abstracts = of(found["many"], system=OPTIMUM, processors=2, workload="abstracts")
    assert (abstracts["documents_per_s"], abstracts["times_engine"]) == (50.0, 2.0)
    single = of(found["single"], system=OPTIMUM, processors=1, tokens=128)
    assert (single["p50_ms"], single["times_engine"]) == (6.0, 2.0)
    assert single["p95_ms"] == pytest.approx(
        2 * (4 + 0.8 * 96), rel=1e-3
    )  # four fifths of the way to the slowest
    assert of(found["start"], system=PIPELINE)["seconds"] == 3.2
    assert "times_engine" not in of(found["single"], system="spacy-tagger", processors=1, tokens=128)


def test_the_engine_s_difference_from_itself_is_the_noise():
    found = report(made({}, SLOWER | {DEFAULTS: 0.8}))
    assert bench_report.noise(found) == 1.25
    assert "a ratio between\n0.80 and 1.25 says nothing" in bench_page.page(found)
    alone = found | {
        part: [row for row in found[part] if row["system"] != DEFAULTS] for part in ("many", "single")
    }
    assert bench_report.noise(alone) is None
    assert "differ by up to" not in bench_page.page(alone)


def test_a_fast_wrong_peer_is_named_and_gets_no_ratio():
    found = report(made({CTRANSLATE: ALL[:2], "spacy-tagger": []}, SLOWER | {CTRANSLATE: 0.5}))
    row = of(found["quality"], system=CTRANSLATE, processors=2)
    assert (row["right"], row["guard_f1"]) == (False, 0.6667)
    assert row["agreement"] == pytest.approx(2 * 2 / 6, abs=1e-4)
    assert of(found["quality"], system=OPTIMUM, processors=2)["right"] is True
    assert of(found["quality"], system=PIPELINE, processors=2)["right"] is None
    assert "times_engine" not in of(found["single"], system=CTRANSLATE, processors=2, tokens=32)
    assert not any("CTranslate2" in check.name for check in bench_report.checks(found, "avx2"))
    assert "| CTranslate2, INT8 | 0.6667 | 66.7% | 0.6667 | **no: wrong** |" in bench_page.page(found)


def test_a_peer_that_finds_nothing_is_wrong():
    found = report(made({CTRANSLATE: [], "spacy-tagger": []}, SLOWER))
    assert of(found["quality"], system=CTRANSLATE, processors=1)["right"] is False
    assert not any(row["system"] == "spacy-tagger" for row in found["quality"])  # which is not asked to


def test_a_peer_that_is_wrong_with_one_of_its_settings_is_wrong():
    run = made({}, SLOWER)
    run.found[CTRANSLATE, 2] = Found([ALL[:2]], [ALL], [ALL])
    assert of(report(run)["quality"], system=CTRANSLATE, processors=2)["right"] is False


def test_pipelines_are_judged_by_the_pipeline():
    """What the pipeline's own decoding loses is not the fault of optimum's file."""
    found = report(made({PIPELINE: ALL[:3], OPTIMUM: ALL[:3], "spacy-tagger": []}, SLOWER))
    assert of(found["quality"], system=OPTIMUM, processors=2)["right"] is True


def test_promises_are_held_against_the_run():
    found = report(made({"spacy-tagger": []}, SLOWER))
    everywhere = {check.name: check for check in bench_report.checks(found, "avx512_vnni")}
    without_vnni = {check.name: check for check in bench_report.checks(found, "avx2")}
    assert everywhere.items() < without_vnni.items()
    assert all(check.met for check in everywhere.values())
    assert everywhere["the transformers pipeline's start by the engine's"].found == 16
    assert everywhere["products alone by text to entities, 128 tokens"].found == 0.6
    best_other = without_vnni["one text of 128 tokens: the best other's time by the engine's"]
    assert (best_other.found, best_other.met) == (1.2, False)
    behind = report(made({}, SLOWER | {CTRANSLATE: 0.9}))
    [check] = [check for check in bench_report.checks(behind, "amx_int8") if "CTranslate2" in check.name]
    assert (check.found, check.met) == (0.9, False)


def test_the_best_setting_may_differ_for_one_text_and_for_many():
    run = Run(
        tried=[Tried("a", 2, {"workers": 1}, 1, 10.0, 3.0), Tried("a", 2, {"workers": 2}, 8, 20.0, 5.0)]
    )
    assert run.best_for_single("a", 2).settings == {"workers": 1}
    assert run.best_for_many("a", 2).batch == 8


def test_systems_take_turns():
    def names(turn: int) -> Iterator[str]:
        return (name for name, _ in in_turn({"a": 1, "b": 2, "c": 3}, turn))

    orders = ["".join(names(turn)) for turn in range(20)]
    assert {"".join(sorted(order)) for order in orders} == {"abc"}
    assert orders == ["".join(names(turn)) for turn in range(20)]
    assert len(set(orders)) == 6


def test_the_page_shows_every_system_and_says_when_it_was_disturbed(tmp_path):
    found = report(made({"spacy-tagger": []}, SLOWER))
    page = bench_page.page(found)
    for system in RAN:
        assert f"| {system.title} |" in page
    assert "| Clinstill | 100 |" in page and "| 50 (2.00) |" in page  # abstracts a second
    assert "Other programs kept up to" not in page
    assert "Other programs kept up to 0.9" in bench_page.page(found | {"others_busy": {"settings": 0.9}})
    assert "no bfloat16" in bench_page.page(found | {"unavailable": {"torch-bf16": "no bfloat16"}})
    bench_page.draw(found, tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes().startswith(b"\x89PNG")


def test_tables_are_as_wide_as_their_heads():
    blocks = bench_page.page(report(made({}, SLOWER))).split("\n\n")
    tables = [block.splitlines() for block in blocks if block.startswith("|")]
    assert len(tables) == 7
    assert all(len({line.count("|") for line in table}) == 1 for table in tables)


def test_agreement_of_nothing_with_nothing_is_whole():
    assert bench_report.agreement([[]], [[]]) == 1.0
    assert bench_report.agreement([ALL], [[]]) == 0.0


def test_the_committed_page_is_made_of_the_committed_numbers():
    docs = Path(__file__).parents[2] / "docs"
    if not (docs / "performance.json").exists():
        pytest.skip("docs/performance.json is not there: make bench writes it")
    numbers = json.loads((docs / "performance.json").read_text(encoding="utf-8"))
    assert (docs / "performance.md").read_text(encoding="utf-8") == bench_page.page(numbers)
