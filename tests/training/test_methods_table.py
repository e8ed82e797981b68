"""The table of methods is made from a run's ledger alone."""

from pathlib import Path

import pytest
import tiny_bert

from cards.ledger import Claim, ClaimId, Interval, Ledger, LedgerError, write_ledger
from training.methods_table import table, write_table
from training.recipe import Recipe, RecipeError
from training.run_folder import RunFolder

F1 = {"student": 0.80, "again": 0.82, "worse": 0.70, "same": 0.81}


def recipe_of() -> Recipe:
    base = tiny_bert.RECIPE
    steps, student = dict(base.steps), base.steps["student"]
    steps["again"] = student.model_copy(update={"seed": 2})
    steps["worse"] = student.model_copy(update={"draw": 0, "patience": 1})
    steps["same"] = student.model_copy(update={"patience": 2})
    model = base.models["student"].model_copy(update={"compare_with": ("student",)})
    models = {name: model.model_copy(update={"step": name, "title": name.upper()}) for name in F1}
    models["student"] = models["student"].model_copy(update={"compare_with": ()})
    return base.model_copy(update={"steps": steps, "models": models})


def claims_of(name: str, f1: float, disturbed: float | None = None) -> list[Claim]:
    def claim(claim_id: ClaimId, value: float, **fields: object) -> Claim:
        known = {"unit": "x", "aggregation": "value", "command": "a", "date": "2026-01-01", "name": "A"}
        return Claim.model_validate(known | {"id": claim_id, "value": value} | fields)

    around = Interval(low=f1 - 0.01, high=f1 + 0.01, level=0.95, method="bootstrap")
    lost = f1 - F1["student"]
    difference = Interval(low=lost - 0.02, high=lost + 0.02, level=0.95, method="bootstrap")
    own = ClaimId(name, variant="fp32", split="test", group="macro", metric="f1")
    found = [
        claim(own, f1, interval=around),
        claim(own.replace(variant="int8"), f1 - 0.001, interval=around),
        claim(ClaimId(name, variant="int8", metric="bytes"), 2e6),
        claim(ClaimId(name, metric="multiply_adds"), 3e6),
        claim(
            ClaimId(name, variant="int8", metric="latency", length=12, statistic="median"),
            2.0 if name == "student" else 4.0,
            disturbed=disturbed,
        ),
    ]
    if name != "student":
        pair = own.replace(split=None, vs_model="student", vs_variant="fp32", metric="f1_difference")
        found.append(claim(pair, lost, interval=difference))
    return found


def make_run(folder: Path, disturbed: float | None = None) -> Path:
    run = RunFolder(folder)
    folder.mkdir()
    run.recipe.write_text(recipe_of().written())
    claims = tuple(each for name, f1 in F1.items() for each in claims_of(name, f1, disturbed))
    write_ledger(
        Ledger(recipe="tiny", recipe_sha256="0" * 64, sources=(), models={}, claims=claims), run.ledger
    )
    return folder


def test_a_row_within_the_noise_of_seeds_shows_no_difference(tmp_path):
    lines = table(make_run(tmp_path / "run"), "student").splitlines()
    rows = {line.split(" | ")[0].strip("| "): line for line in lines[2:]}
    assert list(rows) == ["STUDENT", "WORSE", "SAME"]  # a seed is no row
    assert "2 seeds from 0.800 to 0.820" in rows["STUDENT"]
    assert "worse, -0.100 [-0.120, -0.080]" in rows["WORSE"]
    assert "no difference shown, +0.010 [-0.010, +0.030]" in rows["SAME"]
    assert rows["WORSE"].endswith("| 0.699 | 2.0 MB | 3.0 M | 0.50 |")


def test_a_page_gets_the_table_between_its_markers(tmp_path):
    page = tmp_path / "PAGE.md"
    begin = "<!-- methods: begin (python -m training table RUN --baseline student --page PAGE.md) -->"
    page.write_text(f"before\n{begin}\nold\n<!-- methods: end -->\nafter\n")
    write_table(make_run(tmp_path / "run"), "student", page)
    text = page.read_text()
    assert text.startswith(f"before\n{begin}\n| method |") and text.endswith(
        "|\n<!-- methods: end -->\nafter\n"
    )


def test_disturbed_times_and_unknown_models_are_refused(tmp_path):
    with pytest.raises(LedgerError, match="other programs disturbed it"):
        table(make_run(tmp_path / "busy", disturbed=0.5), "student")
    with pytest.raises(RecipeError, match="has no model 'techer' but student"):
        table(make_run(tmp_path / "run"), "techer")
    (tmp_path / "bare.md").write_text("nothing")
    with pytest.raises(RecipeError, match="lacks the lines"):
        write_table(tmp_path / "run", "student", tmp_path / "bare.md")
