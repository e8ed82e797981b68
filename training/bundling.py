"""Verb `bundle`: copies what inference needs of a run's models into the Space, as its embedded default."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cards.ledger import Claim, Ledger, project, read_folder_ledger, read_ledger, write_ledger

from .errors import StageError
from .measuring import known_answer
from .run_folder import sha256, variants_of

SMALLEST_FIRST = ("int8", "fp16", "fp32")
NEEDED = ("config.json", "tokenizer.json")
OPTIONAL = (
    "recipe.yaml",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "vocab.txt",
    "README.md",
    "card.map.json",
)
FIGURES = "figures"  # that the card shows
MOST_TOGETHER, MOST_EACH = 44_000_000, 32_000_000  # bytes: these files are committed to git


def bundle(run: Path, to: Path) -> None:
    """Replace the folder `to` by a folder for each model of a run, with its smallest ONNX file.

    Each holds configuration, tokenizer, one ONNX file and its golden output, the model's part of the
    ledger, and its card where it was rendered.

    Raises:
        StageError: a file is missing or too large; `to` is left as it was.
        LedgerError: the run has no valid ledger.
    """
    ledger = read_ledger(run / "ledger.json")
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".bundle-", dir=to.parent) as work:
        made = Path(work) / "made"
        for name, model in ledger.models.items():
            there = {variant.name: variant.file for variant in model.variants}
            file = next(there[variant] for variant in SMALLEST_FIRST if variant in there)
            copy_model(run / "models" / name, made / name, file)
            write_ledger(project(ledger, name), made / name / "ledger.json")
            known_answer.write(made / name)
        check_sizes(made)
        if to.exists():
            to.rename(Path(work) / "replaced")
        made.rename(to)


def published(bundled: Path) -> Ledger:
    """Read the ledger of a bundle's run, without what was measured on files that the bundle has not.

    Raises:
        StageError: it is no bundle, or a file is not the one that was measured.
        LedgerError: a ledger is broken.
    """
    files = files_of(bundled)
    parts = {name: read_folder_ledger(bundled / name / "ledger.json") for name in files}
    claims = {claim.id: claim for part in parts.values() for claim in part.claims}
    kept = tuple(claim for claim in claims.values() if _is_of_bundle(claim, files))
    for name, file in files.items():
        digest = sha256(bundled / name / file)
        if any(c.artifact.sha256 != digest for c in kept if c.artifact and c.artifact.model == name):
            raise StageError(f"{bundled / name / file} is not the file that its ledger.json measured")
    whole = max(parts.values(), key=lambda part: len(part.models))  # which names its teacher as well
    of_run = {field: getattr(whole, field) for field in Ledger.model_fields}
    return Ledger(**of_run | {"claims": kept})


def files_of(bundled: Path) -> dict[str, str]:
    """Find the models of a bundle: by name, the one ONNX file of each.

    Raises:
        StageError: it is no bundle.
    """
    found = {}
    for config in sorted(bundled.glob("*/config.json")):
        folder = config.parent
        files = list(variants_of(folder).values())
        if len(files) != 1 or not (folder / "ledger.json").is_file():
            raise StageError(
                f"{folder} lacks ledger.json, or has not one ONNX file; was it made by `bundle`?"
            )
        found[folder.name] = files[0]
    if not found:
        raise StageError(
            f"{bundled} holds no model; give the folder of a bundled pair, such as space/bundled"
        )
    return found


def _is_of_bundle(claim: Claim, files: Mapping[str, str]) -> bool:
    """Whether a claim says nothing of files that a bundle has not, nor of weights before rounding."""
    if claim.id.vs_model or claim.id.metric == "sparsity":
        return False
    return claim.artifact is None or files.get(claim.artifact.model) == claim.artifact.file


def copy_model(model_folder: Path, to: Path, file: str) -> None:
    """Copy what inference needs of a model folder, with the ONNX file `file`.

    Raises:
        StageError: something that inference needs is missing.
    """
    (to / file).parent.mkdir(parents=True)
    for name in (*NEEDED, file, *OPTIONAL):
        if (model_folder / name).is_file():
            shutil.copyfile(model_folder / name, to / name)
        elif name not in OPTIONAL:
            raise StageError(f"{model_folder / name} is missing; `python -m training run` makes it")
    if (model_folder / FIGURES).is_dir():
        shutil.copytree(model_folder / FIGURES, to / FIGURES)


def check_sizes(folder: Path) -> None:
    """Hold the files of a bundle against what a git repository takes.

    Raises:
        StageError: a file, or all together, are too large.
    """
    sizes = {path: path.stat().st_size for path in folder.rglob("*") if path.is_file()}
    largest = max(sizes, key=lambda path: sizes[path])
    if sizes[largest] > MOST_EACH:
        raise StageError(
            f"{largest.relative_to(folder)} has {sizes[largest]:,} bytes; one file may have {MOST_EACH:,}: "
            "trim the vocabulary (`trim.min_count` of its step) or take a smaller base"
        )
    together = sum(sizes.values())
    if together > MOST_TOGETHER:
        raise StageError(
            f"the bundled pair has {together:,} bytes; it may have {MOST_TOGETHER:,}: "
            "trim the vocabulary (`trim.min_count` of its step) or give the student fewer layers"
        )
