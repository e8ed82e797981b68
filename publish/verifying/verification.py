"""Verifies one model repository at one commit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cards.ledger import FolderLedger, read_folder_ledger
from cards.render.snippets import SAMPLE
from space.engine import EngineError
from training.measuring.provenance import environment

from ..errors import PublishError
from ..hub.client import Hub
from .agreement import compare, unmeasured_task
from .download import download_small, download_weights
from .evaluation_data import Split, read_data, unknown_names
from .loading import check_loaders
from .remeasure import THREADS, Measured, measure, threads_of
from .report import Check, Verification
from .with_ledger import check_folder
from .without_ledger import check_without_ledger, compare_card, is_tagger, labels_of, unmeasurable

Say = Callable[[str], None]  # is told what is being done


@dataclass(frozen=True)
class VerifyRequest:
    """What to verify."""

    repo_id: str
    revision: str  # a full commit id
    data: Sequence[str] = ()  # "NAME=SOURCE", see `evaluation_data.read_data`
    loaders: bool = True  # whether to run them


def verify(request: VerifyRequest, hub: Hub, say: Say) -> Verification:
    """Download a model at a revision, check it, and measure again what can be measured.

    Raises:
        PublishError: It cannot be downloaded, or the data cannot be read.
        EngineError, CardError: Its files or its ledger cannot be made sense of.
    """
    say(f"downloading {request.repo_id} at {request.revision[:12]}")
    model = download_small(hub, request.repo_id, request.revision)
    folder = model.folder
    ledger = _read(folder) if (folder / "ledger.json").is_file() else None
    reason = unmeasured_task(ledger.models[ledger.subject].task) if ledger else unmeasurable(folder)
    splits: dict[str, Split] = {}
    if reason and request.data:
        say(f"--data is not read: its numbers are {reason}")
    elif request.data:  # before the weights, which take longer
        if ledger and (strange := unknown_names(request.data, ledger, folder)):
            say(strange)
        labels = ledger.models[ledger.subject].labels if ledger else labels_of(folder)
        splits = read_data(request.data, labels, ledger, hub, folder)
    model = download_weights(hub, model, ledger, say)
    machine = environment(threads_of(ledger) if ledger else THREADS)
    if ledger:
        checks = check_folder(model, ledger, loaders=request.loaders)
        here, refused = _measured(folder, ledger, splits, say)
        checks += refused
        claims = compare(ledger, here, splits, machine)
        texts = list(dict.fromkeys(example.text for example in ledger.models[ledger.subject].examples))
        tagger = not reason
    else:
        checks = list(check_without_ledger(model))
        claims = compare_card(folder, splits, say)
        tagger, texts = is_tagger(folder), [SAMPLE]
    if request.loaders and tagger:
        checks += check_loaders(folder, texts, say)
    elif request.loaders:
        found = "only token classifiers are loaded here: try it in the program that its card names"
        checks.append(Check.skipped("loads", found))
    if model.rest:
        found = f"left on the Hub, since no check needs more than their headers: {model.left_out}"
        checks.append(Check.skipped("other files", found))
    return Verification(
        repo_id=request.repo_id,
        revision=request.revision,
        date=date.today(),
        environment=machine,
        data={split: given.data for split, given in splits.items()},
        checks=tuple(checks),
        claims=tuple(claims),
    )


def _read(folder: Path) -> FolderLedger:
    """The ledger of a model folder. Raises CardError or PublishError when it is none."""
    ledger = read_folder_ledger(folder / "ledger.json")
    if ledger.subject not in ledger.models:
        raise PublishError(
            f"ledger.json is about {ledger.subject!r}, which is none of its models. Push the run again."
        )
    return ledger


def _measured(
    folder: Path, ledger: FolderLedger, splits: Mapping[str, Split], say: Say
) -> tuple[Measured, list[Check]]:
    """The numbers here; none, and a check that failed, when the engine cannot run a file."""
    try:
        return measure(folder, ledger, splits, say), []
    except EngineError as error:
        return Measured({}), [Check.judged("measured again", False, str(error).replace(f"{folder}/", ""))]
