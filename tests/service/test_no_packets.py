"""The demo, once set up, sends no packet beyond loopback."""

import json
import os
import subprocess
import sys
from pathlib import Path

import packet_watch
import pytest

NAMESPACES = (["unshare", "--net", "--mount"], ["unshare", "--map-root-user", "--net", "--mount"])


def isolated() -> list[str]:
    """The command that runs another in network and mount namespaces of its own."""
    for command in NAMESPACES:
        try:
            tried = subprocess.run(
                [*command, "ip", "link", "set", "lo", "up"], capture_output=True, text=True
            )
        except FileNotFoundError:
            pytest.skip("no unshare on the path (util-linux)")
        if tried.returncode == 0:
            return command
    pytest.skip(f"no network namespace of one's own, or no ip (iproute2), here: {tried.stderr.strip()}")


@pytest.mark.soak
def test_no_packet_leaves_loopback(tmp_path):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "CLINSTILL_"))
    }
    done = subprocess.run(
        [*isolated(), sys.executable, packet_watch.__file__, tmp_path],
        env=environment | {"PYTHONPATH": str(Path(packet_watch.__file__).parent)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert packet_watch.OUTSIDE in report["control"]
    assert packet_watch.NAME in report["control"]
    assert {path: status for path, status in report["statuses"].items() if status != 200} == {}
    assert report.get("foreign", []) == []
    assert {step: report[step] for step in ("start", "use", "browse", "end") if report.get(step)} == {}
