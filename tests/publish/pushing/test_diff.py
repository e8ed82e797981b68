"""The plan: staged files against remote ones, without a Hub."""

import hashlib

import pytest

from publish.errors import PublishError
from publish.hub.remote import Remote, RemoteFile
from publish.pushing.diff import compare
from publish.pushing.plan import show
from publish.pushing.request import Settings
from publish.pushing.staging import Staged

WEIGHTS = b"weights" * 1000


@pytest.fixture
def staged(tmp_path) -> Staged:
    (tmp_path / "onnx").mkdir()
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\nnew\n")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "onnx/model.onnx").write_bytes(WEIGHTS)
    return Staged("model", "me/model", tmp_path)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def remote(files: dict[str, bytes], *, listed=None, lfs=(), fresh=False) -> Remote:
    """A repository with these contents; `listed`: what the last push's manifest says of them."""
    kept = {
        path: RemoteFile(
            hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest(),
            sha256(content) if path in lfs else None,
            len(content),
        )
        for path, content in files.items()
    }
    return Remote("ab" * 20, False, kept, files.__getitem__, manifest=listed or {}, fresh=fresh)


def planned(staged: Staged, there: Remote | None, **settings):
    return compare(staged, there, Settings(**settings))


def paths(plan, action: str) -> list[str]:
    return [change.path for change in plan.files if change.action == action]


def names(plan) -> list[str]:
    return [conflict.name for conflict in plan.conflicts]


def contents(staged: Staged) -> dict[str, bytes]:
    return {path: local.read_bytes() for path, local in staged.files.items()}


def test_no_repository_yet(staged):
    plan = planned(staged, None)

    assert paths(plan, "add") == ["README.md", "config.json", "onnx/model.onnx"]
    assert {change.path: change.sha256 for change in plan.files} == staged.hashes
    assert sum(change.bytes for change in plan.files) == sum(map(len, contents(staged).values()))
    assert plan.create
    assert not plan.empty
    assert "+new" in plan.card_diff


def test_equal_content_is_recognised_by_git_and_by_lfs_hash(staged):
    assert planned(staged, remote(contents(staged), lfs={"onnx/model.onnx"})).empty


def test_changed_content_is_an_update_in_either_storage(staged):
    old = {"config.json": b"{ }", "onnx/model.onnx": b"old"}

    plan = planned(
        staged, remote(old, lfs={"onnx/model.onnx"}, listed={p: sha256(c) for p, c in old.items()})
    )

    assert paths(plan, "update") == ["config.json", "onnx/model.onnx"]
    assert paths(plan, "add") == ["README.md"]
    assert plan.conflicts == ()


def test_only_files_of_an_earlier_push_are_deleted(staged):
    there = {"onnx/old.onnx": b"old", "photo.png": b"png", ".gitattributes": b""}

    plan = planned(staged, remote(there, listed={"onnx/old.onnx": sha256(b"old"), "long gone.txt": "00"}))

    assert plan.delete == ("onnx/old.onnx",)
    assert plan.keep == ("photo.png",)
    assert plan.conflicts == ()


@pytest.mark.parametrize("lfs", [(), ("config.json",)])
def test_a_pushed_file_that_people_changed_is_a_conflict_until_given_up(staged, lfs):
    there = remote({"config.json": b'{"theirs": 1}'}, listed={"config.json": sha256(b"{ }")}, lfs=lfs)

    assert names(planned(staged, there)) == ["config.json"]
    assert names(planned(staged, there, overwrite=("config.json",))) == []
    assert names(planned(staged, there, overwrite=("*.json",))) == []
    assert names(planned(staged, there, overwrite=("onnx/*",))) == ["config.json"]


def test_a_conflict_says_what_differs(staged):
    (conflict,) = planned(staged, remote({"config.json": b'{"theirs": 1}'})).conflicts
    assert "people put it there" in conflict.found
    assert '-{"theirs": 1}' in conflict.found
    assert "+{}" in conflict.found


def test_a_changed_file_that_the_push_would_delete_is_a_conflict(staged):
    there = remote({"old.txt": b"theirs"}, listed={"old.txt": sha256(b"ours")})
    assert names(planned(staged, there)) == ["old.txt"]


def test_the_same_change_on_both_sides_is_none(staged):
    there = remote({"config.json": b"{}"}, listed={"config.json": sha256(b"{ }")})
    assert names(planned(staged, there)) == []


def test_what_the_hub_itself_put_into_a_new_space_is_replaced(staged):
    assert names(planned(staged, remote({"README.md": b"a template"}, fresh=True))) == []
    assert names(planned(staged, remote({"README.md": b"a template"}))) == ["README.md"]


def test_taking_away_the_runtime_of_the_private_page_is_a_conflict(staged):
    path = "private/vendor/ort.wasm.min.mjs"
    there = remote({path: b"runtime"}, listed={path: sha256(b"runtime")})
    assert names(planned(staged, there)) == [path]


def test_show_counts_and_sizes(staged):
    shown = show(planned(staged, None), diff=False).splitlines()

    assert shown[0] == "model me/model (every file is new)"
    assert shown[-2].split() == ["add", "onnx/model.onnx", "7.0", "kB"]
    assert shown[-1] == "  3 to add, 0 to update, 0 to delete, 7.0 kB to send"


@pytest.mark.parametrize(
    "rule", ["*.md filter=lfs -text", "README.md filter=lfs", "/README.md filter=lfs", "* filter=lfs"]
)
def test_lfs_rule_that_takes_in_the_card_is_refused(staged, rule):
    with pytest.raises(PublishError, match="would show no card"):
        planned(staged, remote({".gitattributes": f"*.onnx filter=lfs\n{rule}\n".encode()}))


@pytest.mark.parametrize(
    "attributes", ["*.onnx filter=lfs\n", "* filter=lfs\n*.md -filter\n", "*.md text\n", ""]
)
def test_other_rules_are_fine(staged, attributes):
    assert planned(staged, remote({".gitattributes": attributes.encode()})).changes
