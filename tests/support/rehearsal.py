"""From a run to a live page, without the Hub: push to a stand-in, start the Space that it then holds.

    python tests/support/rehearsal.py build/smoke      (make rehearse)

The Space runs from the very files that the stand-in holds for it, and loads the pushed models from there.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import hub_standin
from running_space import RunningSpace, serve

ROOT = Path(__file__).parents[2]
STUDENT, TEACHER, SPACE = "me/rehearsal", "me/rehearsal-teacher", "me/rehearsal-space"
TOKEN = "hf_me"  # the stand-in's token of user "me"


@dataclass(frozen=True)
class Rehearsal:
    """What was published, and the page that it makes. environment: what makes a program see the
    stand-in as the Hub."""

    hub: hub_standin.Hub
    environment: dict[str, str]
    folder: Path

    def publish(self, command: str, *arguments: str | Path) -> subprocess.CompletedProcess:
        """Run `push` or `verify`; what it says on standard error goes to the terminal."""
        line = [sys.executable, ROOT / "publish" / f"{command}.py", *arguments]
        return subprocess.run(
            line, env=self.environment, cwd=self.folder, stdout=subprocess.PIPE, encoding="utf-8"
        )

    def fetch(self, kind: str, repo_id: str) -> Path:
        """The files that the stand-in holds for a repository, in a folder."""
        folder = self.folder / kind / repo_id.rpartition("/")[2]
        for path, blob in self.hub.repos[kind, repo_id].head.files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(blob.content)
        return folder

    @contextmanager
    def page(self) -> Iterator[RunningSpace]:
        """The Space, served."""
        program = self.fetch("space", SPACE) / "app.py"
        with serve(self.folder, self.environment, program) as running:
            yield running


@contextmanager
def rehearse(run: Path, folder: Path) -> Iterator[Rehearsal]:
    """Push the run's student, teacher and Space to a stand-in. Raises RuntimeError when that fails."""
    with hub_standin.serve() as hub:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
        environment = kept | {"HF_ENDPOINT": hub.url, "HF_HOME": str(folder / "hf"), "HF_TOKEN": TOKEN}
        rehearsal = Rehearsal(hub, environment, folder)
        done = rehearsal.publish("push", run.resolve(), "--repo-id", STUDENT, "--space-id", SPACE)
        if done.returncode:
            raise RuntimeError(f"the push ended with {done.returncode}:\n{done.stdout}")
        yield rehearsal


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def main() -> None:
    with (
        tempfile.TemporaryDirectory(prefix="clinstill-rehearsal-") as folder,
        rehearse(Path(sys.argv[1]), Path(folder)) as rehearsal,
        rehearsal.page() as page,
    ):
        pushed = (("model", STUDENT), ("model", TEACHER), ("space", SPACE))
        cards = [rehearsal.fetch(*repository) / "README.md" for repository in pushed]
        print(f"\nThe page: {page.url}\nThe cards, as they would be published:")
        print("\n".join(f"  {card}" for card in cards))
        print("\nNothing was published. Ctrl-C, or a signal to this process, ends the rehearsal.", flush=True)
        signal.signal(signal.SIGTERM, _interrupt)
        try:
            page.process.wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
