"""Templates of one's own; the Space's card."""

import pytest
import tiny_ledger

from cards.cli import main
from cards.errors import CardError
from cards.ledger import read_ledger
from cards.lint import examine
from cards.render import TEMPLATES, render
from cards.render.readme import MODELS, space_card, update
from cards.render.sections import front_matter_of

OWN = '{% extends "ours/token-classification.md.j2" %}{% block intended_use %}Ask us first.{% endblock %}'


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "token-classification.md.j2").write_text(OWN, encoding="utf-8")
    return folder


def test_a_template_of_one_s_own_changes_one_block(student, own):
    ours, theirs = render(student, tiny_ledger.REPOS), render(student, tiny_ledger.REPOS, own)
    assert "Ask us first." in theirs.text
    assert "literature mining" in ours.text and "literature mining" not in theirs.text
    assert len(theirs.map.numbers) == len(ours.map.numbers)
    theirs.write(student)
    assert examine(student).findings == ()


def test_the_command_takes_templates(run, own, capsys):
    assert main(["render", str(run), "--templates", str(own)]) == 0
    assert "Ask us first." in (run / "models" / "teacher" / "README.md").read_text(encoding="utf-8")


def test_a_number_typed_into_a_template_is_found(student, own):
    (own / "token-classification.md.j2").write_text(OWN.replace("first", "at 12"), encoding="utf-8")
    render(student, tiny_ledger.REPOS, own).write(student)
    assert "number.unmapped" in {finding.rule for finding in examine(student).findings}


def test_a_name_that_a_template_lacks_fails_the_rendering(student, own):
    (own / "token-classification.md.j2").write_text("{{ nonsense }}", encoding="utf-8")
    with pytest.raises(CardError, match="nonsense"):
        render(student, tiny_ledger.REPOS, own)


HOSTILE = {  # a template, and words of what is said
    "Python's objects": ("{{ ''.__class__.__mro__ }}", "unsafe"),
    "a function's globals": ("{{ has.__self__.__class__ }}", "unsafe"),
    "by format": ("{{ '{0.__class__}'.format(ledger) }}", "unsafe"),
    "a file, through a record": ("{{ ledger.parse_file('/etc/hostname') }}", "unsafe"),
    "a record's own method": ("{{ model.model_copy() }}", "unsafe"),
    "changing a list": ("{{ number.used.clear() }}", "not safely callable|unsafe"),
    "a file elsewhere": ("{% include '../../../etc/hostname' %}", "hostname"),
    "an endless range": (
        "{% for n in range(10 ** 9) %}{% endfor %}",
        r"md.j2:1: .*\*\*",
    ),
    "a long range": (
        "\n{% for n in range(1000000000) %}{% endfor %}",
        "md.j2:2: ranges of 1,000,000,000",
    ),
    "loops in loops": (
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "ranges of 101,000 steps",
    ),
    "much text": (
        "{% for a in range(10000) %}{% for c in ledger.claims %}{{ c.command }}{% endfor %}{% endfor %}",
        "more than 1,000,000 characters",
    ),
    "repeating": ("{{ 'x' * 1000000000 }}", "repeats nothing"),
    "filler": ("{{ lipsum(100000) }}", "lipsum"),
    "itself": ("{% include 'token-classification.md.j2' %}", "RecursionError"),
    "a broken expression": ("\n\n{{ 1 // 0 }}", "md.j2:3: ZeroDivisionError"),
    "a broken tag": ("{% for %}", "md.j2:1: Expected an expression"),
}


@pytest.mark.parametrize(("text", "said"), HOSTILE.values(), ids=HOSTILE)
def test_a_template_reads_records_and_writes_a_card_and_no_more(student, own, text, said):
    (own / "token-classification.md.j2").write_text(text, encoding="utf-8")
    with pytest.raises(CardError, match=said):
        render(student, tiny_ledger.REPOS, own)


def test_a_folder_that_replaces_nothing_is_refused(student, tmp_path):
    with pytest.raises(CardError, match=r"model\.md\.j2.*templates --copy"):
        render(student, tiny_ledger.REPOS, tmp_path / "nowhere")


def test_copied_templates_render_the_same_card(student, tmp_path, capsys):
    folder = tmp_path / "copies"
    assert main(["templates", "--copy", str(folder)]) == 0
    assert len(capsys.readouterr().out.split()) == len(list(TEMPLATES.glob("*.j2")))
    assert render(student, tiny_ledger.REPOS, folder) == render(student, tiny_ledger.REPOS)
    assert main(["templates", "--copy", str(folder)]) == 2


SPACE = f"""---
title: A Space
sdk: gradio
sdk_version: "6.31.0"
---

# A Space

## Models

{MODELS.begin}
{MODELS.end}

## More

By hand.
"""


def test_a_space_s_card_names_the_models_that_it_shows(student):
    card = space_card(SPACE, read_ledger(student / "ledger.json"), tiny_ledger.REPOS)
    data, body = front_matter_of(card.text)
    assert data["models"] == ["someone/tiny-teacher", "someone/tiny-student"]
    assert data["sdk_version"] == "6.31.0"
    assert "| Student, INT8 | [someone/tiny-student](https://huggingface.co/someone/tiny-student) |" in body
    assert "models: begin" not in body
    assert {"introduction", "models", "more", "front-matter.sdk"} <= set(card.map.regions)


def test_a_space_s_card_compares_no_disturbed_times(student):
    ledger = read_ledger(student / "ledger.json")
    busy = [c.model_copy(update={"disturbed": 1.4}) if ".latency." in c.id.text else c for c in ledger.claims]
    text = space_card(SPACE, ledger.model_copy(update={"claims": tuple(busy)}), tiny_ledger.REPOS).text
    assert "| Student, INT8 |" in text
    assert "latency" not in text and " ms |" not in text


def test_a_readme_of_a_space_is_kept_up_to_date(student, tmp_path):
    readme = tmp_path / "README.md"
    readme.write_text(SPACE, encoding="utf-8")
    assert update(readme, student, write=False)
    assert update(readme, student)
    assert not update(readme, student)
    text = readme.read_text(encoding="utf-8")
    assert "0.8298 [0.8088, 0.8478]" in text
    assert text.endswith("## More\n\nBy hand.\n")


@pytest.mark.parametrize("text", ["# No front matter\n", SPACE.replace(MODELS.end, "")])
def test_a_space_without_a_place_for_its_models_is_refused(student, text):
    with pytest.raises(CardError, match="Space's README"):
        space_card(text, read_ledger(student / "ledger.json"), tiny_ledger.REPOS)
