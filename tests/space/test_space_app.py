"""The Space as a process: start-up, start-up errors, and hard input through its queue."""

import os
import shutil
import subprocess
import sys
import uuid
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
import yaml
from running_space import SPACE, ask
from shown_result import data, mentions

from space.assembly import find_place
from space.model_loading import load_model
from space.model_sources import Source, SourceError
from space.service.settings import SettingsError


def environment(pair: Path) -> dict[str, str]:
    """What makes the Space load the pair in that folder."""
    return {f"CLINSTILL_{role.upper()}": str(pair / role) for role in ("student", "teacher")}


@pytest.mark.parametrize(
    "text",
    [
        "Aspirin 😀 e\u0301 caf\u00e9\r\nheadache",
        "Aspirin \ud800 headache",
        "Aspirin \0\x07\x1b[31m headache",
        "<script>Aspirin</script> ${headache} {{headache}}",
        "a",
    ],
    ids=["emoji-crlf", "surrogate", "controls", "markup", "one-letter"],
)
def test_hard_text_comes_back_as_it_is(running_space, text):
    assert data(ask(running_space.url, "run", text))["text"] == text


def test_empty_text_is_answered(running_space):
    assert "no text" in ask(running_space.url, "run", "  \r\n")


def test_a_long_note_is_tagged_and_a_longer_one_is_refused(running_space):
    text = "Aspirin caused renal failure. " * 6_666
    text += "." * (200_000 - len(text))
    shown = ask(running_space.url, "run", text)
    assert "13,332 entities" in shown
    assert len(mentions(shown)) == 13_332
    assert len(shown) < 1_000_000  # the text once, and four numbers an entity
    assert "200,001 characters" in ask(running_space.url, "run", text + "x")


def test_text_is_neither_logged_nor_kept(running_space):
    canary = f"canary{uuid.uuid4().hex}"
    ask(running_space.url, "run", f"Aspirin {canary}")
    ask(running_space.url, "compare", f"Aspirin {canary} headache")
    kept = [running_space.log, *(path for path in running_space.temporary.rglob("*") if path.is_file())]
    assert [path for path in kept if canary in path.read_text(errors="replace")] == []


def test_settings_that_keep_text_private(running_space):
    config = httpx.get(f"{running_space.url}/config", trust_env=False).json()
    assert config["run_history"] is False
    assert config["show_error"] is False
    assert config["analytics_enabled"] is False
    assert all(dependency["api_visibility"] == "private" for dependency in config["dependencies"])


def test_on_hugging_face_it_says_that_it_is_remote(published_space):
    config = httpx.get(f"{published_space.url}/config", trust_env=False).json()
    [masthead] = [part for part in config["components"] if part["props"].get("elem_id") == "masthead"]
    assert "This is a remote server" in masthead["props"]["value"]


def test_it_listens_to_all_only_on_hugging_face():
    assert find_place({}).host == "127.0.0.1"
    assert find_place({"SPACE_ID": "me/space"}).host == "0.0.0.0"
    assert find_place({"SPACE_ID": "me/space", "HOST": "::1"}).host == "::1"
    with pytest.raises(SettingsError, match="PORT must be a number from 1 to 65535, found 'web'"):
        find_place({"PORT": "web"})


def start_and_fail(added: dict[str, str]) -> str:
    """What a start of the Space with these environment variables says on stderr."""
    done = subprocess.run(
        [sys.executable, SPACE / "app.py"],
        env=os.environ | added,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_truncated_model_is_a_clear_start_up_error(tiny_pair, tmp_path):
    broken = shutil.copytree(tiny_pair / "student", tmp_path / "broken")
    file = broken / "onnx" / "model_quantized.onnx"
    file.write_bytes(file.read_bytes()[:200])
    error = start_and_fail(environment(tiny_pair) | {"CLINSTILL_STUDENT": str(broken)})
    assert "the student of CLINSTILL_STUDENT cannot be used" in error
    assert "model_quantized.onnx" in error


def test_a_missing_model_and_another_file_than_the_published_one_are_refused(tiny_pair, tmp_path):
    with pytest.raises(SourceError, match="the teacher of CLINSTILL_TEACHER cannot be used"):
        load_model(Source("teacher", str(tmp_path / "no such"), "CLINSTILL_TEACHER"))
    with pytest.raises(SourceError, match=r"the student of models\.json is not the published file"):
        load_model(Source("student", str(tiny_pair / "student"), "models.json", sha256="0" * 64))


def test_a_malformed_setting_is_a_clear_start_up_error():
    assert "CLINSTILL_QUEUE must be a whole number" in start_and_fail({"CLINSTILL_QUEUE": "many"})


def test_the_space_card_pins_what_is_installed():
    front_matter = yaml.safe_load((SPACE / "README.md").read_text(encoding="utf-8").split("---")[1])
    requirements = (SPACE / "requirements.txt").read_text(encoding="utf-8")
    assert f"gradio=={front_matter['sdk_version']}" in requirements
    assert front_matter["sdk"] == "gradio"
    assert front_matter["python_version"] == "3.11"
    assert (SPACE / front_matter["app_file"]).is_file()
    assert len(front_matter["short_description"]) <= 60


def test_an_event_that_names_a_file_gets_nothing_of_it(running_space, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("a secret")
    named = {"path": str(secret), "meta": {"_type": "gradio.FileData"}}
    with suppress(AssertionError, httpx.HTTPStatusError):
        ask(running_space.url, "run", named)
    kept = [path for path in running_space.temporary.rglob("*") if path.is_file()]
    assert [path for path in kept if "a secret" in path.read_text(errors="replace")] == []


def test_help_says_what_can_be_set_wherever_the_folder_lies(tmp_path):
    copy = shutil.copytree(SPACE, tmp_path / "app", ignore=shutil.ignore_patterns("bundled", "vendor"))
    asked = [sys.executable, copy / "app.py", "--help"]
    told = subprocess.run(asked, capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert told.returncode == 0
    assert "CLINSTILL_TOKEN" in told.stdout and "docs/operating.md" in told.stdout
