"""Systems in processes of their own: what they find, what they say of themselves, how they fail."""

from pathlib import Path

import numpy as np
import pytest
from bench_client import ROOT, BenchError, UnavailableSystemError, Worker
from measurements import FULL
from systems import ENGINE, LIGHT, SYSTEMS, System
from windowed import Windowed

from space.engine import load
from space.engine.cpu import usable_cpus

STUDENT = ROOT / "space" / "bundled" / "student"
SENTENCE = "Lithium caused tremor and acute renal failure; carbamazepine did not. "
TEXTS = [SENTENCE * 40, "Aspirin.", "", SENTENCE]  # 40: several windows


@pytest.fixture
def models(tmp_path) -> Path:
    (tmp_path / "shipped").symlink_to(STUDENT)
    return tmp_path


def system(name: str) -> System:
    return next(system for system in SYSTEMS if system.name == name)


def triples(texts: list[str]) -> list[list[tuple[int, int, str]]]:
    return [[(one.start, one.end, one.label) for one in found] for found in load(STUDENT, threads=1)(texts)]


@pytest.mark.parametrize("name", [ENGINE, "onnxruntime-int8"])
def test_a_system_finds_the_engine_s_entities_and_tells_how_long_each_call_took(models, name):
    with Worker(
        system(name), {"threads": 1} | ({} if name == ENGINE else {"workers": 2}), 1, models
    ) as worker:
        answer = worker.tag([TEXTS, ["Aspirin."]], batch=1, warm_up=1)
        assert worker.versions().keys() == {"onnxruntime"}
    found = [[[(one.start, one.end, one.label) for one in own] for own in call] for call in answer.entities]
    assert found == [triples(TEXTS), triples(["Aspirin."])]
    assert answer.seconds.shape == (2,) and answer.seconds[0] > answer.seconds[1] > 0
    assert 0 < answer.resident_mb <= answer.peak_mb
    assert 0 <= answer.others < 1 + (usable_cpus() or 1) * 64


def test_a_system_that_fails_says_why(models):
    broken = System("broken", "Broken", LIGHT, "no_such_peer", lambda _: [{}], ())
    with Worker(broken, {}, 1, models) as worker, pytest.raises(BenchError, match="no_such_peer"):
        worker.tag([["a"]], batch=1)


def test_a_system_that_the_machine_does_not_run_is_told_from_one_that_fails(models, tmp_path):
    python = tmp_path / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho \'{"unavailable": "no bfloat16"}\'\n', encoding="utf-8")
    python.chmod(0o755)
    absent = System("absent", "Absent", str(tmp_path / "environment"), "engine", lambda _: [{}], ())
    with Worker(absent, {}, 1, models) as worker, pytest.raises(UnavailableSystemError, match="no bfloat16"):
        worker.tag([["a"]], batch=1)


@pytest.mark.parametrize(("batch", "workers"), [(1, 1), (3, 1), (100, 1), (2, 2)])
def test_windows_come_back_to_their_texts_whatever_the_batch(batch, workers):
    """A model whose scores depend on a token alone: padding or a mix-up would show."""

    def run(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        assert ((ids == 0) == (mask == 0)).all() and len(ids) <= batch
        return np.eye(5)[ids % 5]

    alone = Windowed(STUDENT, lambda ids, mask: np.eye(5)[ids % 5], workers=1)
    expected = [alone([text], 1)[0] for text in TEXTS]
    assert sum(map(len, expected)) > 10
    assert Windowed(STUDENT, run, workers)(TEXTS, batch) == expected


def test_every_system_can_be_set_for_one_processor_and_for_two():
    assert len({system.name for system in SYSTEMS}) == len(SYSTEMS)
    for own in SYSTEMS:
        for processors in (1, 2):
            variants = own.variants(processors)
            assert variants and all(variants.count(variant) == 1 for variant in variants)
            busy = [int(one.get("threads", 1)) * int(one.get("workers", 1)) for one in variants]
            assert own.module == "open_vino" or max(busy) <= processors
    assert FULL.rounds * FULL.singles <= 40
