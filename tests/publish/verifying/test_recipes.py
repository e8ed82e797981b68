"""The recipe that travels with a model says how its corpora are read; it may be a stranger's."""

import shutil
from pathlib import Path

import pytest
import several_corpora
import yaml

from cards.ledger import FolderLedger, read_folder_ledger
from publish.errors import PublishError
from publish.verifying.agreement import compare
from publish.verifying.evaluation_data import RECIPE, read_data
from publish.verifying.remeasure import measure
from training.measuring.provenance import environment
from training.recipe import load_recipe

SETS = {"final", "reports:measure", "trials:measure"}  # that the models are measured on


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """A finished run beside its corpora; tests do not change it."""
    return several_corpora.make_run(tmp_path_factory.mktemp("several") / "run")


@pytest.fixture
def folder(made, tmp_path) -> Path:
    """A model of it, as it would be downloaded."""
    return Path(shutil.copytree(made / "models" / "small", tmp_path / "small"))


@pytest.fixture
def ledger(folder) -> FolderLedger:
    return read_folder_ledger(folder / "ledger.json")


def read(ledger, folder, *given):
    return read_data(given, ledger.models["small"].labels, ledger, None, folder)


def given(made, *names):
    return [f"{name}={made / 'data' / name}" for name in names]


def test_every_claim_on_several_corpora_is_measured_again(made, folder, ledger):
    splits = read(ledger, folder, *given(made, "mine", "reports", "trials"))

    here = measure(folder, ledger, splits, lambda line: None)
    rows = {row.claim: row for row in compare(ledger, here, splits, environment(1))}

    scores = [
        claim
        for claim in ledger.claims
        if claim.id.model == "small" and (claim.id.place in SETS or claim.id.split == "guard")
    ]
    assert {claim.id.metric for claim in scores} >= {"overlap_f1", "overlap_precision", "f1_difference"}
    assert {claim.id.place for claim in scores} == {*SETS, "guard"}
    for claim in scores:
        assert rows[str(claim.id)].verdict == "holds", rows[str(claim.id)]
    counts = [claim for claim in ledger.claims if claim.id.metric in ("documents", "mentions")]
    assert {claim.id.data for claim in counts} == {None, "reports", "trials"}
    for claim in counts:
        assert rows[str(claim.id)].verdict == "holds", rows[str(claim.id)]
    strict, overlap = (here.values[claim.id] for claim in scores_of(ledger, "reports:measure"))
    assert strict == 0 < overlap < 1


def scores_of(ledger, place):
    prefix = f"small.int8.{place}.macro"
    return ledger.claim(f"{prefix}.f1"), ledger.claim(f"{prefix}.overlap_f1")


def test_without_its_data_a_further_set_says_what_it_needs(made, folder, ledger):
    splits = read(ledger, folder, *given(made, "mine"))
    here = measure(folder, ledger, splits, lambda line: None)
    rows = {row.claim: row for row in compare(ledger, here, splits, environment(1))}
    assert rows["small.int8.final.macro.f1"].verdict == "holds"
    left = rows["small.int8.reports:measure.macro.f1"]
    assert (left.verdict, left.remark) == ("not measured", "that need the reports:measure documents (--data)")


def test_other_texts_of_a_further_set_are_other_data(made, folder, ledger, tmp_path):
    shutil.copytree(made / "data" / "trials", tmp_path / "trials")
    lines = (tmp_path / "trials" / "measure.txt").read_text().split("\n\n")
    (tmp_path / "trials" / "measure.txt").write_text("\n\n".join(lines[:3]))
    splits = read(ledger, folder, f"trials={tmp_path / 'trials'}")
    here = measure(folder, ledger, splits, lambda line: None)
    rows = {row.claim: row for row in compare(ledger, here, splits, environment(1))}
    assert "on other data" in rows["small.int8.trials:measure.macro.overlap_f1"].remark
    assert rows["corpus.trials:train.documents"].verdict == "holds"


@pytest.mark.parametrize(
    ("name", "source", "places"),
    [
        ("mine", "mine", {"train", "choose", "final", "guard"}),
        ("mine", "mine/final.jsonl", {"final"}),
        ("mine", "mine/choose.jsonl", {"choose", "guard"}),
        ("reports", "reports", {"reports:train", "reports:measure"}),
        ("reports", "reports/all", {"reports:train", "reports:measure"}),  # the folder of .ann files itself
        ("trials", "trials/measure.txt", {"trials:measure"}),
    ],
)
def test_what_is_given_of_a_corpus_is_read_as_the_recipe_says(made, folder, ledger, name, source, places):
    splits = read(ledger, folder, f"{name}={made / 'data' / source}")
    assert {place for place in splits if not place.endswith("guard")} == places - {"guard"}
    assert ("guard" in splits) == ("guard" in places)
    for place, split in splits.items():
        [claim] = [c for c in ledger.find(metric="documents") if c.id.place == place]
        assert split.data.documents == claim.value
        assert {span.label for document in split.documents for span in document.spans} <= {
            "Chemical",
            "Disease",
        }


def test_a_file_of_another_name_is_that_of_the_measured_split(made, folder, ledger, tmp_path):
    shutil.copy(made / "data" / "mine" / "final.jsonl", tmp_path / "mine_7.jsonl")
    assert set(read(ledger, folder, f"mine={tmp_path / 'mine_7.jsonl'}")) == {"final"}
    shutil.copytree(made / "data" / "reports" / "all", tmp_path / "copy")
    assert set(read(ledger, folder, f"reports={tmp_path / 'copy'}")) == {"reports:train", "reports:measure"}


def change(folder, **corpus):
    """Change the first corpus of a model's recipe, as a stranger may."""
    recipe = yaml.safe_load((folder / RECIPE).read_text())
    recipe["corpora"]["mine"] |= corpus
    (folder / RECIPE).write_text(yaml.safe_dump(recipe))


@pytest.mark.parametrize(
    "name", ["{secret}", "../secret.jsonl", "a/../../secret.jsonl", "..\\secret.jsonl", "C:x"]
)
def test_a_recipe_leads_to_no_file_outside_the_folder_that_is_given(made, folder, ledger, tmp_path, name):
    secret = tmp_path / "secret.jsonl"
    shutil.copy(made / "data" / "mine" / "final.jsonl", secret)
    (tmp_path / "data").mkdir()
    files = {"train": "train.jsonl", "choose": "choose.jsonl", "final": name.format(secret=secret)}
    change(folder, files=files)
    with pytest.raises(PublishError, match=r"corpora.mine.files.final: .* absolute or has `\.\.`"):
        read(ledger, folder, f"mine={tmp_path / 'data'}")


def test_neither_does_the_name_of_a_corpus_or_of_a_recipe(made, folder, ledger, tmp_path):
    change(folder, id="../data")
    with pytest.raises(PublishError, match=r"corpora.mine.id: .* absolute or has `\.\.`"):
        read(ledger, folder, *given(made, "mine"))
    (folder / RECIPE).rename(tmp_path / "elsewhere.yaml")
    stranger = ledger.model_copy(update={"recipe": str(tmp_path / "elsewhere.yaml")})
    with pytest.raises(PublishError, match="give the one file to measure on"):  # no recipe is read
        read(stranger, folder, *given(made, "mine"))


def test_a_recipe_that_names_a_data_set_on_the_hub_is_read_from_the_folder(made, folder, ledger, monkeypatch):
    asked = []
    monkeypatch.setattr("training.corpora.formats.hub.read", lambda *place: asked.append(place[:2]) or [])
    change(folder, format="hub", repo="someone/else", revision="0" * 40)
    with pytest.raises(PublishError, match="is a file; give the folder"):
        read(ledger, folder, f"mine={made / 'data' / 'mine' / 'final.jsonl'}")
    with pytest.raises(PublishError, match="is empty"):
        read(ledger, folder, *given(made, "mine"))
    assert asked == [(made / "data" / "mine", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("labels: [", "recipe.yaml: not valid YAML"),
        ("name: x", "recipe.yaml:\n  title: is missing"),
        ("- 1", "recipe.yaml: a recipe is a list of"),
    ],
)
def test_a_recipe_that_cannot_be_read_is_named(made, folder, ledger, text, said):
    (folder / RECIPE).write_text(text)
    with pytest.raises(PublishError) as error:
        read(ledger, folder, *given(made, "mine"))
    assert str(error.value).startswith(said)


def test_the_recipe_of_another_model_is_refused(made, folder, ledger):
    recipe = load_recipe(str(folder / RECIPE))
    swapped = recipe.model_copy(update={"labels": ("Disease", "Chemical")})
    (folder / RECIPE).write_text(swapped.written())
    with pytest.raises(PublishError, match=r"recipe.yaml labels Disease, Chemical, and ledger.json Chemical"):
        read(ledger, folder, *given(made, "mine"))


def test_a_pushed_model_of_one_s_own_is_verified_on_all_of_its_corpora(made, inline, verify_files, tmp_path):
    run = Path(shutil.copytree(made, tmp_path / "own"))
    models = [part for name in ("small", "large") for part in ("--model", f"{name}=me/{name}")]
    pushed = inline(run, *models)
    assert pushed.returncode == 0, pushed.stderr
    options = [part for option in given(made, "mine", "reports", "trials") for part in ("--data", option)]

    done = verify_files("me/small", *options)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "recipe.yaml is the one that ledger.json names by its SHA-256" in done.stdout
    for claim in ("small.int8.final.macro.f1", "small.int8.reports:measure.chemical.overlap_recall"):
        [line] = [line for line in done.stdout.splitlines() if line.startswith(f"{claim} ")]
        assert line.endswith("holds")
    assert "reports:measure" in done.stdout and "5 documents of reports" in done.stdout
