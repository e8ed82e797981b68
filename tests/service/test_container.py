"""The Space as its image runs it: without rights, on a read-only file system, with an empty /tmp."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import contained_space
import httpx
import pytest
from contained_space import instruction
from running_space import serve


@pytest.fixture
def contained(tmp_path, monkeypatch):
    """The bundled pair, served as the Dockerfile says."""
    if os.geteuid() != 0:
        pytest.skip("mounting a file system of its own needs root")
    root = tmp_path / "root"
    root.mkdir()
    program = Path(contained_space.__file__)
    monkeypatch.setenv("ROOT", str(root))
    with serve(tmp_path, {}, program) as space:
        yield space


@pytest.mark.soak
def test_it_serves_without_rights_and_leaves_nothing(contained):
    process = Path("/proc") / str(contained.process.pid)
    lines = (process / "status").read_text().splitlines()
    status = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
    assert status["Uid"].split() == [instruction("USER").split(":")[0]] * 4
    assert (int(status["CapEff"], 16), int(status["CapBnd"], 16), status["NoNewPrivs"]) == (0, 0, "1")
    with pytest.raises(OSError, match="Read-only"):
        (process / "root" / "space" / "leftover").touch()

    with httpx.Client(base_url=contained.url, trust_env=False, timeout=60) as client:
        assert client.get("/readyz").json()["status"] == "ready"
        found = client.post("/v1/entities", json={"text": "Aspirin caused renal failure."}).json()
        assert [e["text"] for e in found["results"][0]["entities"]] == ["Aspirin", "renal failure"]
        assert client.post("/v1/files?name=a.txt", content="Lithium.").status_code == 200
        assert client.get("/").status_code == 200
        assert client.get("/private/").status_code == 200
    probe = instruction("HEALTHCHECK")
    check = json.loads(probe[probe.index("[") :])
    port = {"PORT": contained.url.rpartition(":")[2]}
    assert subprocess.run([sys.executable, *check[1:]], env=port).returncode == 0
    left = [path for path in (process / "root" / "tmp").rglob("*") if path.is_file()]
    assert left == []

    contained.process.send_signal(signal.SIGTERM)
    assert contained.process.wait(30) == 0
