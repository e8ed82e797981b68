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
        (["teacher.fitting.epoch=2"], r"teacher.fitting.epoch: unknown key \(did you mean 'epochs'\?\)"),
        (["studnet=1"], r"studnet: unknown key \(did you mean 'student'\?\)"),
        (["teacher.fitting.epochs=0"], r"teacher.fitting.epochs: .*greater than 0"),
        (["window"], "--set takes key=value, found 'window'"),
        (["name.x=1"], "'name' has no keys of its own"),
        (["student.layers=null"], "either from `layers` of the teacher or from a `base`"),
        (["student.distillation.alpha=1.5"], "less than or equal to 1"),
        (["epochs=3"], "epochs: unknown key; 'epochs' is a key elsewhere: teacher.fitting.epochs, student"),
        (["teacher.fitting.colour=x"], "colour: unknown key; keys here: train_on, epochs, learning_rate"),
        (["unlabelled=[{x: 1}]"], "unlabelled.0.x: unknown key"),
        (["corpus.files.train=1"], r"corpus.files.train: .* valid string \(found 1; put it in quotes\)"),
        (["corpus.url=2020-01-01"], "put it in quotes"),
        (["teacher.fitting.bf16=maybe"], "teacher.fitting.bf16: .* boolean.* or .*'auto'"),
        (["threads=0"], "threads: .*greater than or equal to 1.* or .*'auto'"),
        (["teacher.fitting.epochs=.inf"], "finite number"),
        (["student.layers=[0"], r"--set student.layers=\[0: the value is not valid YAML"),
        (["window=&a [*a]"], "the value is not valid YAML .*alias"),
        (["unlabelled.0.id=x"], "'unlabelled' has no keys of its own; set it as a whole"),
        (
            ["student.fitting.train_on=[trian]"],
            "no split 'trian'; `corpus.files` has train, development, test",
        ),
        (["evaluation.split=tset"], "no split 'tset'"),
        (
            ["teacher.fitting.train_on=[train, test]"],
            "'test' is measured on, so nothing may be learned or chosen",
        ),
        (["guard_split=test"], "'test' is measured on"),
        (["vocabulary.splits=[test]"], "'test' is measured on"),
        (["labels=[Chemical]"], "`labels` has Chemical, but `corpus.types` gives Chemical, Disease"),
    ],
)
def test_a_wrong_key_or_value_is_named(settings, said):
    with pytest.raises(RecipeError, match=said):
        load_recipe("bundled", settings)


def test_an_unknown_recipe_lists_those_there_are():
    with pytest.raises(RecipeError, match=r"mean 'bundled'\?\); recipes here: bundled, clinicalflamo"):
        load_recipe("bundeld")


LAUGHS = "a0: &a0 [ha, ha]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"name: [", "not valid YAML"),
        (b"just text", "a recipe is a list of `key: value`, found str"),
        (b"[1, 2]", "a recipe is a list of `key: value`, found list"),
        (b"", "is empty"),
        (b"# nothing yet\n", "is empty"),
        ("name: caf\u00e9".encode("latin-1"), "not UTF-8"),
        ("name: x".encode("utf-16"), "not UTF-8"),
        (LAUGHS.encode(), r"not valid YAML .*the alias \*a0"),
        (b"a: &a {b: *a}", r"the alias \*a"),
        (b"teacher: {<<: {epochs: 1}}", "the merge key <<"),
        (b"name: x\nlabels: [A]\nname: y\n", "'name' twice, on lines 1 and 3"),
        (b"[" * 50_000, "nested more than"),
        (b"window: " + b"9" * 5_000, "a number of 5,000 characters"),
        (b"name: 2025-13-45", "not valid YAML"),
    ],
)
def test_what_is_no_recipe_is_told_with_its_file(tmp_path, content, said):
    broken = tmp_path / "broken.yaml"
    broken.write_bytes(content)
    with pytest.raises(RecipeError, match=rf"(?s)broken\.yaml: .*{said}"):
        load_recipe(str(broken))


def test_a_recorded_recipe_that_knows_nothing_of_auto_means_what_it_did(tmp_path):
    data = load_recipe("bundled").model_dump(mode="json")
    del data["threads"], data["corpus"]["trim_mentions"], data["corpus"]["skip_mismatched"]
    for model in ("teacher", "student"):
        data[model]["fitting"]["bf16"] = True
    path = tmp_path / "recorded.yaml"
    path.write_text(yaml.safe_dump(data))
    recorded = load_recipe(str(path))
    assert (recorded.teacher.fitting.bf16, recorded.student.fitting.bf16) == (True, True)
    assert recorded.corpus == load_recipe("bundled").corpus


def test_the_resolved_recipe_is_a_recipe(tmp_path):
    recipe = load_recipe("bundled")
    path = tmp_path / "resolved.yaml"
    path.write_text(yaml.safe_dump(recipe.model_dump(mode="json")))
    assert load_recipe(str(path)) == recipe


def test_recipes_lie_where_the_command_looks():
    assert (RECIPES / "smoke.yaml").is_file()
