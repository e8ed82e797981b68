"""Verify one model repository at one commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cards.ledger import Ledger, read_ledger
from cards.render import subject
from cards.snippets import SAMPLE
from space.engine import EngineError
from training.provenance import environment

from ..errors import PublishError
from ..hub import Hub
from ..names import check_repo_id
from . import data
from .checks import check_folder
from .comparing import compare
from .foreign import check_foreign, compare_card, is_tagger, labels_of
from .loaded import check_loaders
from .measuring import THREADS, measure, threads_of
from .record import Check, Verification


@dataclass(frozen=True)
class Request:
    """What to verify. data: "NAME=SOURCE", see `data.read`; loaders: whether to run them."""

    repo_id: str
    revision: str | None = None
    data: Sequence[str] = ()
    loaders: bool = True


def verify(request: Request, hub: Hub, say: Callable[[str], None]) -> Verification:
    """Download a model at a revision, check it, and measure again what can be measured.

    say: is told what is being done. Raises PublishError when it cannot be downloaded or the data cannot
    be read, EngineError or CardError when they cannot be made sense of.
    """
    say(f"downloading {request.repo_id}")
    folder, commit = hub.download(check_repo_id(request.repo_id), request.revision)
    if (folder / "ledger.json").is_file():
        ledger = _read(folder)
        model = ledger.models[ledger.subject]
        machine = environment(threads_of(ledger))
        splits = data.read(request.data, model.labels, ledger, hub)
        checks = check_folder(folder, ledger, loaders=request.loaders)
        here, refused = _measured(folder, ledger, splits, say)
        checks += refused
        claims = compare(ledger, here, splits, machine)
        tagger = model.task == "token-classification"
        texts = list(dict.fromkeys(example.text for example in model.examples))
    else:
        machine = environment(THREADS)
        splits = data.read(request.data, labels_of(folder), None, hub) if request.data else {}
        checks = list(check_foreign(folder))
        claims = compare_card(folder, splits, say)
        tagger, texts = is_tagger(folder), [SAMPLE]
    if request.loaders and tagger:
        checks += check_loaders(folder, texts, say)
    return Verification(
        repo_id=request.repo_id,
        revision=commit,
        date=date.today(),
        environment=machine,
        data={split: given.data for split, given in splits.items()},
        checks=tuple(checks),
        claims=tuple(claims),
    )


def _read(folder: Path) -> Ledger:
    """The ledger of a model folder. Raises CardError or PublishError when it is none."""
    ledger = read_ledger(folder / "ledger.json")
    if subject(ledger) not in ledger.models:
        raise PublishError(
            f"ledger.json is about {ledger.subject!r}, which is none of its models. Push the run again."
        )
    return ledger


def _measured(
    folder: Path, ledger: Ledger, splits: Mapping[str, data.Split], say: Callable[[str], None]
) -> tuple[dict[str, float], list[Check]]:
    """The numbers here; none, and a check that failed, when the engine cannot run a file."""
    try:
        return measure(folder, ledger, splits, say), []
    except EngineError as error:
        found = str(error).replace(f"{folder}/", "")
        return {}, [Check(what="measured again", verdict="FAIL", found=found)]
