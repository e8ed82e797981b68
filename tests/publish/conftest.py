"""A run, a stand-in Hub, and the two commands run against it as a user would."""

import copy
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import hub_standin
import pytest
from cheap_cards import cheap_cards
from hub_pushing import succeed
from hub_store import Repo
from huggingface_hub import constants
from tiny_ledger import make_run

from publish.pushing import cli
from publish.verifying.cli import verify_command

PUBLISH = Path(__file__).parents[2] / "publish"
TOKEN = "hf_me"  # the stand-in's token of user "me"

Command = Callable[..., subprocess.CompletedProcess]


@pytest.fixture(scope="session", autouse=True)
def _cheap_cards():
    with cheap_cards():
        yield


@pytest.fixture(scope="session")
def finished_run(tmp_path_factory) -> Path:
    return make_run(tmp_path_factory.mktemp("finished") / "run")


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """A run folder of its own for each test."""
    return Path(shutil.copytree(finished_run, tmp_path / "run"))


@pytest.fixture
def hub() -> Iterator[hub_standin.Hub]:
    with hub_standin.serve() as standin:
        yield standin


@pytest.fixture
def environment(hub, tmp_path) -> dict[str, str]:
    """What the commands see: the stand-in as the Hub, an empty home, one thread."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    return kept | {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "hf"),
        "HF_TOKEN": TOKEN,
        "OMP_NUM_THREADS": "1",
    }


@pytest.fixture
def here(environment, tmp_path, monkeypatch) -> Command:
    """`here(main, *arguments)` runs a command in this process, in a third of the time."""

    def run(main, *arguments, **changes) -> subprocess.CompletedProcess:
        for name, value in (environment | changes).items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            code = main([str(argument) for argument in arguments])
        return subprocess.CompletedProcess(arguments, code, out.getvalue(), err.getvalue())

    return run


@pytest.fixture
def inline(here) -> Command:
    """`inline(*arguments)` is push.py."""
    return lambda *arguments, **changes: here(cli.push, *arguments, **changes)


@pytest.fixture
def push(inline, run) -> Command:
    """`push("--repo-id", "me/model", ...)` pushes the test's run; keywords change the environment."""
    return lambda *arguments, **changes: inline(run, *arguments, **changes)


@pytest.fixture
def push_alone(environment, run, tmp_path) -> Command:
    """The same in a process of its own, since huggingface_hub reads some settings when it is imported."""
    return lambda *arguments, **changes: command(
        "push", run, *arguments, environment=environment | changes, cwd=tmp_path
    )


@pytest.fixture
def verify(here, tmp_path, monkeypatch) -> Command:
    """`verify(*arguments)` is verify.py in this process, with a download cache of its own."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hf" / "hub"))  # read at the import
    return lambda *arguments, **changes: here(verify_command, *arguments, **changes)


@pytest.fixture
def verify_alone(environment, tmp_path) -> Command:
    """The same in a process of its own, as a user starts it."""
    return lambda *arguments, **changes: command(
        "verify", *arguments, environment=environment | changes, cwd=tmp_path
    )


@pytest.fixture
def verify_files(verify) -> Command:
    """Without the other programs that load a model: `test_verify_loaders.py` is about those."""
    return lambda *arguments, **changes: verify(*arguments, "--no-loaders", **changes)


@pytest.fixture(scope="session")
def states() -> dict[str, dict[tuple[str, str], Repo]]:
    """What the stand-in held after pushes that many tests begin with, by name."""
    return {}


@pytest.fixture
def once(hub, states) -> Callable[[str, Callable[[], None]], None]:
    """`once(name, pushes)` brings the stand-in to the state that `pushes()` leaves; they are made once."""

    def bring(name: str, pushes: Callable[[], None]) -> None:
        if name not in states:
            pushes()
            states[name] = copy.deepcopy(hub.repos)
        hub.repos.update(copy.deepcopy(states[name]))
        hub.requests.clear()

    return bring


@pytest.fixture
def pushed_model(hub, push, once) -> Repo:
    """The student's repository after a push."""
    once("pair", lambda: succeed(push("--repo-id", "me/model")))
    return hub.model("me/model")


@pytest.fixture
def closed_port() -> str:
    """An address at which nothing answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{listener.getsockname()[1]}"


def command(script: str, *arguments, environment: dict[str, str], cwd: Path) -> subprocess.CompletedProcess:
    """Run a script of publish/ from a folder that is not the repository's."""
    line = [sys.executable, PUBLISH / f"{script}.py", *arguments]
    return subprocess.run(line, env=environment, cwd=cwd, capture_output=True, encoding="utf-8", timeout=300)
