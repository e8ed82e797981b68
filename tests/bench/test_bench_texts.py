"""The texts of the comparison, and `make bench` in little on a small invented corpus."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import bench_texts
import pytest
from bench_client import ROOT, BenchError

from space.engine import Tagger, load, special_tokens, tokenise
from training.recipe import load_recipe

STUDENT = ROOT / "space" / "bundled" / "student"
DOCUMENTS = 60  # of each split; 50 of development are the guard
SENTENCES = (
    ("Lithium", "Chemical", "caused tremor in patient"),
    ("Nausea", "Disease", "was seen again in patient"),
    ("Cisplatin", "Chemical", "was stopped on the third day by patient"),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory) -> Iterator[Path]:
    """CLINSTILL_DATA with training and development documents, and no test documents."""
    folder, corpus = tmp_path_factory.mktemp("data"), load_recipe("bundled").corpora["bc5cdr"]
    (folder / corpus.id).mkdir()
    for place, split in enumerate(("train", "development")):
        blocks = [_document(1000 * (place + 1) + number) for number in range(DOCUMENTS)]
        (folder / corpus.id / corpus.files[split]).write_text("\n".join(blocks) + "\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLINSTILL_DATA", str(folder))
        yield folder


def _document(number: int) -> str:
    """One document in PubTator's format."""
    title, mentions = "", []
    for word, label, rest in SENTENCES:
        mentions.append(f"{number}\t{len(title)}\t{len(title) + len(word)}\t{word}\t{label}\tD1")
        title += f"{word} {rest} {number}. "
    abstract = f"No more was said of it by those who treated {number}. " * 12
    return "\n".join([f"{number}|t|{title.strip()}", f"{number}|a|{abstract.strip()}", *mentions, ""])


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return load(STUDENT, threads=1)


@pytest.fixture(scope="module")
def texts(data, tagger) -> bench_texts.Texts:
    return bench_texts.read(tagger)


def test_texts_are_of_the_stated_lengths(texts, tagger):
    special = sum(map(len, special_tokens(tagger.tokenizer)))
    for length, singles in texts.singles.items():
        assert {len(tokenise(tagger.tokenizer, text)) + special for text in singles} == {length}
    assert {len(tokenise(tagger.tokenizer, text)) for text in texts.notes[::50]} == {bench_texts.NOTE_TOKENS}
    assert (len(texts.notes), len(texts.long)) == (bench_texts.NOTES, bench_texts.LONG)


def test_notes_are_the_same_each_time(texts, tagger):
    development = texts.abstracts[: DOCUMENTS - 50]
    assert bench_texts.notes(tagger, development, 25) == texts.notes[:25]
    assert len(set(texts.notes[:25])) == 25  # which ten documents begin


def test_guard_abstracts_and_calibration_share_no_document(texts):
    assert len(texts.guard) == 50
    assert len(texts.abstracts) == 2 * DOCUMENTS - 50
    abstracts = {document.text for document in texts.abstracts}
    assert not abstracts & {document.text for document in texts.guard} and not abstracts & {
        *texts.calibration
    }
    assert not any(document.text in texts.long for document in texts.guard)


def test_what_is_missing_is_named(tagger, tmp_path, monkeypatch):
    monkeypatch.setenv("CLINSTILL_DATA", str(tmp_path))
    (tmp_path / "bc5cdr").mkdir()
    with pytest.raises(BenchError, match=r"CDR_TrainingSet\.PubTator\.txt"):
        bench_texts.read(tagger)
    monkeypatch.delenv("CLINSTILL_DATA")
    with pytest.raises(BenchError, match="CLINSTILL_DATA is not set"):
        bench_texts.read(tagger)


@pytest.mark.soak
def test_a_quick_comparison_is_written(data, tmp_path):
    program = [sys.executable, ROOT / "tests" / "bench", "--quick", "--out", tmp_path / "out"]
    done = subprocess.run(
        [*program, "--only", "engine", "--only", "onnxruntime-int8"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "support")])},
        capture_output=True,
        text=True,
        timeout=600,
    )
    # 1: a promise not met, as may be on a machine that does other things
    assert done.returncode in (0, 1) and "Traceback" not in done.stderr, done.stderr
    report = json.loads((tmp_path / "out" / "performance.json").read_text(encoding="utf-8"))
    assert {row["right"] for row in report["quality"] if row["system"] != "engine"} == {True}
    assert all(row["documents_per_s"] > 0 for row in report["many"])
    assert "| ONNX Runtime alone, INT8 |" in (tmp_path / "out" / "performance.md").read_text(encoding="utf-8")
    assert (tmp_path / "out" / "performance.png").read_bytes().startswith(b"\x89PNG")
