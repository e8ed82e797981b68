"""`push.py --restore TAG`: the content of an earlier push again, without sending its files."""

import json

import pytest
from hub_pushing import ALL, retitle, succeed
from safetensors.numpy import load_file, save_file


@pytest.fixture
def restore(inline):
    return lambda tag, *options: inline("--restore", tag, *ALL, *options)


@pytest.fixture
def pushed_twice(hub, push, run, once):
    """v1, then v2 with other weights, a new file and one less; then people write."""
    once("v1", lambda: succeed(push(*ALL, "--tag", "v1")))
    weights = run / "models/student/model.safetensors"
    save_file(load_file(weights), weights, metadata={"format": "pt", "trained": "again"})
    (run / "models/student/special_tokens_map.json").unlink()
    (run / "models/student/golden.json").write_text('{"text": "", "entities": []}\n')
    retitle(run, "Second recogniser")
    once("v2", lambda: succeed(push(*ALL, "--tag", "v2")))
    model = hub.model("me/model")
    model.edit("notes.txt", b"theirs")
    text = model.head.files["README.md"].content
    model.edit(
        "README.md",
        text.replace(b"<!-- clinstill:begin training", b"Theirs.\n\n<!-- clinstill:begin training"),
    )
    hub.requests.clear()
    return model


def test_ours_is_as_it_was_and_theirs_as_it_is(hub, restore, pushed_twice):
    done = succeed(restore("v1"))

    model = pushed_twice
    then, now = model.commit("v1").files, model.head.files
    ours = set(json.loads(then["clinstill-manifest.json"].content)["files"])
    assert set(now) == ours | {"clinstill-manifest.json", ".gitattributes", "notes.txt"}
    written_on = {"README.md", "card.map.json"}
    assert all(now[path] == then[path] for path in ours - written_on)
    text = now["README.md"].content.decode()
    assert "Theirs.\n\n<!-- clinstill:begin training" in text
    assert "Second recogniser" not in text
    assert "  keep   notes.txt" in done.stdout
    assert "  delete golden.json" in done.stdout
    assert hub.count("PUT", "/lfs/") == 0


def test_the_space_shows_the_revisions_that_it_showed(hub, restore, pushed_twice):
    succeed(restore("v1"))

    pins = json.loads(hub.space("me/demo").head.files["models.json"].content)
    assert pins["student"]["revision"] == pushed_twice.commit("v1").oid
    order = [path for method, path in hub.requests if method == "POST" and "/commit/" in path]
    assert order[-1] == "/api/spaces/me/demo/commit/main"


def test_restoring_twice_or_the_present_changes_nothing(hub, restore, pushed_twice):
    succeed(restore("v1"))
    head = pushed_twice.head.oid
    succeed(restore("v1"))
    assert pushed_twice.head.oid == head


def test_it_is_planned_first(hub, restore, pushed_twice):
    head = pushed_twice.head.oid

    done = succeed(restore("v1", "--dry-run"))

    assert "  update model.safetensors" in done.stdout
    assert "on the Hub" in done.stdout
    assert pushed_twice.head.oid == head
    assert {method for method, _ in hub.requests} == {"GET"}


def test_a_later_push_goes_on_from_there(hub, restore, push, pushed_twice):
    succeed(restore("v1"))
    succeed(push(*ALL, "--tag", "v3"))

    assert b"Second recogniser" in pushed_twice.head.files["README.md"].content
    assert "special_tokens_map.json" not in pushed_twice.head.files


def test_an_unknown_tag_is_told(hub, restore, pushed_twice):
    done = restore("v9")
    assert done.returncode == 2
    assert "me/model: no tag 'v9' there" in done.stderr
