"""Verify one model repository at one commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cards.ledger import Ledger, read_ledger
from cards.render import subject
from cards.render.snippets import SAMPLE
from space.engine import EngineError
from training.provenance import environment

from ..errors import PublishError
from ..hub.client import Hub
from . import evaluation_data as data
from .agreement import compare, unmeasured_task
from .download import fetch_small, fetch_weights
from .loaded import NOT_LOADED, check_loaders
from .remeasure import THREADS, measure, threads_of
from .report import Check, Verification
from .with_ledger import check_folder, left_out
from .without_ledger import check_foreign, compare_card, is_tagger, labels_of, unmeasurable


@dataclass(frozen=True)
class Request:
    """What to verify. revision: a full commit id; data: "NAME=SOURCE", see `data.read`; loaders: whether to
    run them."""

    repo_id: str
    revision: str
    data: Sequence[str] = ()
    loaders: bool = True


def verify(request: Request, hub: Hub, say: Callable[[str], None]) -> Verification:
    """Download a model at a revision, check it, and measure again what can be measured.

    say: is told what is being done. Raises PublishError when it cannot be downloaded or the data cannot
    be read, EngineError or CardError when they cannot be made sense of.
    """
    say(f"downloading {request.repo_id} at {request.revision[:12]}")
    fetched = fetch_small(hub, request.repo_id, request.revision)
    folder = fetched.folder
    ledger = _read(folder) if (folder / "ledger.json").is_file() else None
    reason = unmeasured_task(ledger.models[ledger.subject].task) if ledger else unmeasurable(folder)
    if reason and request.data:
        say(f"--data is not read: its numbers are {reason}")
    if not reason and ledger and (strange := data.unknown(request.data, ledger)):
        say(strange)
    splits = {} if reason else _data(request, folder, ledger, hub)  # before the weights, which take longer
    fetched = fetch_weights(hub, fetched, ledger, say)
    if ledger:
        machine = environment(threads_of(ledger))
        checks = check_folder(fetched, ledger, loaders=request.loaders)
        here, refused = _measured(folder, ledger, splits, say)
        checks += refused
        claims = compare(ledger, here, splits, machine)
        texts = list(dict.fromkeys(example.text for example in ledger.models[ledger.subject].examples))
        tagger = not reason
    else:
        machine = environment(THREADS)
        checks = list(check_foreign(fetched))
        claims = compare_card(folder, splits, say)
        tagger, texts = is_tagger(folder), [SAMPLE]
    if request.loaders:
        checks += check_loaders(folder, texts, say) if tagger else [NOT_LOADED]
    return Verification(
        repo_id=request.repo_id,
        revision=request.revision,
        date=date.today(),
        environment=machine,
        data={split: given.data for split, given in splits.items()},
        checks=tuple(checks + left_out(fetched)),
        claims=tuple(claims),
    )


def _data(request: Request, folder: Path, ledger: Ledger | None, hub: Hub) -> dict[str, data.Split]:
    if not request.data:
        return {}
    labels = ledger.models[ledger.subject].labels if ledger else labels_of(folder)
    return data.read(request.data, labels, ledger, hub)


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
