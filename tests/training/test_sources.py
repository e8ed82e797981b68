"""What each model of a recipe used a corpus for follows from the recipe's steps."""

import pytest
from several_corpora import RECIPE
from yaml import safe_dump

from cards.ledger import Ledger, project
from training.recipe import Recipe, load_recipe
from training.sources import sources


@pytest.fixture
def recipe(tmp_path) -> Recipe:
    (tmp_path / "mine.yaml").write_text(safe_dump(RECIPE))
    return load_recipe(str(tmp_path / "mine.yaml"))


def test_the_measured_corpora_come_first_with_what_each_annotates(recipe):
    found = sources(recipe)
    assert [source.name for source in found] == ["mine", "reports", "trials", "notes"]
    assert found[1].labels == {"Disease": "complete", "Chemical": "partial"}
    assert [source.learned for source in found] == [("train",), ("train",), ("train",), ("all",)]


def test_vocabulary_teachers_and_tests_are_uses_of_their_own(recipe):
    vocabulary = recipe.steps["encoder"].model_copy(update={"on": {"trials": ("train",)}})
    changed = recipe.model_copy(update={"steps": recipe.steps | {"encoder": vocabulary}})
    uses = {source.name: source.uses for source in sources(changed)}
    assert uses["trials"]["large"] == "vocabulary (train), external test"
    assert uses["trials"]["other"] == "training (train), vocabulary (train), external test"
    assert uses["trials"]["small"] == "training of its teachers, external test"
    assert uses["mine"]["other"] == "selection on guard documents, test"
    assert uses["notes"] == {"small": "soft labels (all)"}


def test_a_model_s_ledger_has_the_sources_that_it_used(recipe, tmp_path):
    from several_corpora import make_run

    from cards.ledger import read_ledger

    ledger: Ledger = read_ledger(make_run(tmp_path / "run") / "ledger.json")
    of = {name: {s.name: s.use for s in project(ledger, name).sources} for name in ledger.models}
    assert of["large"].keys() == of["other"].keys() == {"mine", "reports", "trials"}
    assert of["small"]["notes"] == "soft labels (all)"
    assert of["large"]["reports"] == "training (train), external test"
