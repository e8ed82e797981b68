"""Text to entities, end to end on the small model."""

import hashlib
import random
import shutil
import threading
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from space.engine import EngineError, Tagger, load, merge, tokenise, windows
from space.engine.session import SAFE_INT8

BUNDLED = Path(__file__).parents[2] / "space" / "bundled" / "student"
TEXT = "Lithium carbonate 300 mg caused tremor, nausea and nephrogenic diabetes insipidus (NDI). " * 20


def found(tagger, text: str) -> list[tuple[int, int, str, str]]:
    return [(e.start, e.end, e.label, e.text) for e in tagger([text])[0]]


def test_entities_with_offsets_and_scores(tagger):
    (entities,) = tagger(["Aspirin and lithium carbonate caused renal failure."])
    assert [(e.text, e.label, e.start, e.end) for e in entities] == [
        ("Aspirin", "Chemical", 0, 7),
        ("lithium carbonate", "Chemical", 12, 29),
        ("renal failure", "Disease", 37, 50),
    ]
    assert entities[0].score > 0.99
    assert 0.5 < entities[1].score < 0.8


def test_what_the_tagger_says_of_itself(model, tagger):
    assert tagger.tags == ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]
    assert tagger.labels == ["Chemical", "Disease"]
    assert (tagger.window, tagger.overlap, tagger.threads) == (64, 16, 1)
    assert tagger.model == str(model)
    assert tagger.revision is None
    assert tagger.file == model / "onnx" / "model_quantized.onnx"
    assert tagger.sha256 == hashlib.sha256(tagger.file.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \r\n\t ", []),
        ("😀 nausea 👩‍👩‍👧", [(2, 8, "nausea")]),
        ("nause\u0301a\u0301 x", [(0, 8, "nause\u0301a\u0301")]),
        ("naúsea", [(0, 6, "naúsea")]),
        ("aspirin\r\ncaused\r\nnausea\r\n", [(0, 7, "aspirin"), (17, 23, "nausea")]),
        ("\ud800nausea\udc00", [(1, 7, "nausea")]),
        ("\ud800 nausea \udfff", [(2, 8, "nausea")]),
        ("nau\x00sea \x1b[31m aspirin", [(0, 7, "nau\x00sea"), (14, 21, "aspirin")]),
        ("<b>nausea</b> {{ aspirin }} {% raw %}", [(3, 9, "nausea"), (17, 24, "aspirin")]),
        ("<script>alert('nausea')</script>", [(15, 21, "nausea")]),
        ("[CLS] nausea [SEP] aspirin", [(6, 12, "nausea"), (19, 26, "aspirin")]),
        ("RENAL  FAILURE", [(0, 14, "RENAL  FAILURE")]),
    ],
)
def test_awkward_texts(tagger, text, expected):
    assert [(start, end, words) for start, end, _, words in found(tagger, text)] == expected


@pytest.mark.parametrize("size", [100_000, pytest.param(1_000_000, marks=pytest.mark.soak)])
def test_a_long_text_is_tagged_to_its_last_word(tagger, size):
    sentence = "Aspirin caused renal failure, 😀 lidocaine was given.\r\n"
    text = sentence * (size // len(sentence)) + "nausea"
    entities = tagger([text])[0]
    assert len(entities) == 3 * (size // len(sentence)) + 1
    assert (entities[-1].end, entities[-1].text) == (len(text), "nausea")
    assert all(e.text == text[e.start : e.end] for e in entities)


vocabulary = st.sampled_from(
    [
        "aspirin",
        "lithium",
        "carbonate",
        "renal",
        "failure",
        "lidocaine",
        "😀",
        "e\u0301",
        "\ud800",
        "xyz",
        ",",
        "\r\n",
    ]
)
texts = st.lists(vocabulary, max_size=120).map(" ".join) | st.text(max_size=50)


@given(texts)
def test_entities_are_exact_sorted_and_apart(tagger, text):
    entities = tagger([text])[0]
    assert all(text[e.start : e.end] == e.text != "" for e in entities)
    assert all(left.end <= right.start for left, right in pairwise(entities))


@given(st.lists(texts, max_size=5), st.randoms(use_true_random=False))
def test_a_result_never_depends_on_its_neighbours(tagger, batch, shuffle: random.Random):
    alone = {text: tagger([text])[0] for text in batch}
    shuffle.shuffle(batch)
    assert tagger(batch) == [alone[text] for text in batch]  # scores included, to the last digit


def test_a_long_text_is_the_merge_of_its_windows_run_one_by_one(tagger, monkeypatch):
    calls = []
    run = tagger._session.__class__.__call__

    def record(session, ids, alone=False):
        calls.append(ids)
        return run(session, ids, alone)

    monkeypatch.setattr(tagger._session.__class__, "__call__", record)
    text = "aspirin given after renal failure " * 40
    entities = tagger([text])[0]

    tokens = tokenise(tagger.tokenizer, text)
    cuts = windows(len(tokens), tagger.window - 2, tagger.overlap)
    cls, sep = (tagger.tokenizer.token_to_id(token) for token in ("[CLS]", "[SEP]"))
    assert [ids.tolist() for ids in calls] == [
        [cls, *tokens.ids[c.start : c.stop].tolist(), sep] for c in cuts
    ]
    merged = merge(len(tokens), cuts, [run(tagger._session, ids)[1:-1] for ids in calls])
    aspirin = np.exp(merged[0].astype(float)) / np.exp(merged[0].astype(float)).sum()
    assert entities[0].score == pytest.approx(aspirin.max(), abs=1e-12)
    assert len(entities) == 80


@pytest.mark.parametrize("times", [0, 1, 40], ids=["no window", "one", "many"])
def test_steps_run_one_window_each_and_end_with_the_entities(tagger, monkeypatch, times):
    text = "aspirin caused renal failure " * times
    expected = tagger([text])[0]
    session, run = tagger._session, []

    def count(ids, alone):
        run.append(len(ids))
        return session(ids, alone)

    monkeypatch.setattr(tagger, "_session", count)
    ran = []

    def all_steps():
        found = yield from tagger.steps(text)
        assert found == expected

    for _ in all_steps():
        ran.append(len(run))
    assert ran == list(range(1, len(run)))  # one more after each step; the last ends it
    assert len(run) > 2 or times < 40


def test_int8_comes_first_and_any_file_can_be_chosen(model, copy):
    assert load(model, file="model.onnx").file.name == "model.onnx"
    assert load(model, file="onnx/model_fp16.onnx").file.name == "model_fp16.onnx"
    (copy / "onnx" / "model_quantized.onnx").unlink()
    assert load(copy).file.name == "model.onnx"
    (copy / "onnx" / "model.onnx").unlink()
    assert load(copy).file.name == "model_fp16.onnx"
    shutil.copy(copy / "onnx" / "model_fp16.onnx", copy / "onnx" / "other.onnx")
    with pytest.raises(EngineError, match=r"cannot tell which.*model_fp16\.onnx, onnx/other\.onnx"):
        load(copy)


def test_every_variant_finds_the_same(model, tagger):
    text = "Lithium carbonate caused seizures and nausea"
    for file in ("model.onnx", "model_fp16.onnx"):
        assert found(load(model, file=file), text) == found(tagger, text)


@pytest.fixture(scope="module")
def wide(model) -> Tagger:
    """Three threads, on whatever processors there are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("space.engine.cpu.usable_cpus", lambda: 3)
        return load(model)


@pytest.mark.parametrize(
    "texts",
    [
        [],
        [""],
        ["aspirin"],
        ["aspirin given after renal failure " * 40],
        ["", "nausea", "aspirin given after renal failure " * 90, " ", *["lithium caused seizures"] * 30, ""],
    ],
    ids=["none", "empty", "one short", "one long", "many"],
)
def test_threads_change_nothing_but_speed(tagger, wide, texts):
    assert wide(texts) == tagger(texts)  # scores included, to the last digit
    assert wide(iter(texts)) == tagger(texts)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("window")]


def test_only_a_single_short_text_takes_all_threads(wide, monkeypatch):
    ran, session = [], wide._session
    monkeypatch.setattr(
        wide,
        "_session",
        lambda ids, alone: ran.append((alone, threading.current_thread().name)) or session(ids),
    )
    wide(["nausea"])
    assert ran == [(True, "MainThread")]
    ran.clear()
    wide(["nausea"] * 3)
    wide(["nausea " * 100])
    assert len(ran) == 5
    assert all(not alone and name.startswith("window") for alone, name in ran)


def test_an_error_in_a_window_is_raised_and_ends_the_others(wide, monkeypatch):
    ran = []

    def fail(ids, alone):
        ran.append(len(ids))
        raise EngineError("broken")

    monkeypatch.setattr(wide, "_session", fail)
    with pytest.raises(EngineError, match="broken"):
        wide(["nausea"] * 1_000)
    assert len(ran) < 100
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("window")]


def test_no_thread_is_no_number_of_threads(model):
    with pytest.raises(EngineError, match="threads"):
        load(model, threads=0)


def test_threads_beyond_the_processors_are_capped_and_noted(model, monkeypatch):
    monkeypatch.setattr("space.engine.cpu.usable_cpus", lambda: 1)
    capped = load(model, file="model.onnx", threads=10**9)
    assert capped.threads == 1
    assert capped.notes == [
        "1000000000 threads were asked for, but this process may use 1 processor: more would wait for each "
        "other, so 1 runs."
    ]
    assert load(model, file="model.onnx", threads=1).notes == []


def test_a_tagger_may_be_shared_by_threads(tagger):
    texts = [f"aspirin {'given ' * n}nausea" for n in range(40)]
    expected, answers = tagger(texts), {}

    def work(name: int) -> None:
        answers[name] = tagger(texts)

    workers = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert list(answers.values()) == [expected] * 4


def test_without_vnni_int8_runs_the_exact_way_and_says_so(model, tagger, monkeypatch):
    monkeypatch.setattr("space.engine.cpu.int8_may_saturate", lambda: True)
    careful = load(model, threads=1)
    assert careful.notes == [SAFE_INT8]
    options = careful._session._runtime(1).get_session_options()
    assert options.get_session_config_entry("session.x64quantprecision") == "1"
    text = "Lithium carbonate caused seizures and nausea"
    assert found(careful, text) == found(tagger, text)
    assert load(model, file="model.onnx").notes == []  # nothing to be careful about in FP32


def test_the_bundled_students_sums_are_exact_on_every_path(monkeypatch):
    """Its weights have 7 bits, so that the fast kernel may run where there is no VNNI."""
    fast = load(BUNDLED, threads=1)
    tokens, expected = fast.logits(TEXT)
    monkeypatch.setattr("space.engine.cpu.int8_may_saturate", lambda: True)
    assert load(BUNDLED, threads=1).notes == []  # nothing to be careful about
    monkeypatch.setattr(
        "space.engine.session.onnx_contents.check", lambda path: SimpleNamespace(saturating=True)
    )
    exact = load(BUNDLED, threads=1)
    assert exact.notes == [SAFE_INT8]
    found = exact.logits(TEXT)[1]
    assert len(tokens) > fast.window
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-4)


def test_one_text_in_place_of_a_list_is_an_error(tagger):
    with pytest.raises(TypeError, match="list of texts"):
        tagger("aspirin")
