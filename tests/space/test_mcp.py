"""The page's tool for language models, off unless it is asked for."""

import json
import os
import socket
import subprocess
import sys

import httpx
import pytest
from page_tool import talk
from running_space import SPACE


def test_one_tool_finds_entities(published_space):
    text = "Aspirin 😕 caused renal failure."
    names, failed, said = talk(published_space.url, text)
    assert len(names) == 1 and names[0].endswith("find_entities")
    assert not failed
    answer = json.loads(said)
    assert (answer["model"], answer["offset_unit"]) == ("student", "code_point")
    assert answer["revision"].startswith("sha256:")
    assert [entity["text"] for entity in answer["entities"]] == ["Aspirin", "renal failure"]
    assert all(entity["text"] == text[entity["start"] : entity["end"]] for entity in answer["entities"])


def test_it_asks_nobody_on_behalf_of_its_clients(published_space):
    """Gradio reads a resource or a prompt through the host that the request names."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        name = "{}:{}".format(*stranger.getsockname())
        for method, parameters in (("resources/read", {"uri": "file:///a"}), ("prompts/get", {"name": "a"})):
            answer = httpx.post(
                f"{published_space.url}/gradio_api/mcp/",
                json={"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters},
                headers={"x-forwarded-host": name, "accept": "application/json, text/event-stream"},
                trust_env=False,
                timeout=60,
            )
            assert answer.status_code == 422
        stranger.settimeout(0)
        with pytest.raises(BlockingIOError):
            stranger.accept()


def test_an_empty_text_is_refused(published_space):
    _, failed, said = talk(published_space.url, " ")
    assert failed
    assert "no text" in said


def test_it_is_off_by_default(running_space):
    answer = httpx.post(f"{running_space.url}/gradio_api/mcp/", json={}, trust_env=False, timeout=60)
    assert answer.status_code in (404, 405)
    config = httpx.get(f"{running_space.url}/config", trust_env=False, timeout=60).json()
    assert not any(function["api_name"] == "find_entities" for function in config["dependencies"])


def test_a_missing_package_is_named(tiny_environment, tmp_path):
    """`mcp` is hidden by a module of that name that cannot be found."""
    hide = "import sys; sys.modules['mcp'] = None; sys.argv = ['app.py']; import runpy; "
    done = subprocess.run(
        [sys.executable, "-c", hide + f"runpy.run_path({str(SPACE / 'app.py')!r}, run_name='__main__')"],
        cwd=SPACE,
        env=os.environ | tiny_environment | {"CLINSTILL_MCP": "on"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 2
    assert "CLINSTILL_MCP is on, but the package mcp is missing: pip install" in done.stderr
