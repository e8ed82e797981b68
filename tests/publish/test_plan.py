"""The plan: staged files against remote ones, without a Hub."""

import hashlib

import pytest

from publish.errors import PublishError
from publish.plan import Remote, RemoteFile, compare, show
from publish.staging import Staged


@pytest.fixture
def staged(tmp_path) -> Staged:
    (tmp_path / "onnx").mkdir()
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\nnew\n")
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "onnx/model.onnx").write_bytes(b"weights" * 1000)
    return Staged("model", "me/model", tmp_path)


def git_sha1(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def remote(files: dict[str, RemoteFile], *, pushed=(), attributes="", card="") -> Remote:
    return Remote("ab" * 20, False, files, card, attributes, frozenset(pushed))


def test_no_repository_yet(staged):
    plan = compare(staged, None)

    assert plan.add == ("README.md", "config.json", "onnx/model.onnx")
    assert plan.bytes == sum(path.stat().st_size for path in staged.files.values())
    assert not plan.empty
    assert "+new" in plan.card_diff


def test_equal_content_is_recognised_by_git_and_by_lfs_hash(staged):
    files = {path: RemoteFile(git_sha1(local.read_bytes()), None) for path, local in staged.files.items()}
    files["onnx/model.onnx"] = RemoteFile("00" * 20, hashlib.sha256(b"weights" * 1000).hexdigest())

    assert compare(staged, remote(files, card=staged.card)).empty


def test_changed_content_is_an_update_in_either_storage(staged):
    files = {
        "config.json": RemoteFile(git_sha1(b"{ }"), None),
        "onnx/model.onnx": RemoteFile("00" * 20, "11" * 32),
    }

    plan = compare(staged, remote(files))

    assert plan.update == ("config.json", "onnx/model.onnx")
    assert plan.add == ("README.md",)
    assert plan.sizes["onnx/model.onnx"] == 7000


def test_only_files_of_an_earlier_push_are_deleted(staged):
    files = {path: RemoteFile("00" * 20, None) for path in ("onnx/old.onnx", "photo.png", ".gitattributes")}

    plan = compare(staged, remote(files, pushed={"onnx/old.onnx", "long gone.txt"}))

    assert plan.delete == ("onnx/old.onnx",)
    assert plan.keep == ("photo.png",)


def test_show_counts_and_sizes(staged):
    shown = show(compare(staged, None), diff=False).splitlines()

    assert shown[0] == "model me/model (every file is new)"
    assert shown[-2].split() == ["add", "onnx/model.onnx", "7.0", "kB"]
    assert shown[-1] == "  3 to add, 0 to update, 0 to delete, 7,027 bytes to send"


@pytest.mark.parametrize(
    "rule", ["*.md filter=lfs -text", "README.md filter=lfs", "/README.md filter=lfs", "* filter=lfs"]
)
def test_lfs_rule_that_takes_in_the_card_is_refused(staged, rule):
    with pytest.raises(PublishError, match="would show no card"):
        compare(staged, remote({}, attributes=f"*.onnx filter=lfs\n{rule}\n"))


@pytest.mark.parametrize(
    "attributes", ["*.onnx filter=lfs\n", "* filter=lfs\n*.md -filter\n", "*.md text\n", ""]
)
def test_other_rules_are_fine(staged, attributes):
    assert compare(staged, remote({}, attributes=attributes)).add
