"""Recipes are typed; what is wrong with one is said with its key and the remedy."""

import json
from typing import get_args

import pytest
import yaml

from training.measuring.provenance import data_set
from training.recipe import RECIPES, RecipeError, load_recipe, recipes
from training.recipe.distil import Start
from training.recipe.origin import Part, origin
from training.recipe.references import references, uses
from training.recipe.schema import Step


def test_every_recipe_of_the_project_loads():
    assert {"bundled", "clinicalflamo", "smoke"} <= set(recipes())
    for name in recipes():
        assert load_recipe(name).name == name


def test_a_claim_tells_the_kind_of_text_that_the_recipe_names():
    corpus = load_recipe("bundled").corpora["bc5cdr"]
    assert data_set(corpus, []).genre == "abstracts"
    assert data_set(corpus.model_copy(update={"genre": None}), []).genre is None


def test_settings_lie_over_the_recipe():
    settings = ["steps.teacher.epochs=2", "steps.student.start.layers=[1, 3]", "window=128"]
    recipe = load_recipe("bundled", settings)
    teacher, student = recipe.steps["teacher"], recipe.steps["student"]
    assert (teacher.epochs, student.start.layers, recipe.window) == (2, (1, 3), 128)


def test_a_step_like_another_has_its_settings_but_those_that_it_gives_itself():
    recipe = load_recipe(
        "bundled",
        [
            "steps.second={like: teacher, seed: 2}",
            "steps.third={like: second, epochs: 1}",
            "steps.pruned={do: prune, like: student, of: student, amount: 0.3}",
        ],
    )
    first, second, third = (recipe.steps[name] for name in ("teacher", "second", "third"))
    assert second == first.model_copy(update={"seed": 2})
    assert third == second.model_copy(update={"epochs": 1})
    pruned, student = recipe.steps["pruned"], recipe.steps["student"]
    assert (pruned.loss, pruned.teachers, pruned.epochs) == (student.loss, student.teachers, student.epochs)


def test_what_a_step_refers_to_follows_from_its_type():
    student = load_recipe("bundled").steps["student"]
    assert [(use.to, use.name, use.place, use.splits) for use in uses(student)] == [
        ("splits", "bc5cdr", "on", ("train", "development")),
        ("teacher", "teacher", "teachers", ()),
        ("corpus", "sentences", "texts", ()),
        ("corpus", "abstracts", "texts", ()),
        ("layers", "teacher", "start.of", ()),
    ]


def test_a_model_goes_back_to_its_base_by_the_parts_that_steps_took_in_order():
    settings = ["steps.teacher.layers=[0, 1, 2]", "steps.student.start={width: 192, of: teacher}"]
    settings += ["steps.last={like: student, start: {layers: [0], feed_forward: 9, of: student}}"]
    made = origin(load_recipe("bundled", settings), "last")
    assert made.parts == (Part(layers=(0, 1, 2)), Part(width=192), Part(layers=(0,), feed_forward=9))
    assert made.vocabulary == "encoder"


@pytest.mark.parametrize("kind", [*get_args(get_args(Step)[0]), Start])
def test_every_name_in_a_step_says_what_it_is_a_name_of(kind):
    """A name without a reference would be read without being a part of the step's key."""
    keys = kind.model_json_schema()["properties"].items()
    named = {key for key, schema in keys if "[a-z0-9_-]*" in json.dumps(schema)}
    referring = {key for key, field in kind.model_fields.items() if references(field)}
    assert named - {"weights"} == referring and referring  # whose names are those of `on`


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (["steps.teacher.epoch=2"], r"steps.teacher.epoch: unknown key \(did you mean 'epochs'\?\)"),
        (["studnet=1"], r"studnet: unknown key; keys here: name, title"),
        (["steps.teacher.epochs=0"], r"steps.teacher.epochs: .*greater than 0"),
        (["window"], "--set takes key=value, found 'window'"),
        (["name.x=1"], "'name' has no keys of its own"),
        (["steps.student.start.layers=null"], "either from `layers`, .* `of` a step, or from an `encoder`"),
        (["steps.student.start={width: 64, encoder: encoder}"], "either from `layers`, .*or from an"),
        (["steps.student.start.width=0"], "steps.student.start.width: .*greater than or equal to 1"),
        (["steps.student.loss.kl=-1"], "steps.student.loss.kl: .*greater than or equal to 0"),
        (["steps.student.loss={temperature: 2}"], "no term has a weight; terms: kl, ce"),
        (["steps.teacher.fold={number: 5, of: 5}"], "part 5 of 5; they are numbered from 0"),
        (["epochs=3"], "epochs: unknown key; 'epochs' is a key elsewhere: steps.NAME.epochs"),
        (["steps.teacher.colour=x"], "colour: unknown key; keys here: on, at_most, epochs"),
        (["corpora.bc5cdr.files.train=1"], r"files.train: .* valid string \(found 1; put it in quotes\)"),
        (["corpora.bc5cdr.url=2020-01-01"], "put it in quotes"),
        (["corpora.bc5cdr.tyeps={}"], r"corpora.bc5cdr.tyeps: unknown key \(did you mean 'types'\?\)"),
        (["steps.teacher.bf16=maybe"], "steps.teacher.bf16: .* boolean.* or .*'auto'"),
        (["threads=0"], "threads: .*greater than or equal to 1.* or .*'auto'"),
        (["steps.teacher.epochs=.inf"], "finite number"),
        (["steps.student.layers=[0"], r"--set steps.student.layers=\[0: the value is not valid YAML"),
        (["window=&a [*a]"], "the value is not valid YAML .*alias"),
        (["title.x=1"], "'title' has no keys of its own; set it as a whole"),
        (["steps.folds={like: teacher}"], "'folds' is taken; call the step or model otherwise"),
        (["steps.x={do: finetun}"], r"`do: finetun` is no kind of step \(did you mean 'finetune'\?\)"),
        (["steps.x={}"], "steps.x: `do` is missing; kinds: vocabulary, finetune, distil, prune"),
        (["steps.x={like: techer}"], r"steps.x.like: no step 'techer' \(did you mean 'teacher'\?\)"),
        (["steps.x={like: y}", "steps.y={like: x}"], "steps x, y are `like` one another"),
        (["steps.teacher.on={bc5cdr: [trian]}"], r"bc5cdr has no split 'trian' \(did you mean 'train'\?\)"),
        (["steps.teacher.on={bc5cd: [train]}"], r"no corpus 'bc5cd' \(did you mean 'bc5cdr'\?\)"),
        (["steps.teacher.on={sentences: [all]}"], "sentences has no labels .* name it under `texts`"),
        (["measure={bc5cdr: tset}"], r"measure.bc5cdr: bc5cdr has no split 'tset' \(did you mean 'test'"),
        (["steps.teacher.on={bc5cdr: [train, test]}"], "'test' of bc5cdr is measured on, so nothing may"),
        (["measure={bc5cdr: train}"], "'train' of bc5cdr is measured on, so nothing may be learned"),
        (["measure={bc5cdr: train}", "steps.teacher.on={bc5cdr: [test]}"], "'test' of bc5cdr is measured"),
        (["guard.split=test"], "guard.split: 'test' is measured on, .* take another"),
        (["steps.encoder.on={bc5cdr: [test]}"], "steps.encoder.on: 'test' of bc5cdr is measured on"),
        (["steps.student.texts=[bc5cdr]"], "steps.student.texts: 'test' of bc5cdr is measured on"),
        (["labels=[Chemical]"], "gives 'Disease', which is no label; `labels` has Chemical"),
        (["labels=[Chemical, Disease, Gene]"], "labels: no corpus' `types` gives 'Gene'"),
        (["steps.teacher.encoder=encodr"], r"no step 'encodr' \(did you mean 'encoder'\?\)"),
        (["steps.teacher.encoder=student"], r"student \(do: distil\) leaves a trained model; an encoder is"),
        (["steps.student.teachers=[encoder]"], "leaves an encoder without a head; a trained model is needed"),
        (["steps.student.teachers=[student]"], "steps: student wait for one another"),
        (["models.student.from=pruned"], "models.student.from: no step 'pruned'"),
        (["models.student.compare_with=[techer]"], r"no model 'techer' \(did you mean 'teacher'\?\)"),
        (["models.corpus={from: student}"], "'corpus' is taken"),
        (["models.Student={from: student}"], "should match pattern"),
        (["steps.student.draw=0"], "steps.student: `texts` are drawn from, so give both"),
        (["corpora.bc5cdr.files.guard=x"], "corpora.bc5cdr: claims have another meaning for a split called"),
        (["overlap=255"], "overlap: 255 leaves a window of 256 nothing new"),
    ],
)
def test_a_wrong_key_or_value_is_named(settings, said):
    with pytest.raises(RecipeError, match=said):
        load_recipe("bundled", settings)


def test_all_that_is_wrong_between_parts_is_told_at_once():
    with pytest.raises(RecipeError) as caught:
        load_recipe("bundled", ["guard.split=test", "overlap=300", "models.student.from=x"])
    assert len(str(caught.value).splitlines()) == 4


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
        (b"steps: {<<: {epochs: 1}}", "the merge key <<"),
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


def test_the_resolved_recipe_is_a_recipe(tmp_path):
    recipe = load_recipe("bundled")
    path = tmp_path / "resolved.yaml"
    path.write_text(yaml.safe_dump(recipe.model_dump(mode="json", by_alias=True)))
    assert load_recipe(str(path)) == recipe


def test_recipes_lie_where_the_command_looks():
    assert (RECIPES / "smoke.yaml").is_file()


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../other/test.txt", "a/../../b", "..\\\\b", "C:/b", "\\\\\\\\b"]
)
@pytest.mark.parametrize("key", ["files.test", "id"])
def test_a_corpus_is_read_from_below_its_folder_alone(key, path):
    with pytest.raises(RecipeError, match=rf"corpora.bc5cdr.{key}: .*is absolute or has `\.\.`"):
        load_recipe("bundled", [f'corpora.bc5cdr.{key}="{path}"'])
    assert load_recipe("bundled", [f"corpora.bc5cdr.{key}=a/..b/c.txt"])


def test_a_split_is_a_file_of_a_run_and_a_part_of_claim_ids():
    with pytest.raises(RecipeError, match=r"corpora.bc5cdr.files.Held out.*match pattern"):
        load_recipe("bundled", ["corpora.bc5cdr.files.Held out=x.txt"])
