"""The token is nowhere: terminal, plan, traceback, log; not even where a server sends it back."""

import logging

import pytest
from hub_pushing import BOTH
from hub_store import RefusalError

from publish import terminal
from publish.pushing import cli
from publish.verifying.cli import verify_command

CANARY = "hf_CANARYCANARYCANARY"


@pytest.fixture
def canary(hub, push):
    hub.users[CANARY] = "me"
    return lambda *arguments: push(*BOTH, *arguments, HF_TOKEN=CANARY)


def test_an_answer_that_echoes_it_is_shown_without(hub, canary):
    hub.faults.append(
        lambda request: RefusalError(403, f"denied to {CANARY}") if "/commit/" in request.path else None
    )

    done = canary()

    assert done.returncode == 2
    assert "denied to [token]" in done.stderr
    assert CANARY not in done.stdout + done.stderr


def test_a_plan_holds_none(hub, canary, tmp_path):
    assert canary("--plan", "plan.json").returncode == 0
    assert [
        path for path in tmp_path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()
    ] == []


def test_a_fault_of_ours_is_shown_without(monkeypatch, capsys):
    monkeypatch.setenv("HF_TOKEN", CANARY)

    def broken() -> int:
        raise RuntimeError(f"broken with {CANARY}")

    assert terminal.run_command(broken) == 2
    shown = capsys.readouterr().err
    assert "Traceback" in shown
    assert "broken with [token]" in shown
    assert CANARY not in shown


def test_what_the_library_logs_is_shown_without(monkeypatch, capsys):
    monkeypatch.setenv("HF_TOKEN", CANARY)
    terminal.run_command(lambda: 0)
    record = logging.LogRecord("huggingface_hub", logging.WARNING, "", 0, "got %s", (CANARY,), None)
    for handler in logging.getLogger("huggingface_hub").handlers:
        assert handler.filter(record)
    assert record.getMessage() == "got [token]"


def test_one_given_as_an_option_is_not_repeated(capsys):
    token = "hf_" + "Ab0" * 11
    for command in (cli.push, verify_command):
        with pytest.raises(SystemExit):
            command(["me/model", "--token", token])
        shown = capsys.readouterr().err
        assert "unrecognized arguments: --token [token]" in shown
        assert token not in shown


def test_one_in_the_address_of_the_hub_is_refused(inline, run):
    done = inline(run, *BOTH, HF_ENDPOINT="https://me:secret-token@mirror.example")

    assert done.returncode == 2
    assert "HF_ENDPOINT holds a user name or password for mirror.example" in done.stderr
    assert "secret-token" not in done.stdout + done.stderr
