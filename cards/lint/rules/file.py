"""The files of ours against the ledger that was measured on them."""

from ...ledger import ClaimId
from ..input.parts import OwnCorpus, OwnModel, Unreadable
from ..input.weights import parameters
from ..registry import Faults, rule

WEIGHTS = "model.safetensors"


@rule("file.readable")
def readable(part: Unreadable) -> Faults:
    """Card, ledger and map of a folder of ours are there and can be read.

    Why: Without one of them, the card's numbers lead nowhere.
    Fix: Let training write the ledger again, and render the card with `python -m cards render RUN`.
    """
    yield part.place, part.problem


@rule("file.measured")
def measured(own: OwnModel) -> Faults:
    """Each file that claims were measured on is here, with the bytes and the SHA-256 that were measured.

    Why: Another file has other scores.
    Fix: Copy the file from the run, or measure again.
    """
    claimed = [claim.artifact for claim in own.card.ledger.claims if claim.artifact]
    files = {artifact.file: artifact for artifact in claimed if artifact.model == own.card.name}
    here = own.folder.files
    # Where the weights are missing, the folder is the inference-only subset, which has one of them at least.
    subset = WEIGHTS not in here and any(name in here for name in files)
    for name, artifact in files.items():
        if name not in here:
            if not subset:
                yield own.folder.file(name), "claims were measured on this file, which is not here"
        elif here.sizes[name] != artifact.bytes:
            said = f"{here.sizes[name]} bytes, but the file measured has {artifact.bytes}"
            yield own.folder.file(name), said
        elif (digest := here.sha256(name)) not in (artifact.sha256, None):
            yield own.folder.file(name), f"SHA-256 {digest}, but the file measured has {artifact.sha256}"


@rule("file.parameters")
def counted(own: OwnModel) -> Faults:
    """The ledger's parameters are those of the floating-point tensors in the header of the weights.

    Why: The count on the card would be that of another model.
    Fix: Measure the model again.
    """
    found = parameters(own.folder.files, WEIGHTS) if WEIGHTS in own.folder.files else None
    if isinstance(found, int):  # an incomplete file is reported as such
        claim_id, ledger = ClaimId(own.card.name, metric="parameters"), own.card.ledger_file
        claim = ledger.ledger.get(claim_id)
        if not claim or claim.value != found:
            said = f"{claim.value:.0f}" if claim else "no value"
            yield ledger.at(claim_id), f"{claim_id} has {said}, and {WEIGHTS} {found} parameters"


@rule("file.data")
def data(own: OwnCorpus) -> Faults:
    """Each file of a labelled corpus is here, with the SHA-256 that the ledger names.

    Why: Counts and scores on the card are those of the files as they were.
    Fix: Copy the file from the run, or label again.
    """
    for file in own.corpus.files:
        place = own.folder.file(file.file)
        if file.file not in own.folder.files:
            yield place, f"the file with the split {file.split} is not here"
        elif own.folder.files.sha256(file.file) not in (file.sha256, None):
            yield place, f"another SHA-256 than {file.sha256} in the ledger"
