"""A push is killed at its requests, in every way that a network knows. Whatever happens, each revision on the
Hub has a card that agrees with its weights, and the next run completes without sending a file or making a
commit twice.

Only a write changes what is on the Hub, so `make test` kills at writes, each in one of the ways in turn, and
`make soak` at every request in every way. The next run starts from what is on the Hub alone, so it is made
once for each state that the kills leave there.
"""

import copy
import functools
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hub_standin import Fault, Hub
from hub_store import RefusalError
from safetensors.numpy import load_file, save_file
from tiny_ledger import make_ledger

from cards.ledger import project, write_ledger
from cards.lint import examine
from publish.errors import PublishError
from publish.hub.client import Hub as Client
from publish.hub.remote import MANIFEST
from publish.hub.retries import RetryBudget
from publish.pushing import actions, prepare, staging
from publish.pushing.request import Request, Settings, Targets
from publish.pushing.staging import Staged

TAG = "v1"
MODELS = {"teacher": "me/teacher", "student": "me/student"}
LOST = Fault(acts=True)
DROPPED = Fault()
KILLS = {
    "dropped before it was done": [DROPPED],
    "done, the answer lost": [LOST, DROPPED],
    "refused": [RefusalError(503, "down")],
}
HICCUPS = [LOST, DROPPED, Fault(acts=True, refusal=RefusalError(500, "oops")), RefusalError(429, "slow")]


@pytest.fixture(scope="module")
def contents(finished_run, tmp_path_factory) -> dict[str, dict[str, Staged]]:
    """What is pushed, staged once for all: a first run, and one with other weights and a file less."""
    folder = tmp_path_factory.mktemp("contents")
    run, made = Path(shutil.copytree(finished_run, folder / "run")), {}
    for version in ("first", "second"):
        made[version] = {
            name: staging.stage_model(
                Path(shutil.copytree(run / "models" / name, folder / version / name)),
                MODELS,
                folder / version / f"{name}-staged",
            )
            for name in MODELS
        } | _others(folder / version)
        if version == "first":
            _retrain(run)
    return made


def _others(folder: Path) -> dict[str, Staged]:
    for name in ("corpus", "space"):
        (folder / name).mkdir()
        (folder / name / "README.md").write_text(f"---\ntitle: {name}\nsdk: gradio\n---\n{folder.name}\n")
    (folder / "corpus/train.jsonl").write_text('{"text": "Aspirin"}\n')
    return {
        "corpus": Staged("dataset", "me/corpus", folder / "corpus"),
        "": Staged("space", "me/space", folder / "space"),
    }


def _retrain(run: Path) -> None:
    """Other weights of the student, with the ledger that belongs to them, and a file less."""
    weights = run / "models/student/model.safetensors"
    save_file(load_file(weights), weights, metadata={"format": "pt", "trained": "again"})
    (run / "models/student/special_tokens_map.json").unlink()
    ledger = make_ledger(run)
    for name in MODELS:
        write_ledger(project(ledger, name), run / "models" / name / "ledger.json")


@pytest.fixture
def pushed(hub, contents, tmp_path, monkeypatch) -> Callable[[str], None]:
    """`pushed(version)` pushes it, in this process and without waiting; the cards were linted before."""
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", "hf_me")
    monkeypatch.setattr(staging, "_refuse_errors", lambda folder, repo_id: None)
    monkeypatch.setattr(actions, "ensure_runtime", lambda *arguments, **options: None)
    targets = Targets(models=MODELS, datasets={"corpus": "me/corpus"}, space="me/space")

    def push(version: str) -> None:
        def stage(request, client, folder):
            return {
                name: Staged(
                    one.kind,
                    one.repo_id,
                    Path(shutil.copytree(one.folder, folder / (name or "space"), symlinks=True)),
                )
                for name, one in contents[version].items()
            }

        monkeypatch.setattr(prepare, "stage", stage)
        request = Request(run=str(tmp_path), targets=targets, settings=Settings(tag=f"{TAG}-{version}"))
        actions.push(request, Client(RetryBudget(lambda text: None, lambda seconds: None)), lambda text: None)

    return push


def reset(hub: Hub) -> None:
    hub.faults.clear()
    hub.requests.clear()
    hub.repos.clear()


def from_request(number: int, faults: list) -> Callable:
    """A fault at request `number` (from 0) of what follows, and the last of `faults` at all after it."""
    seen = Counter()

    def fault(request):
        at = seen["requests"] - number
        seen["requests"] += 1
        return faults[min(at, len(faults) - 1)] if at >= 0 else None

    return fault


class Remote:
    """Checks of what is on the stand-in; a content is linted once."""

    def __init__(self, hub: Hub, folder: Path):
        self.hub, self.folder, self.good = hub, folder, set()

    def agrees(self) -> None:
        """Every revision of every model has a card that agrees with its files; the Space names such."""
        for repo in self.hub.repos.values():
            for commit in repo.commits.values():
                if repo.kind == "model" and len(commit.files) > 1:
                    self._lint(commit.files)
                if "models.json" in commit.files:
                    self._pins(json.loads(commit.files["models.json"].content))

    def _lint(self, files: dict) -> None:
        content = frozenset((path, blob.oid) for path, blob in files.items())
        if content in self.good:
            return
        folder = self.folder / str(len(self.good))
        for path, blob in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(blob.content)
        assert examine(folder).errors == []
        self.good.add(content)

    def _pins(self, pins: dict) -> None:
        for entry in pins.values():
            blob = self.hub.model(entry["repo"]).commits[entry["revision"]].files[entry["file"]]
            assert blob.sha256 == entry["sha256"]

    def complete(self, versions: list[str], contents) -> None:
        """Each version is there, in one commit a repository, no file was sent twice, and tags are set."""
        assert len(self.hub.repos) == 4
        for repo in self.hub.repos.values():
            changed = repo.id != "me/teacher"  # in the second version
            assert len(repo.history) == (len(versions) if changed else 1)
            assert max(Counter(repo.uploads).values(), default=1) == 1
            assert repo.refs[f"{TAG}-{versions[-1]}"] == repo.head.oid
        for staged in contents[versions[-1]].values():
            there = self.hub.repos[staged.kind, staged.repo_id].head.files
            for path, local in staged.files.items():
                assert there[path].content == local.read_bytes()
            listed = json.loads(there[MANIFEST].content)["files"]
            assert listed == {p: b.sha256 for p, b in there.items() if p not in (MANIFEST, ".gitattributes")}
        assert ("special_tokens_map.json" in self.hub.model("me/student").head.files) == (len(versions) == 1)


@pytest.fixture
def remote(hub, tmp_path) -> Remote:
    return Remote(hub, tmp_path / "linted")


def state(hub: Hub) -> dict:
    """All that a run can find. The order in which files arrived is none of it: several are sent at a time."""
    repos = hub.repos.items()
    return {key: vars(copy.deepcopy(repo)) | {"uploads": sorted(repo.uploads)} for key, repo in repos}


def scenes(hub: Hub, pushed: Callable, version: str) -> tuple[Callable[[], None], list[str]]:
    """How to come to the state before pushing `version`, and the methods of the requests of that push."""
    reset(hub)
    if version == "second":
        pushed("first")
    there = copy.deepcopy(hub.repos)

    def before() -> None:
        reset(hub)
        hub.repos.update(copy.deepcopy(there))

    before()
    pushed(version)
    return before, [method for method, _ in hub.requests]


@pytest.fixture
def storm(hub, pushed, contents, remote) -> Callable:
    """`storm(versions, kills)` pushes the last of the versions, killed as `kills(requests)` says."""

    def run(versions: list[str], kills: Callable[[list[str]], Iterable[tuple[int, list]]]) -> None:
        before, requests = scenes(hub, pushed, versions[-1])
        remote.complete(versions, contents)
        completed = []
        for number, faults in kills(requests):
            before()
            killed(hub, pushed, versions[-1], number, faults)
            remote.agrees()
            if (left := state(hub)) not in completed:
                pushed(versions[-1])
                remote.complete(versions, contents)
                completed.append(left)
        remote.agrees()

    return run


def at_writes(requests: list[str]) -> list[tuple[int, list]]:
    """One of the ways at each write, in turn."""
    writes = [number for number, method in enumerate(requests) if method != "GET"]
    return list(zip(writes, itertools.cycle(KILLS.values()), strict=False))


def everywhere(requests: list[str]) -> list[tuple[int, list]]:
    return list(itertools.product(range(len(requests)), KILLS.values()))


VERSIONS = pytest.mark.parametrize("versions", [["first"], ["first", "second"]], ids=["new", "other-weights"])


@VERSIONS
def test_killed_at_a_write_the_next_run_completes(storm, versions):
    storm(versions, at_writes)


@pytest.mark.soak
@VERSIONS
def test_killed_at_any_request_the_next_run_completes(storm, versions):
    storm(versions, everywhere)


def killed(hub: Hub, pushed: Callable, version: str, number: int, faults: list) -> None:
    hub.faults.append(from_request(number, faults))
    with pytest.raises(PublishError):
        pushed(version)
    hub.faults.clear()


def test_one_failure_at_any_write_is_overcome_or_told(hub, pushed, contents, remote):
    before, requests = scenes(hub, pushed, "first")
    order, told = list(hub.requests), set()
    for number in (n for n, method in enumerate(requests) if method != "GET"):
        for hiccup in HICCUPS if "/commit/" in order[number][1] else HICCUPS[number % 4 :][:1]:
            before()
            hub.faults.append(from_request(number, [hiccup, None]))
            try:
                pushed("first")
            except PublishError:
                told.add((order[number][1].split("/")[-2], HICCUPS.index(hiccup)))
                pushed("first")
            remote.complete(["first"], contents)
    remote.agrees()
    # Only a commit that was dropped, and did not land, is not tried again by itself.
    assert told == {("commit", HICCUPS.index(DROPPED))}


@pytest.mark.soak
def test_killed_processes(hub, environment, run, tmp_path, remote):
    """SIGKILL of a real process: once its upload has arrived, and before its commit is made."""
    script = Path(actions.__file__).parents[1] / "push.py"
    line = [sys.executable, script, run, "--model", "student=me/student"]

    def push(fault: Callable | None = None) -> int:
        with subprocess.Popen(line, env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
            if fault:
                hub.faults.append(lambda request: fault(process, request))
            code = process.wait(timeout=120)
        hub.faults.clear()
        return code

    def kill(process: subprocess.Popen, request, part: str, *, acts: bool) -> Fault | None:
        if part not in request.path:
            return None
        os.kill(process.pid, signal.SIGKILL)
        return Fault(acts=acts)

    for part, acts in (("/lfs/models", True), ("/commit/", False)):
        assert push(functools.partial(kill, part=part, acts=acts)) == -signal.SIGKILL
        remote.agrees()
    assert push() == 0
    [repo] = hub.repos.values()
    assert len(repo.history) == 1
    assert max(Counter(repo.uploads).values()) == 1
