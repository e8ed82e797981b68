"""The snippets of the API page do what they say, at the address that the page gives."""

import json
import subprocess
import sys

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def snippets(open_visit, running_space) -> list[str]:
    visit = open_visit("/#tab=api")
    visit.page.wait_for_selector("#snippets .snippet")
    visit.page.wait_for_function(
        "url => [...document.querySelectorAll('#snippets .address')].every(part => part.textContent === url)",
        arg=running_space.url,
    )
    return visit.page.eval_on_selector_all("#snippets code", "all => all.map(one => one.textContent)")


def run(command: list[str], script: str) -> str:
    done = subprocess.run([*command, script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_snippet_works(snippets):
    one, both, python = (code for code in snippets if "ADDRESS" not in code and "/v1/" in code)
    answer = json.loads(run(["bash", "-c"], one))
    assert [entity["text"] for entity in answer["results"][0]["entities"]] == ["Aspirin", "renal failure"]
    assert answer["offset_unit"] == "code_point"
    compared = json.loads(run(["bash", "-c"], both))
    assert [model["role"] for model in compared["models"]] == ["teacher", "student"]
    lines = run([sys.executable, "-c"], python).splitlines()
    assert lines[:2] == ["Chemical 0 7 Aspirin", "Disease 15 28 renal failure"]
