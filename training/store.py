"""Store of finished steps, which runs share: a step of the same settings, inputs and code is trained once.

    DIR/KEY/model/*  record.json  log.jsonl

KEY is the hash of the step's inputs (`record.Inputs.key`), which hold no names of steps or corpora.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .graph import Node
from .record import RECORD, Inputs, Record
from .run_folder import RunFolder, sha256

MODEL, LOG = "model", "log.jsonl"


@dataclass(frozen=True)
class Store:
    path: Path

    def keep(self, run: RunFolder, node: Node, inputs: Inputs) -> None:
        """Put what a finished step left into the store; one that is there is left."""
        to = self.path / inputs.key
        if to.exists():
            return
        self.path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".keep-", dir=self.path) as work:
            made = Path(work) / "made"
            _link(run.output(node.name), made / MODEL)
            shutil.copyfile(run.step(node.name) / RECORD, made / RECORD)
            if (log := run.log / f"{node.name}.jsonl").is_file():
                shutil.copyfile(log, made / LOG)
            try:
                made.rename(to)
            except OSError:  # another run was faster
                if not to.exists():
                    raise

    def has(self, inputs: Inputs) -> bool:
        """Whether a step of these inputs is there."""
        return (self.path / inputs.key / RECORD).is_file()

    def take(self, run: RunFolder, node: Node, inputs: Inputs) -> bool:
        """Give a run what the store has of a step; False where it has nothing, or files were damaged.

        The step's claims are renamed, since another recipe may call it otherwise.
        """
        kept = self.path / inputs.key
        if not self.has(inputs):
            return False
        record = Record.model_validate_json((kept / RECORD).read_bytes())
        hashes = {Path(file).name: digest for file, digest in record.outputs.items()}
        if hashes != {file.name: sha256(file) for file in (kept / MODEL).iterdir()}:
            return False
        folder = run.step(node.name)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _link(kept / MODEL, folder / MODEL)
        if (kept / LOG).is_file():
            shutil.copyfile(kept / LOG, run.log / f"{node.name}.jsonl")
        claims = tuple(
            claim.model_copy(update={"id": claim.id.replace(model=node.name)}) for claim in record.claims
        )
        outputs = {f"steps/{node.name}/{MODEL}/{name}": digest for name, digest in sorted(hashes.items())}
        mine = record.model_copy(update={"node": node.name, "outputs": outputs, "claims": claims})
        (folder / RECORD).write_text(mine.model_dump_json(indent=1, exclude_none=True), encoding="utf-8")
        return True


def _link(folder: Path, to: Path) -> None:
    """A second name for each file, or a copy where the file system cannot."""
    to.mkdir(parents=True)
    for file in sorted(folder.iterdir()):
        try:
            os.link(file, to / file.name)
        except OSError:
            shutil.copyfile(file, to / file.name)
