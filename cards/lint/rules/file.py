"""The files of ours against the ledger that was measured on them."""

from ...ledger import Artifact, ClaimId
from ..input.parts import OwnCorpus, OwnModel, Unreadable
from ..input.weights import tensors
from ..registry import Faults, rule
from ..report import Place

WEIGHTS = "model.safetensors"


@rule("file.readable")
def readable(part: Unreadable) -> Faults:
    """Card, ledger and map of a folder of ours are there and can be read.

    Why:
        Without one of them, the card's numbers lead nowhere.
    Fix:
        Let training write the ledger again, and render the card with `python -m cards render RUN`.
    """
    yield part.place, part.problem


@rule("file.missing")
def missing(own: OwnModel) -> Faults:
    """Each measured file is here; a folder without weights, as services carry it, has one of them at least.

    Why:
        Whoever loads the model gets another file than the card speaks of, or none.
    Fix:
        Copy the file from the run, or measure again without it.
    """
    measured = _measured(own)
    subset = WEIGHTS not in own.folder.files and any(name in own.folder.files for name in measured)
    for name in measured if not subset else ():
        if name not in own.folder.files:
            yield own.folder.file(name), "the ledger's claims were measured on this file, which is not here"


@rule("file.bytes")
def size(own: OwnModel) -> Faults:
    """Each file has the bytes that were measured.

    Why:
        Another file has other scores.
    Fix:
        Copy the file from the run, or measure again.
    """
    for name, artifact in _measured(own).items():
        found = own.folder.files.sizes.get(name, artifact.bytes)
        if found != artifact.bytes:
            yield own.folder.file(name), f"{found} bytes, but the file measured has {artifact.bytes}"


@rule("file.sha256")
def sha256(own: OwnModel) -> Faults:
    """Each file has the SHA-256 that was measured.

    Why:
        Another file has other scores.
    Fix:
        Copy the file from the run, or measure again.
    """
    for name, artifact in _measured(own).items():
        digest = own.folder.files.sha256(name) if name in own.folder.files else None
        if digest not in (artifact.sha256, None):
            yield own.folder.file(name), f"SHA-256 {digest}, but the file measured has {artifact.sha256}"


@rule("file.parameters")
def parameters(own: OwnModel) -> Faults:
    """The ledger's parameters are those of the floating-point tensors in the header of the weights.

    Why:
        The count on the card would be that of another model.
    Fix:
        Measure the model again.
    """
    if WEIGHTS not in own.folder.files:
        return
    found, ledger = tensors(own.folder.files, [WEIGHTS]), own.card.ledger_file
    claim = ledger.ledger.get(ClaimId(own.card.name, metric="parameters"))
    if isinstance(found, str):
        yield own.folder.file(WEIGHTS), f"no complete safetensors file: {found}"
    elif claim is None:
        yield (
            Place(ledger.file),
            f"no claim {own.card.name}.parameters for the {found.parameters} in {WEIGHTS}",
        )
    elif claim.value != found.parameters:
        yield (
            ledger.at(claim.id),
            f"{claim.id} of {claim.value:.0f} is not the {found.parameters} in {WEIGHTS}",
        )


@rule("file.data")
def data(own: OwnCorpus) -> Faults:
    """Each file of a labelled corpus is here, with the SHA-256 that the ledger names.

    Why:
        Counts and scores on the card are those of the files as they were.
    Fix:
        Copy the file from the run, or label again.
    """
    for file in own.corpus.files:
        place = own.folder.file(file.file)
        if file.file not in own.folder.files:
            yield place, f"the file with the split {file.split} is not here"
        elif own.folder.files.sha256(file.file) not in (file.sha256, None):
            yield place, f"another SHA-256 than {file.sha256} in the ledger"


def _measured(own: OwnModel) -> dict[str, Artifact]:
    """The files that the ledger's claims on this model were measured on."""
    found = [claim.artifact for claim in own.card.ledger.claims if claim.artifact]
    return {artifact.file: artifact for artifact in found if artifact.model == own.card.name}
