"""Rendering: expected cards, missing claims, the same bytes twice, what the Hub reads, bare numbers."""

import json
import re
import shutil
from pathlib import Path

import pytest
import tiny_ledger
import yaml
from figure_ledger import full_ledger

from cards.errors import CardError
from cards.ledger import Variant, project, read_ledger, write_ledger
from cards.ledger.values import operands
from cards.lint import examine
from cards.render import TEMPLATES, exempt, render, render_run
from cards.render.card_map import read_map

EXPECTED = Path(__file__).parent / "expected_cards"


@pytest.mark.parametrize("name", ["student", "teacher"])
def test_expected_card(rendered_run, name, request):
    expected = EXPECTED / f"{name}.md"
    text = (rendered_run / "models" / name / "README.md").read_text(encoding="utf-8")
    if request.config.getoption("--update", default=False):
        expected.write_text(text, encoding="utf-8")
    assert text == expected.read_text(encoding="utf-8"), "if the difference is meant: --update"


def test_rendering_twice_gives_the_same_bytes(student):
    before = {file: (student / file).read_bytes() for file in ("README.md", "card.map.json")}
    render(student, tiny_ledger.REPOS).write(student)
    assert before == {file: (student / file).read_bytes() for file in before}


def test_the_cards_of_a_bundled_pair_are_rendered_in_place(rendered_run, tmp_path):
    for name in ("student", "teacher"):
        (tmp_path / name).mkdir()
        shutil.copy(rendered_run / "models" / name / "ledger.json", tmp_path / name)
    cards = render_run(tmp_path, tiny_ledger.REPOS)
    assert cards == [tmp_path / "student" / "README.md", tmp_path / "teacher" / "README.md"]
    for card in cards:
        assert card.read_bytes() == (rendered_run / "models" / card.parent.name / "README.md").read_bytes()


def test_a_teacher_in_fp16_has_one_size_on_the_card(student):
    """As in an unbundled pair: the first table and the comparison further down both take its file's bytes."""
    path = student / "ledger.json"
    ledger = read_ledger(path)
    fp16 = Variant(name="fp16", file="onnx/model_fp16.onnx")
    teacher = ledger.models["teacher"].model_copy(update={"variants": (fp16,)})
    claims = tuple(claim for claim in ledger.claims if "teacher.fp32" not in claim.id.text)
    update = {"claims": claims, "models": {**ledger.models, "teacher": teacher}}
    write_ledger(ledger.model_copy(update=update), path)

    text = render(student, tiny_ledger.REPOS).text

    first = re.findall(r"\| ([\d.]+×) as small \|", text)
    assert first == re.findall(r"\| Times as small as the teacher \| \| ([\d.]+×) \|", text) == ["1.7×"]


def test_the_map_points_at_every_number(rendered_run):
    card = render(rendered_run / "models" / "student", tiny_ledger.REPOS)
    lines = card.text.split("\n")
    entry = next(e for e in card.map.numbers if e.claim == "ledger#test_evaluations")
    assert lines[entry.line - 1][entry.column - 1 :].startswith("3.")
    assert read_map(rendered_run / "models" / "student" / "card.map.json") == card.map


# What the card shows where the ledger has it: settings, and stages or measurements that a recipe may lack.
OPTIONAL = re.compile(
    r".*\.setting\..*|.*\.latency\.\d+\.wilcoxon_p|.*\.vs\.student\..*|corpus\.\w+\.(documents|texts)"
    r"|.*\.vocabulary\.after|.*\.sparsity|teacher\.fp16\..*"  # the last stands in figures alone
)


def asked_for(run: Path) -> list[str]:
    """Claims that the student's card cannot do without."""
    ledger = read_ledger(run / "models" / "student" / "ledger.json")
    numbers = read_map(run / "models" / "student" / "card.map.json").numbers
    needed = {claim.id.text for entry in numbers for claim in operands(ledger, entry.claim)}
    return sorted(claim for claim in needed if not OPTIONAL.fullmatch(claim))


def test_a_disturbed_time_is_shown_as_such_and_compared_with_nothing(student):
    path = student / "ledger.json"
    ledger = json.loads(path.read_text(encoding="utf-8"))
    for claim in ledger["claims"]:
        if ".latency.256." in claim["id"]:
            claim["disturbed"] = 1.4
    ledger["claims"] = [c for c in ledger["claims"] if not c["id"].endswith("latency.256.wilcoxon_p")]
    path.write_text(json.dumps(ledger), encoding="utf-8")

    card = render(student, tiny_ledger.REPOS)
    card.write(student)

    compared = {entry.claim for entry in card.map.numbers if entry.claim.startswith("speed_up(")}
    assert compared and not any(".256." in claim for claim in compared)
    assert "waited for a processor, 1.40 s all together" in card.text
    assert examine(student).errors == []


def test_a_missing_claim_fails_the_rendering(student, rendered_run):
    path = student / "ledger.json"
    whole = json.loads(path.read_text())
    needed = asked_for(rendered_run)
    assert len(needed) > 50
    for missing in needed:
        path.write_text(json.dumps(whole | {"claims": [c for c in whole["claims"] if c["id"] != missing]}))
        with pytest.raises(CardError, match=re.escape(missing)):
            render(student, tiny_ledger.REPOS)


def test_a_missing_interval_fails_the_rendering(student):
    tiny_ledger.change(student / "ledger.json", "student.int8.test.macro.f1", interval=None)
    with pytest.raises(CardError, match="interval"):
        render(student, tiny_ledger.REPOS)


def test_a_missing_example_fails_the_rendering(student):
    path = student / "ledger.json"
    ledger = json.loads(path.read_text())
    ledger["models"]["student"]["examples"].pop(0)
    path.write_text(json.dumps(ledger))
    with pytest.raises(CardError, match="transformers"):
        render(student, tiny_ledger.REPOS)


def test_a_ratio_across_machines_fails_the_rendering(student):
    other = tiny_ledger.ENVIRONMENT.model_copy(update={"threads": 8}).model_dump()
    tiny_ledger.change(student / "ledger.json", "student.int8.latency.128.median", environment=other)
    with pytest.raises(CardError, match="environment differs"):
        render(student, tiny_ledger.REPOS)


def test_the_ledger_of_a_run_is_no_models(run):
    with pytest.raises(CardError, match="ledger of a run"):
        render(run, {})


def test_nothing_is_written_when_one_card_fails(run):
    cards = [run / "models" / name / "README.md" for name in ("student", "teacher")]
    for card in cards:
        card.unlink()
    tiny_ledger.change(run / "models" / "teacher" / "ledger.json", "teacher.parameters", unit="stones")
    with pytest.raises(CardError, match="stones"):
        render_run(run, {})
    assert not any(card.exists() for card in cards)


def test_an_unknown_model_in_repos_is_refused(run):
    with pytest.raises(CardError, match="pupil"):
        render_run(run, {"pupil": "someone/else"})


def test_without_ids_a_card_names_folders(student):
    text = render(student, {}).text
    assert 'pipeline("token-classification", model="student"' in text
    assert "The teacher is `teacher`" in text
    assert "](https://huggingface.co/student" not in text


def front_matter(run: Path, name: str) -> dict:
    text = (run / "models" / name / "README.md").read_text(encoding="utf-8")
    return yaml.safe_load(text.split("---\n")[1])


def test_the_front_matter_holds_the_ledgers_scores(rendered_run):
    (entry,) = front_matter(rendered_run, "student")["model-index"]
    (result,) = entry["results"]
    ledger = read_ledger(rendered_run / "models" / "student" / "ledger.json")
    (metric,) = (m for m in result["metrics"] if m["name"] == "Macro F1 (int8, strict, with rules)")
    assert entry["name"] == "tiny-student"
    assert metric["type"] == "f1"
    assert metric["value"] == pytest.approx(ledger.claim("student.int8.test.macro.f1").value, abs=5e-5)
    assert not any("fp32" in m["name"] for m in result["metrics"])


def test_a_card_says_what_the_temperature_was_fitted_on_and_does(student):
    write_ledger(project(full_ledger(student.parents[1]), "student"), student / "ledger.json")
    text = " ".join(render(student, tiny_ledger.REPOS).text.split())
    assert "temperature of 2.5: one parameter, fitted on the guard, 10 documents in which the model" in text
    assert "finds 131 entities" in text
    assert "it takes the calibration error from 0.1147 to 0.0947" in text


def test_only_what_is_on_the_hub_has_an_id_there(rendered_run):
    data = front_matter(rendered_run, "student")
    assert data["datasets"] == ["example/abstracts"]  # not "invented", a folder of somebody's
    assert (
        data["model-index"][0]["results"][0]["dataset"] | {"type": "unknown", "name": "invented"}
        == (data["model-index"][0]["results"][0]["dataset"])
    )


def test_a_data_set_of_the_hub_is_named_by_its_id(student):
    path = student / "ledger.json"
    path.write_text(path.read_text().replace('"id": "invented"', '"id": "someone/notes"'))
    data = yaml.safe_load(render(student, tiny_ledger.REPOS).text.split("---\n")[1])
    assert data["datasets"] == ["someone/notes", "example/abstracts"]
    assert data["model-index"][0]["results"][0]["dataset"]["type"] == "someone/notes"


def test_huggingface_hub_reads_every_score_from_the_front_matter(rendered_run):
    """The library that merges results must not merge ours: two means, three metrics."""
    from huggingface_hub import ModelCard

    data = ModelCard.load(rendered_run / "models" / "student" / "README.md").data
    assert data.license == "apache-2.0"
    assert data.base_model == "example/MiniLM-L6-H384"
    assert len({result.metric_name for result in data.eval_results}) == 2 * 3


def test_a_model_of_int8_files_alone_is_a_quantized_one(student):
    path = student / "ledger.json"
    ledger = json.loads(path.read_text())
    ledger["models"]["student"]["variants"] = ledger["models"]["student"]["variants"][1:]
    path.write_text(json.dumps(ledger))
    assert "base_model_relation: quantized" in render(student, {}).text


@pytest.mark.parametrize("template", sorted(path.name for path in TEMPLATES.glob("*.j2")))
def test_a_template_has_no_bare_number(template):
    source = (TEMPLATES / template).read_text(encoding="utf-8")
    prose = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", source, flags=re.DOTALL)
    assert [word[0] for word in exempt.words(prose)] == []


def test_a_bare_number_would_be_seen():
    assert [word[0] for word in exempt.words("F1 is 0.85 of 1,000, in INT8 v2")] == ["0.85", "1,000", "v2"]
