"""Downloads what verification needs of a model: small files, then the weights that a check takes.

Other formats of the same weights, often many times their bytes, stay on the Hub.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cards.ledger import FolderLedger
from cards.lint import Finding, examine
from cards.render import CARD_FILE
from cards.render.card_map import MAP_FILE

from ..hub.client import Hub
from ..hub.remote import MANIFEST
from ..terminal import LISTED, shown_size
from .loading import NAMED
from .report import Check

SMALL = 20_000_000  # bytes up to which a file is fetched whatever it is
FIRST = (CARD_FILE, MAP_FILE, MANIFEST, "ledger.json", "config.json", "tokenizer.json")  # and these, anyway
WEIGHTS = tuple(dict.fromkeys(file for files in NAMED.values() for file in files))


@dataclass(frozen=True)
class Downloaded:
    """A model at one commit, of which not everything is here."""

    repo_id: str
    commit: str
    address: str  # of its page
    folder: Path  # with what is here
    rest: Mapping[str, int]  # path -> bytes of what is not

    def findings(self) -> list[Finding]:
        """What the lint finds. Where files were left out it looks on the Hub, so that it knows of them; of
        those it reads no more than the headers."""
        target = self.address if self.rest else self.folder
        return list(examine(target, self.commit if self.rest else None).findings)

    def linted(self, what: str, holding: str, findings: Iterable[Finding]) -> Check:
        """One check of what the lint found: it fails by errors alone."""
        errors = "\n".join(str(finding) for finding in findings if finding.severity == "error")
        for start in (self.folder, self.repo_id):  # paths as they are in the repository
            errors = errors.replace(f"{start}/", "")
        return Check.judged(what, not errors, errors or holding)

    @property
    def left_out(self) -> str:
        """What is not here and how big it is, largest first; "" where all is."""
        largest = sorted(self.rest.items(), key=lambda entry: (-entry[1], entry[0]))
        named = [f"{path} ({shown_size(size)})" for path, size in largest[:LISTED]]
        more = largest[LISTED:]
        if more:
            named.append(f"{len(more)} more ({shown_size(sum(size for _, size in more))})")
        return ", ".join(named)


def download_small(hub: Hub, repo_id: str, commit: str) -> Downloaded:
    """Download everything but large files. Raises PublishError."""
    sizes = {path: file.size for path, file in hub.files("model", repo_id, commit).items()}
    small = {path: size for path, size in sizes.items() if size <= SMALL or path in FIRST}
    folder = hub.download("model", repo_id, commit, small)
    rest = {path: size for path, size in sizes.items() if path not in small}
    return Downloaded(repo_id, commit, hub.url("model", repo_id), folder, rest)


def download_weights(
    hub: Hub, model: Downloaded, ledger: FolderLedger | None, say: Callable[[str], None]
) -> Downloaded:
    """Download also the large files that loaders take, and those that manifest or ledger name, which are
    hashed. `say` is told how much that is, and what is left out. Raises PublishError."""
    named = {*WEIGHTS, *_pushed(model.folder)}
    if ledger:
        named |= {variant.file for variant in ledger.models[ledger.subject].variants}
    # An ONNX graph too large for one file has its numbers beside it.
    data = tuple(f"{file}{end}" for file in WEIGHTS if file.endswith(".onnx") for end in ("_data", ".data"))
    wanted = {path: size for path, size in model.rest.items() if path in named or path.startswith(data)}
    if wanted:
        say(f"fetching weights, {shown_size(sum(wanted.values()))}")
        hub.download("model", model.repo_id, model.commit, wanted)
    now = replace(model, rest={path: size for path, size in model.rest.items() if path not in wanted})
    if now.rest:
        say(f"left on the Hub, since no check needs it: {now.left_out}")
    return now


def _pushed(folder: Path) -> list[str]:
    """The files of the last push; none where the manifest cannot be read, which a check says."""
    try:
        return list(dict(json.loads((folder / MANIFEST).read_bytes())["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return []
