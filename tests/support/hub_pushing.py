"""What tests of pushing share: the usual repositories, a command that must succeed, a run that changed."""

import subprocess
from pathlib import Path

from hub_standin import Hub
from tiny_ledger import make_ledger

from cards.ledger import project, write_ledger

BOTH = ("--repo-id", "me/model")
ALL = (*BOTH, "--space-id", "me/demo")


def succeed(done: subprocess.CompletedProcess) -> subprocess.CompletedProcess:
    assert done.returncode == 0, done.stdout + done.stderr
    return done


def commits(hub: Hub) -> list[str]:
    return [path for method, path in hub.requests if method == "POST" and "/commit/" in path]


def retitle(run: Path, title: str) -> None:
    """Change the student's title in the run's ledger, as another run of the recipe would."""
    ledger = make_ledger(run)
    student = ledger.models["student"].model_copy(update={"title": title})
    ledger = ledger.model_copy(update={"models": ledger.models | {"student": student}})
    write_ledger(ledger, run / "ledger.json")
    for name in ledger.models:
        write_ledger(project(ledger, name), run / "models" / name / "ledger.json")
