"""A fitting learns, and one that was killed goes on as if it had not been."""

from dataclasses import replace

import pytest
import torch
from tiny_fitting import LABELS, assert_equal, killed, last_weights
from transformers import PreTrainedTokenizerFast, pipeline

from training.corpora.document import Span
from training.fitting.trainer import WordTrainer
from training.measuring.metrics import score
from training.recipe.fitting import Fitting


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"weights": {"a": 0.5, "b": 1.5}},
        {"r_drop": 1.0, "label_smoothing": 0.1},
        {"moving_average": 0.9},
        {"quantization_aware": 1},
        {"moving_average": 0.9, "quantization_aware": 1, "r_drop": 0.5, "patience": 1},
    ],
    ids=str,
)
def test_a_killed_training_ends_with_the_same_weights(run, settings, tmp_path, more):
    whole = run(Fitting(**settings(**more)), "whole")
    with pytest.raises(KeyboardInterrupt):
        run(Fitting(**settings(**more)), "killed", killed(WordTrainer))
    resumed = run(Fitting(**settings(**more)), "killed")
    assert_equal(resumed.state_dict(), whole.state_dict())
    assert_equal(last_weights(tmp_path / "killed"), last_weights(tmp_path / "whole"))


def test_a_model_computes_as_its_weights_do_once_it_is_trained(run, settings, make_model):
    """In FP32, whatever it was trained in: it is held against its own checkpoint."""
    trained = run(Fitting(**settings(bf16=True)), "run").eval()
    same = make_model().eval()
    same.load_state_dict(trained.state_dict())
    ids = torch.arange(5, 15)[None]
    with torch.no_grad():
        assert torch.equal(trained(ids)["logits"], same(ids)["logits"])


@pytest.mark.parametrize("continuations", [True, False])
def test_a_tiny_model_learns_its_documents(run, settings, tmp_path, documents, cutter, capsys, continuations):
    model = run(
        Fitting(**settings(epochs=30, continuations=continuations)), "run", cutter=replace(cutter, window=128)
    )
    assert "guard F1 1.0000" in capsys.readouterr().out
    model.load_state_dict(last_weights(tmp_path / "run"))  # the first with that F1 was kept
    simple = pipeline(
        "token-classification",
        model,
        tokenizer=PreTrainedTokenizerFast(tokenizer_object=cutter.tokenizer, pad_token="[PAD]"),
        aggregation_strategy="simple",  # joins pieces by their own labels
    )
    groups = simple([document.text for document in documents])
    found = [[Span(start=g["start"], end=g["end"], label=g["entity_group"]) for g in own] for own in groups]
    f1 = score(documents, found, LABELS).macro.f1
    assert f1 > 0.9 if continuations else f1 < 0.5


def test_a_training_in_fp32_is_that_after_one_in_bfloat16_too(run, settings):
    first = run(Fitting(**settings()), "first")
    run(Fitting(**settings(bf16=True)), "between")
    again = run(Fitting(**settings()), "again")
    assert_equal(again.state_dict(), first.state_dict())
