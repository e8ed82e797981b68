"""What is fetched of a model to verify it: card, configuration and other small files, then the weights that a
check needs. Other formats of the same weights, often many times their bytes, stay on the Hub."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cards.ledger import Ledger
from cards.lint import Finding, examine
from cards.render import CARD_FILE
from cards.render.card_map import MAP_FILE

from ..hub.client import Hub
from ..hub.fetching import fetch
from ..hub.remote import MANIFEST
from ..terminal import shown_size
from .loading import NAMED

SMALL = 20_000_000  # bytes up to which a file is fetched whatever it is
FIRST = (CARD_FILE, MAP_FILE, MANIFEST, "ledger.json", "config.json", "tokenizer.json")  # and these, anyway
WEIGHTS = tuple(dict.fromkeys(file for files in NAMED.values() for file in files))
LISTED = 10  # names of files that were left out


@dataclass(frozen=True)
class Fetched:
    """A model at one commit, of which not everything is here.

    address: of its page; folder: what was fetched; rest: path -> bytes of what was not
    """

    repo_id: str
    commit: str
    address: str
    folder: Path
    rest: Mapping[str, int]

    def findings(self) -> list[Finding]:
        """What the lint finds. Where files were left out it looks on the Hub, so that it knows of them; of
        those it reads no more than the headers."""
        target = self.address if self.rest else self.folder
        return list(examine(target, self.commit if self.rest else None).findings)

    def here(self, finding: Finding) -> str:
        """A finding, with paths as they are in the repository."""
        return str(finding).replace(f"{self.folder}/", "").replace(f"{self.repo_id}/", "")

    @property
    def left_out(self) -> str:
        """What was left out and how big it is, largest first; "" where nothing was."""
        largest = sorted(self.rest.items(), key=lambda entry: (-entry[1], entry[0]))
        named = [f"{path} ({shown_size(size)})" for path, size in largest[:LISTED]]
        more = largest[LISTED:]
        if more:
            named.append(f"{len(more)} more ({shown_size(sum(size for _, size in more))})")
        return ", ".join(named)


def fetch_small(hub: Hub, repo_id: str, commit: str) -> Fetched:
    """Everything but large files. Raises PublishError."""
    sizes = {path: file.bytes for path, file in hub.files("model", repo_id, commit).items()}
    small = {path: size for path, size in sizes.items() if size <= SMALL or path in FIRST}
    folder = fetch(hub, "model", repo_id, commit, small)
    rest = {path: size for path, size in sizes.items() if path not in small}
    return Fetched(repo_id, commit, hub.url("model", repo_id), folder, rest)


def fetch_weights(hub: Hub, fetched: Fetched, ledger: Ledger | None, say: Callable[[str], None]) -> Fetched:
    """Also the large files that loaders take, and those that manifest or ledger name, which are hashed.
    `say` is told how much that is, and what is left out. Raises PublishError."""
    named = {*WEIGHTS, *_listed(fetched.folder), *(_claimed(ledger) if ledger else ())}
    wanted = {path: size for path, size in fetched.rest.items() if path in named or _is_data(path)}
    left = {path: size for path, size in fetched.rest.items() if path not in wanted}
    if wanted:
        say(f"fetching weights, {shown_size(sum(wanted.values()))}")
        fetch(hub, "model", fetched.repo_id, fetched.commit, wanted)
    now = Fetched(fetched.repo_id, fetched.commit, fetched.address, fetched.folder, left)
    if left:
        say(f"left on the Hub, since no check needs it: {now.left_out}")
    return now


def _is_data(path: str) -> bool:
    """Whether it holds the numbers of an ONNX graph that loaders take, too large for one file."""
    return any(
        path.startswith((f"{file}_data", f"{file}.data")) for file in WEIGHTS if file.endswith(".onnx")
    )


def _listed(folder: Path) -> Iterable[str]:
    """The files of the last push; none where the manifest cannot be read, which a check says."""
    try:
        return list(dict(json.loads((folder / MANIFEST).read_bytes())["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _claimed(ledger: Ledger) -> Iterable[str]:
    return [variant.file for variant in ledger.models[ledger.subject].variants]
