"""What a visitor of the Hub sees first: short front matter; then what it is, its size, score and speed, a
snippet, and what it costs beside its teacher, before anything else."""

import re
from pathlib import Path

import pytest
import tiny_ledger
from first_screen import MOST_SCREEN, assert_fits, parts
from random_ledgers import random_ledger

from cards.ledger import read_ledger, write_ledger
from cards.render import render

BUNDLED = Path(__file__).parents[3] / "space" / "bundled"


def table(screen: str) -> list[list[str]]:
    """The cells of the screen's one table, without the line below its head."""
    rows = [line.strip("|").split("|") for line in screen.split("\n") if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in (rows[0], *rows[2:])]


@pytest.mark.parametrize("name", ["student", "teacher"])
def test_the_bundled_card_fits_a_screen(name):
    assert_fits(render(BUNDLED / name, {"space": "someone/a-space"}).text)


def test_the_bundled_card_is_the_one_that_is_rendered_from_its_ledger():
    for folder in BUNDLED.glob("*/"):
        assert (folder / "README.md").read_text(encoding="utf-8") == render(folder, {}).text


@pytest.mark.parametrize("seed", range(8))
def test_it_fits_a_screen_for_every_task(tmp_path, seed):
    write_ledger(random_ledger(seed), tmp_path / "ledger.json")
    _, screen = parts(render(tmp_path, {"space": "someone/a-space"}).text)
    assert screen.count("\n") <= MOST_SCREEN


def test_it_says_size_score_and_speed_of_the_file_that_is_there_to_be_used(student):
    _, screen = parts(render(student, tiny_ledger.REPOS).text)
    first = screen.split("\n\n")[2].replace("\n", " ")
    assert "`onnx/model_quantized.onnx` (INT8) takes **16.8 kB**" in first
    assert "a macro F1 of **0.8298** [0.8088, 0.8478] on split `test` of invented" in first
    assert "128 tokens in **5.20 ms** on 2 threads" in first


def test_its_snippet_has_six_lines(student):
    _, screen = parts(render(student, tiny_ledger.REPOS).text)
    [code] = re.findall(r"```python\n(.*?)```", screen, re.DOTALL)
    assert code.count("\n") == 6
    compile(code, "snippet", "exec")


def test_its_table_has_the_int8_file_the_teacher_and_the_difference(student):
    _, screen = parts(render(student, tiny_ledger.REPOS).text)
    assert table(screen) == [
        ["", "Macro F1", "Median latency, 128 tokens", "Size"],
        ["**This model, INT8**", "0.8298 [0.8088, 0.8478]", "5.20 ms", "16.8 kB"],
        ["Without its [rules](#rules), as other programs run it", "0.8118 [0.7908, 0.8298]", "", ""],
        ["Its teacher", "0.8635 [0.8425, 0.8815]", "21.4 ms", "55.8 kB"],
        ["Difference", "-0.0338 [-0.0448, -0.0218]", "4.1× as fast", "3.3× as small"],
    ]


def test_a_disturbed_time_is_no_headline(student):
    ledger = read_ledger(student / "ledger.json")
    claims = tuple(
        claim.model_copy(update={"disturbed": 0.8} if ".latency." in claim.id.text else {})
        for claim in ledger.claims
    )
    write_ledger(ledger.model_copy(update={"claims": claims}), student / "ledger.json")
    _, screen = parts(render(student, tiny_ledger.REPOS).text)
    assert " ms" not in screen and "as fast" not in screen
    assert table(screen)[0] == ["", "Macro F1", "Size"]


def test_a_teacher_shows_its_files(run):
    _, screen = parts(render(run / "models" / "teacher", tiny_ledger.REPOS).text)
    assert [row[0] for row in table(screen)] == ["", "`onnx/model.onnx`", "`onnx/model_fp16.onnx`"]


def test_it_links_the_live_page_where_one_is_known(student):
    link = "[Try it live](https://huggingface.co/spaces/someone/a-2nd-space)"
    shown = render(student, tiny_ledger.REPOS | {"space": "someone/a-2nd-space"})
    assert link in parts(shown.text)[1]
    assert "Try it live" not in render(student, tiny_ledger.REPOS).text


def test_what_runs_where_and_where_numbers_come_from_stand_last(student):
    headings = re.findall(r"^## (.*)", render(student, tiny_ledger.REPOS).text, re.MULTILINE)
    assert headings[0] == "Results"
    assert headings[-4:] == ["What runs where", "Environment", "Where the numbers come from", "Citation"]
