"""The moving average of weights."""

import json

import pytest
import torch
from safetensors.torch import load_file
from tiny_fitting import assert_equal, last_weights

from training.fitting.averaging import FILE, MovingAverage
from training.recipe.fitting import Fitting


def test_the_average_follows_the_weights():
    model = torch.nn.Linear(1, 1, bias=False)
    weight = model.weight
    torch.nn.init.constant_(weight, 1.0)
    average = MovingAverage(model, 0.5)
    torch.nn.init.constant_(weight, 3.0)
    average.update(1)  # the decay is still 2/11
    expected = 1.0 * 2 / 11 + 3.0 * 9 / 11
    with average.applied():
        assert model(torch.ones(1, 1)).item() == pytest.approx(expected)
    assert model(torch.ones(1, 1)).item() == 3.0
    average.update(1000)
    with average.applied():
        assert weight.item() == pytest.approx(expected / 2 + 1.5)


def test_a_checkpoint_has_averaged_and_trained_weights(tmp_path):
    model = torch.nn.Linear(2, 2)
    average = MovingAverage(model, 0.9)
    torch.nn.init.ones_(model.weight)
    average.update(3)
    average.save(tmp_path)
    again = torch.nn.Linear(2, 2)
    with average.applied():
        again.load_state_dict(model.state_dict())
    resumed = MovingAverage(again, 0.9)
    resumed.load(tmp_path)
    assert_equal(again.state_dict(), model.state_dict())
    assert_equal(resumed.average, average.average)


def test_the_averaged_weights_are_evaluated_and_kept(run, settings, tmp_path, monkeypatch):
    seen = []
    scored = "training.fitting.trainer.entities"

    def entities(model, cutter, prepared, bf16, rules):
        seen.append({name: weight.clone() for name, weight in model.state_dict().items()})
        return [[] for _ in prepared]

    monkeypatch.setattr(scored, entities)
    model = run(Fitting(**settings(moving_average=0.9)), "run")
    checkpoint = tmp_path / "run" / "checkpoints"
    best = json.loads((max(checkpoint.iterdir()) / "trainer_state.json").read_text())["best_model_checkpoint"]
    kept = load_file(f"{best}/model.safetensors")
    assert_equal(seen[0], model.state_dict())  # the first epoch, of equally bad ones
    assert_equal(kept, model.state_dict())
    assert_equal(seen[1], last_weights(tmp_path / "run"))
    trained = load_file(f"{best}/{FILE}")
    assert not torch.equal(trained["classifier.weight"], kept["classifier.weight"])
