"""`python -m cards`: render, lint, readme."""

import subprocess
import sys
from pathlib import Path

import pytest
import tiny_ledger

from cards.cli import main
from cards.render.readme import RESULTS

ROOT = Path(__file__).parents[2]
BEGIN, END = RESULTS.begin, RESULTS.end


@pytest.fixture
def readme(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"# Title\n\n{BEGIN}\nold\n{END}\n\nafter\n", encoding="utf-8")
    return path


def test_render_writes_every_card(tmp_path, capsys):
    run = tiny_ledger.make_run(tmp_path / "run")
    assert main(["render", str(run), "--repo", "student=me/model"]) == 0
    assert capsys.readouterr().out.split() == [
        str(run / "models" / name / "README.md") for name in ("student", "teacher")
    ]
    assert 'load("me/model")' in (run / "models" / "student" / "README.md").read_text(encoding="utf-8")


def test_lint_of_what_is_right(run, capsys):
    assert main(["lint", str(run)]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["student", "teacher"])
def test_lint_of_the_bundled_pair(name, capsys):
    assert main(["lint", str(ROOT / "space" / "bundled" / name)]) == 0
    assert capsys.readouterr().out == ""


def test_nobody_reads_on():
    line = [sys.executable, "-m", "cards", "rules"]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 2


def test_lint_of_what_is_wrong(run, capsys):
    tiny_ledger.change(run / "ledger.json", "student.int8.test.macro.f1", value=0.99)
    assert main(["lint", str(run)]) == 1
    captured = capsys.readouterr()
    assert all(line.startswith("error  ") for line in captured.out.splitlines())
    assert "errors, 0 warnings" in captured.err


@pytest.mark.parametrize(
    "arguments",
    [["render", "nowhere"], ["lint", "nowhere"], ["quote", "nowhere"], ["readme", "nowhere", "nowhere"]],
)
def test_what_is_not_there(arguments, capsys):
    assert main(arguments) == 2
    assert "nowhere" in capsys.readouterr().err


def test_a_repo_without_a_name(run, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["render", str(run), "--repo", "me/model"])
    assert "NAME=ID" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [[], ["render"], ["quote"], ["lint"], ["readme"]])
def test_help(verb, capsys):
    with pytest.raises(SystemExit, match="0"):
        main([*verb, "--help"])
    assert "usage: python -m cards" in capsys.readouterr().out


def test_readme_gets_results_between_its_markers(readme, student):
    assert main(["readme", str(readme), str(student)]) == 0
    text = readme.read_text(encoding="utf-8")
    assert text.startswith(f"# Title\n\n{BEGIN}\n")
    assert text.endswith(f"{END}\n\nafter\n")
    assert (
        "| Macro F1 | 0.8635 [0.8425, 0.8815] | 0.8349 [0.8139, 0.8529] | 0.8298 [0.8088, 0.8478] |" in text
    )
    assert "old" not in text


def test_readme_check(readme, student, capsys):
    before = readme.read_bytes()
    assert main(["readme", str(readme), str(student), "--check"]) == 1
    assert "out of date" in capsys.readouterr().err
    assert readme.read_bytes() == before
    assert main(["readme", str(readme), str(student)]) == 0
    assert main(["readme", str(readme), str(student), "--check"]) == 0


def test_readme_without_markers(readme, student, capsys):
    readme.write_text("# Title\n", encoding="utf-8")
    assert main(["readme", str(readme), str(student)]) == 2
    assert BEGIN in capsys.readouterr().err
