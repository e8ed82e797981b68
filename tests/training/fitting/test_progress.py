"""What a fitting says while it runs."""

import json

import numpy as np
import pytest
from tiny_fitting import TAGS, assert_equal, killed

from training.errors import StageError
from training.fitting import progress, trainer
from training.fitting.examples import Example
from training.fitting.progress import describe, is_exhausted
from training.fitting.trainer import WordTrainer
from training.recipe.fitting import Fitting


@pytest.fixture
def scores(monkeypatch):
    """Sets the guard F1 of each evaluation."""

    def scores(*values: float) -> None:
        waiting = list(values)

        def score(*given):
            macro = type("Score", (), {"f1": waiting.pop(0)})
            return type("Scores", (), {"macro": macro})

        monkeypatch.setattr(trainer, "score", score)

    return scores


def test_the_labels_of_the_training_are_counted(cutter):
    allowed = np.zeros((6, 5), dtype=bool)
    allowed[[1, 2, 3], [0, 0, 3]] = True
    allowed[4, [0, 1, 2]] = True
    examples = [Example(np.arange(6), allowed, None, "a")] * 200
    assert describe(examples, TAGS) == (
        "200 windows, 800 labelled tokens: "
        "O 400, B-Chemical 0, I-Chemical 0, B-Disease 200, I-Disease 0, open 200"
    )
    assert "open" not in describe([Example(np.arange(6), allowed[:4], None, "a")], TAGS)


def test_an_epoch_is_followed_while_it_runs(run, settings, monkeypatch, capsys):
    monkeypatch.setattr(progress, "EVERY", 0.0)
    run(Fitting(**settings()), "run")
    lines = capsys.readouterr().out.splitlines()
    within = [line for line in lines if "tokens/s" in line]
    assert "windows, " in lines[0] and "labelled tokens: O " in lines[0]
    assert within[0].startswith("tiny: epoch 0.0") and "of 2, " in within[0] and "min left" in within[0]
    assert "loss " in within[-1]
    assert int(within[-1].split(" tokens/s")[0].split()[-1].replace(",", "")) > 100


def test_a_line_comes_now_and_then_alone(run, settings, capsys):
    run(Fitting(**settings()), "run")
    assert "tokens/s" not in capsys.readouterr().out


def test_a_training_that_finds_nothing_is_warned_of(run, settings, scores, capsys):
    scores(0.0, 0.0, 0.1)
    run(Fitting(**settings(epochs=3)), "run")
    assert capsys.readouterr().out.count("guard F1 has been 0 for 2 evaluations") == 1


@pytest.mark.parametrize(
    ("scores", "patience", "expected"),
    [
        ([], 1, False),
        ([0.4, 0.5], 1, False),
        ([0.5, 0.4], 1, True),
        ([0.5, 0.5], 1, True),
        ([0.5, 0.4, 0.3], 3, False),
        ([0.5, 0.4, 0.3, 0.5], 3, True),
        ([0.5] * 9, None, False),
    ],
)
def test_patience_ends_with_evaluations_that_are_not_better(scores, patience, expected):
    assert is_exhausted(scores, patience) is expected


def test_a_training_that_ran_out_of_patience_stops_and_stays_stopped(run, settings, scores, capsys, tmp_path):
    scores(0.5, 0.4, 0.9)
    fitting = Fitting(**settings(epochs=4, patience=1))
    stopped = run(fitting, "run")
    assert "epoch 2 of 4" in capsys.readouterr().out
    scores()  # no more evaluation
    again = run(fitting, "run")  # as if it had been killed right after its last checkpoint
    assert_equal(again.state_dict(), stopped.state_dict())


def test_the_log_of_a_killed_training_has_every_step_once(run, settings, tmp_path, monkeypatch):
    with pytest.raises(KeyboardInterrupt):
        run(Fitting(**settings()), "run", killed(WordTrainer))
    run(Fitting(**settings()), "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    evaluated = [line["step"] for line in lines if "eval_f1" in line]
    logged = [line["step"] for line in lines if "loss" in line]
    assert len(evaluated) == 2 and evaluated == sorted(set(evaluated))
    assert logged == sorted(set(logged)) and logged


def test_tensorboard_is_asked_for_and_missing(run, settings, monkeypatch, tmp_path):
    monkeypatch.setenv(trainer.TENSORBOARD, str(tmp_path))
    monkeypatch.setattr(trainer, "is_tensorboard_available", lambda: False)
    with pytest.raises(StageError, match="pip install tensorboard"):
        run(Fitting(**settings()), "run")
