"""The recipe of small clinical encoders goes the whole way, with tiny stand-ins of their families."""

from pathlib import Path

import pytest
import tiny_bases
from case_reports import CORPUS, write_corpus

from cards.ledger import read_ledger
from training import running
from training.recipe import load_recipe
from training.run_context import Context
from training.run_folder import RunFolder

FAMILIES = {
    "bio-clinicalbert": "bert",
    "distil-clinicalbert": "bert",
    "clinical-mobilebert": "mobilebert",
    "tiny-clinicalbert": "bert",
}
SMALL = [
    CORPUS,
    "guard.documents=4",
    "evaluation={lengths: [16], repeats: 3, resamples: 50}",
    "window=32",
    "overlap=8",
    "steps.distil.epochs=1",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    folder = tmp_path_factory.mktemp("nlpie")
    write_corpus(folder / "invented")
    settings = list(SMALL)
    for step, family in FAMILIES.items():
        base = tiny_bases.save_base(family, folder / step)
        settings.append(f"steps.{step}.base={{id: stand-in/{step}, license: mit, source: {base}}}")
    for model in ("distil", "mobile", "tiny"):
        settings.append(f"models.{model}.int8={{f1_budget: 1}}")
    recipe, run = load_recipe("nlpie", settings), RunFolder(folder / "run")
    with pytest.MonkeyPatch.context() as patch:
        # Snippets are run by other tests.
        patch.setattr("training.ledger.examples", lambda folders, task: [()] * len(folders))
        running.run(Context(recipe, run, {"invented": folder / "invented"}))
    return run


def test_every_model_is_measured_as_fp32_and_int8_and_held_against_the_teacher(run):
    ledger = read_ledger(run.ledger)
    for model in ("distil", "mobile", "tiny"):
        for variant in ("fp32", "int8"):
            assert 0 <= ledger.claim(f"{model}.{variant}.test.macro.f1").value <= 1
            assert ledger.claim(f"{model}.{variant}.vs.teacher.fp32.macro.f1_difference").interval
        assert ledger.models[model].teacher == "teacher"
        assert ledger.models[model].base.id.startswith("stand-in/")


def test_no_folder_of_this_machine_travels_with_a_model(run):
    text = Path(run.models / "mobile" / "recipe.yaml").read_text()
    assert "stand-in/clinical-mobilebert" in text and str(run.path.parent) not in text
