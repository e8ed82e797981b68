"""The README's commands, one after another in a bare shell, on a copy of the repository.

The environments are this clone's, the run of the recipe `smoke` is that of `make smoke`, the Hub is a
stand-in.
"""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import hub_standin
import pytest
from hub_store import Repo
from running_space import free_port

ROOT = Path(__file__).parents[2]
ENVIRONMENTS = (".venv", ".venv-training", ".venv-downstream", "publish/loaders/node_modules")
# Blocks that begin so are not run here, and why.
ELSEWHERE = {
    "make demo": "it serves until it is stopped; started below, the other blocks ask it",
    "docker build": "needs a container engine; tests/service/test_container.py runs what the image runs",
    "python publish/verify.py": "tests/downstream/test_rehearsal.py runs it, and reads its report",
    "python -m training run bundled": "trains for hours, on corpora that each user fetches",
}
THEIRS = "someone/their-model"  # a card of others, as the README calls it
STARTED_S = 400


def blocks() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture
def clone(tmp_path) -> Path:
    """The repository's files as they stand, in a folder of their own, set up."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, check=True, encoding="utf-8",
    )  # fmt: skip
    folder = tmp_path / "clone"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    for name in filter(lambda name: (ROOT / name).exists(), ENVIRONMENTS):
        (folder / name).symlink_to(ROOT / name)
    shutil.copytree(ROOT / "build" / "smoke", folder / "runs" / "smoke")
    vendor = Path("space/private/vendor")
    if (ROOT / vendor).is_dir():  # npm made it; without npm all but the private page works
        shutil.copytree(ROOT / vendor, folder / vendor)
    return folder


@pytest.fixture
def shell(tmp_path) -> Iterator[dict[str, str]]:
    """The variables of a bare shell, and those that lead to the stand-in."""
    with hub_standin.serve() as hub:
        theirs = hub.repos["model", THEIRS] = Repo("model", THEIRS, private=False)
        theirs.edit("README.md", b"---\nlicense: mit\n---\n\n# A tagger\n\nIt finds drugs.\n")
        path = [shutil.which(tool) for tool in ("python3.11", "npm")]
        folders = dict.fromkeys(os.path.dirname(tool) for tool in path if tool)
        yield {
            "HOME": str(tmp_path),
            "PATH": os.pathsep.join([*folders, "/usr/local/bin", "/usr/bin", "/bin"]),
            "PORT": str(free_port()),
            "HF_ENDPOINT": hub.url,
            "HF_TOKEN": "hf_me",
        }


def test_every_exception_is_in_the_readme():
    for beginning in ELSEWHERE:
        assert sum(block.startswith(beginning) for block in blocks()) == 1, beginning


@pytest.mark.soak
def test_the_readme_runs_as_it_stands(clone, shell, tmp_path):
    commands = [block for block in blocks() if not block.startswith(tuple(ELSEWHERE))]
    assert len(commands) > 5
    script = "set -eo pipefail\n" + "".join(commands).replace(":7860", f":{shell['PORT']}")
    with (tmp_path / "demo.txt").open("w") as said:
        demo = subprocess.Popen(
            ["make", "demo"], cwd=clone, env=shell, stdout=said, stderr=said, start_new_session=True
        )
    try:
        wait = (
            f"curl -s --retry {STARTED_S} --retry-delay 1 --retry-all-errors 127.0.0.1:{shell['PORT']}/readyz"
        )
        subprocess.run(["sh", "-c", wait], check=True, stdout=subprocess.DEVNULL)
        done = subprocess.run(
            ["bash", "-x", "-c", script], cwd=clone, env=shell, capture_output=True, encoding="utf-8"
        )
    finally:
        os.killpg(demo.pid, signal.SIGTERM)  # make alone would leave the server behind
        demo.wait(60)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    assert (clone / "entities.jsonl").read_text(encoding="utf-8").count("Lithium") == 1
    assert "Dry run: nothing was sent" in done.stdout
