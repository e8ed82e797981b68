"""Looks at test data are counted for each data set and split of its own, and the card states that count."""

import json
import os
import re
from pathlib import Path

import pytest
import tiny_ledger

from cards.ledger import read_ledger, write_ledger
from cards.render import render
from training.measuring import evaluation_log

OURS = Path(evaluation_log.__file__).parents[1] / "test_evaluations.jsonl"  # of this project
FILES = {"teacher.fp32": 0.85, "student.fp32": 0.84, "student.int8": 0.83}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three evaluations of BC5CDR beside one of a user's own corpus, and a line of an earlier version."""
    log = tmp_path / "test_evaluations.jsonl"
    log.write_text(
        '{"date": "2025-01-01", "recipe_sha256": "ab", "model": "teacher.fp32", "macro_f1": 0.8}\n'
    )
    for _ in range(3):
        evaluation_log.append(log, "bundled", "ab" * 32, "bc5cdr", "test", FILES)
    evaluation_log.append(log, "mine", "cd" * 32, "our-notes", "test", FILES)
    evaluation_log.append(log, "mine", "cd" * 32, "our-notes", "external-b", FILES)
    return log


def test_each_data_set_and_split_has_its_count(log):
    assert evaluation_log.count(log, "bc5cdr", "test") == 9
    assert evaluation_log.count(log, "our-notes", "test") == 3
    assert evaluation_log.count(log, "bc5cdr", "development") == 0
    assert evaluation_log.count(log.with_name("none.jsonl"), "bc5cdr", "test") == 0


def test_the_lines_of_this_project_name_their_data():
    lines = [json.loads(line) for line in OURS.read_text(encoding="utf-8").splitlines()]
    assert evaluation_log.count(OURS, "bc5cdr", "test") >= 16
    assert all(line["corpus"] and line["split"] for line in lines)


def test_all_runs_of_a_user_share_a_file_or_the_one_that_is_named(monkeypatch, tmp_path):
    assert evaluation_log.place() == Path(os.environ["CLINSTILL_TEST_LOG"]), "the tests' own"
    monkeypatch.delenv("CLINSTILL_TEST_LOG")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    evaluation_log.append(evaluation_log.place(), "mine", "cd" * 32, "our-notes", "test", FILES)
    assert evaluation_log.count(tmp_path / "clinstill" / "test_evaluations.jsonl", "our-notes", "test") == 3
    monkeypatch.delenv("XDG_STATE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert evaluation_log.place() == tmp_path / ".local" / "state" / "clinstill" / "test_evaluations.jsonl"


@pytest.mark.parametrize(("corpus", "said"), [("bc5cdr", "9"), ("our-notes", "3"), ("uncounted", None)])
def test_a_card_states_the_looks_at_its_own_data(tmp_path, log, corpus, said):
    run = tiny_ledger.make_run(tmp_path / "run")
    path = run / "models" / "student" / "ledger.json"
    path.write_text(path.read_text().replace('"invented"', f'"{corpus}"'))
    counted = evaluation_log.count(log, corpus, "test") or None
    write_ledger(read_ledger(path).model_copy(update={"test_evaluations": counted}), path)

    text = render(path.parent, tiny_ledger.REPOS).text

    found = re.search(r"Evaluations .* split `test` of (\S+) that are on record.*:\n(\d+)\.", text)
    assert (found and found.groups()) == (said and (corpus, said))
    assert ("evaluations on it are on record" in text) == (said == "9")
