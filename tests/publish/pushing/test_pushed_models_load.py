"""What was pushed works where it is used: by Hub id through the engine, and in the Space."""

import json
import subprocess
import sys

import pytest

from space.engine import load

ROOT = __file__.rsplit("/tests/", 1)[0]
TEXTS = ["Aspirin caused renal failure.", "Valproic acid was given after seizures 🙂 and headache.", ""]


@pytest.fixture
def pushed(hub, push):
    assert push("--repo-id", "me/model", "--space-id", "me/demo").returncode == 0
    return hub


def entities(code, environment, cwd):
    """What a Python program prints as JSON, when it sees the stand-in as the Hub."""
    environment = environment | {"PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=cwd, capture_output=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def local_entities(folder):
    return [[entity.to_dict() for entity in found] for found in load(folder)(TEXTS)]


def test_engine_by_hub_id_finds_what_it_finds_locally(pushed, run, environment):
    code = f"""
import json
from space.engine import load
tagger = load("me/model", revision={pushed.model("me/model").head.oid!r})
print(json.dumps([[entity.to_dict() for entity in found] for found in tagger({TEXTS!r})]))
"""
    found = entities(code, environment, ROOT)

    assert found == local_entities(run / "models/student")
    assert [entity["label"] for entity in found[0]] == ["Chemical", "Disease"]


def test_space_loads_the_pinned_pair_from_its_own_files(pushed, run, environment, tmp_path):
    space = tmp_path / "space"
    for path, blob in pushed.space("me/demo").head.files.items():
        (space / path).parent.mkdir(parents=True, exist_ok=True)
        (space / path).write_bytes(blob.content)
    # A later commit to the model must not reach the Space.
    pushed.model("me/model").edit("config.json", b"{}")
    code = f"""
import hashlib, json, os
from pathlib import Path
from engine import load
from model_sources import find_sources
found = {{}}
for source in find_sources(Path("."), os.environ):
    tagger = load(source.model, revision=source.revision, file=source.file)
    assert hashlib.sha256(tagger.file.read_bytes()).hexdigest() == source.sha256
    found[source.role] = [[entity.to_dict() for entity in found] for found in tagger({TEXTS!r})]
print(json.dumps(found))
"""
    assert not (space / "bundled").exists()

    found = entities(code, environment, space)

    assert found["student"] == local_entities(run / "models/student")
    assert found["teacher"] == local_entities(run / "models/teacher")
