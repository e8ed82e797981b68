"""Recipes are typed; what is wrong with one is said with its key and the remedy."""

import pytest
import yaml

from training.provenance import data_set
from training.recipe import RECIPES, RecipeError, load_recipe, recipes


def test_every_recipe_of_the_project_loads():
    assert {"bundled", "clinicalflamo", "smoke"} <= set(recipes())
    for name in recipes():
        recipe = load_recipe(name)
        assert recipe.name == name
        assert recipe.evaluation.split not in recipe.teacher.fitting.train_on
        assert recipe.evaluation.split not in recipe.student.fitting.train_on


def test_tags_are_o_then_b_and_i_of_each_type():
    assert load_recipe("bundled").tags == ["O", "B-Chemical", "I-Chemical", "B-Disease", "I-Disease"]


def test_a_claim_tells_the_kind_of_text_that_the_recipe_names():
    corpus = load_recipe("bundled").corpus
    assert data_set(corpus, []).genre == "abstracts"
    assert data_set(corpus.model_copy(update={"genre": None}), []).genre is None


def test_settings_lie_over_the_recipe():
    recipe = load_recipe("bundled", ["teacher.fitting.epochs=2", "student.layers=[1, 3]", "window=128"])
    assert (recipe.teacher.fitting.epochs, recipe.student.layers, recipe.window) == (2, (1, 3), 128)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["teacher.fitting.epoch=2"], "teacher.fitting.epoch: unknown key; did you mean 'epochs'"),
        (["studnet=1"], "studnet: unknown key; did you mean 'student'"),
        (["teacher.fitting.epochs=0"], r"teacher.fitting.epochs: .*greater than 0"),
        (["window"], "--set takes key=value, found 'window'"),
        (["name.x=1"], "'name' has no keys of its own"),
        (["student.layers=null"], "either from `layers` of the teacher or from a `base`"),
        (["student.distillation.alpha=1.5"], "less than or equal to 1"),
    ],
)
def test_a_wrong_key_or_value_is_named(settings, said):
    with pytest.raises(RecipeError, match=said):
        load_recipe("bundled", settings)


def test_an_unknown_recipe_lists_those_there_are():
    with pytest.raises(RecipeError, match="bundled, clinicalflamo"):
        load_recipe("bundeld")


def test_broken_yaml_names_the_file(tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("name: [")
    with pytest.raises(RecipeError, match=r"broken\.yaml: not valid YAML"):
        load_recipe(str(broken))
    broken.write_text("just text")
    with pytest.raises(RecipeError, match=r"broken\.yaml"):
        load_recipe(str(broken))


def test_the_resolved_recipe_is_a_recipe(tmp_path):
    recipe = load_recipe("bundled")
    path = tmp_path / "resolved.yaml"
    path.write_text(yaml.safe_dump(recipe.model_dump(mode="json")))
    assert load_recipe(str(path)) == recipe


def test_recipes_lie_where_the_command_looks():
    assert (RECIPES / "smoke.yaml").is_file()
