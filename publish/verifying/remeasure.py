"""Every claim that the published files let us measure again, measured on them.

Scores are made by the functions that made the claims (`training.metrics`, `training.latency`), and texts
are tagged by the engine with the very files of the repository.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
from safetensors import safe_open

from cards.ledger import Claim, Ledger, slug
from space.engine import Tagger, load
from training import latency
from training.corpora import Document
from training.metrics import RATES, calibration, count, error_kinds, table
from training.provenance import parameters

from .evaluation_data import Split

WEIGHTS = "model.safetensors"
REPEATS = 30  # of each file at each length
NOT_PRUNED = ("embed", "classifier")  # parts of the names of matrices that pruning leaves alone
THREADS = 2  # where no claim says how many


def measure(
    folder: Path, ledger: Ledger, splits: Mapping[str, Split], say: Callable[[str], None]
) -> dict[str, float]:
    """Claim id -> the number here, for the model that the folder holds and what of its claims can be
    measured on its files and the given splits. `say` is told what takes time.

    Raises EngineError when a file cannot be run.
    """
    name = ledger.subject
    model = ledger.models[name]
    here = dict(_files(folder, name, ledger))
    here |= _corpus(splits, model.labels)
    if model.task != "token-classification":
        return here
    threads = threads_of(ledger)
    there = [one for one in model.variants if (folder / one.file).is_file()]  # else the layout fails
    taggers = {one.name: load(folder, file=one.file, threads=threads) for one in there}
    for variant, tagger in taggers.items():
        for split, given in splits.items():
            if not ledger.find(model=name, variant=variant, split=split):
                continue
            prefix = f"{name}.{variant}.{split}"
            here |= scores(prefix, tagger, given.documents, model.labels, say)
    here |= _differences(ledger, here)
    say("latencies, all files in turn")
    here |= _latencies(name, taggers, _texts(ledger, splits), lengths(ledger, name))
    return here


def threads_of(ledger: Ledger) -> int:
    """The threads that the model's files were measured with."""
    used = [c.environment.threads for c in ledger.claims if c.environment and c.artifact]
    return used[0] if used else THREADS


def lengths(ledger: Ledger, name: str) -> list[int]:
    """Tokens of the texts that latencies were measured on."""
    timed = ledger.find(model=name, metric="latency", vs_model=None)
    return sorted({claim.id.length for claim in timed if claim.id.length})


def scores(
    prefix: str,
    tagger: Callable,
    documents: list[Document],
    labels: tuple[str, ...],
    say: Callable[[str], None],
) -> dict[str, float]:
    """Precision, recall and F1 of each type, micro and macro; calibration; kinds of error. Ids start
    with `prefix`."""
    found = []
    for number, document in enumerate(documents):
        if number % 100 == 0:
            say(f"{prefix}: {number} of {len(documents)} documents")
        found += tagger([document.text])
    gold = [document.spans for document in documents]
    rows = table(count(gold, found, labels).sum(axis=0))
    groups = [*map(slug, labels), "micro", "macro"]
    here = {
        f"{prefix}.{group}.{rate}": float(rows[row, column])
        for row, group in enumerate(groups)
        for column, rate in enumerate(RATES)
    }
    totals = error_kinds.kinds(gold, found).sum(axis=0)
    here |= {f"{prefix}.errors.{kind}": float(n) for kind, n in zip(error_kinds.KINDS, totals, strict=True)}
    bins = calibration.bins(gold, found).sum(axis=0)
    here[f"{prefix}.calibration.ece"] = float(calibration.error(bins))
    for index, values in enumerate(zip(bins[:, 0], *calibration.means(bins), strict=True)):
        for what, value in zip(("entities", "score", "precision"), values, strict=True):
            here[f"{prefix}.calibration.bins.{index}.{what}"] = float(value)
    return here


def _files(folder: Path, name: str, ledger: Ledger) -> Iterator[tuple[str, float]]:
    """Bytes, parameters, and the share of zeros among the weights of linear layers."""
    for variant in ledger.models[name].variants:
        if (folder / variant.file).is_file():
            yield f"{name}.{variant.name}.bytes", (folder / variant.file).stat().st_size
    if (folder / WEIGHTS).is_file():
        yield f"{name}.parameters", parameters(folder / WEIGHTS)
        share = sparsity(folder / WEIGHTS)
        if share is not None:
            yield f"{name}.sparsity", share


def sparsity(checkpoint: Path) -> float | None:
    """Share of zeros among the weights of the linear layers, the classification head left out, as
    pruning counts it; None for a model without such layers."""
    zeros = total = 0
    with safe_open(checkpoint, framework="numpy") as tensors:
        for name in tensors.keys():  # noqa: SIM118 (no mapping)
            matrix = len(tensors.get_slice(name).get_shape()) == 2
            if matrix and not any(part in name.lower() for part in NOT_PRUNED):
                weight = tensors.get_tensor(name)
                zeros += int((weight == 0).sum())
                total += weight.size
    return zeros / total if total else None


def _corpus(splits: Mapping[str, Split], labels: tuple[str, ...]) -> dict[str, float]:
    """Counts of documents and mentions."""
    here = {}
    for split, given in splits.items():
        here[f"corpus.{split}.documents"] = len(given.documents)
        for label in labels:
            mentions = sum(span.label == label for document in given.documents for span in document.spans)
            here[f"corpus.{split}.{slug(label)}.mentions"] = mentions
    return here


def _differences(ledger: Ledger, here: Mapping[str, float]) -> dict[str, float]:
    """One file's macro F1 minus another's, both of this model."""
    found = {}
    for claim in ledger.find(group="macro", metric="f1_difference"):
        model, variants = claim.id.model, (claim.id.variant, claim.id.vs_variant)
        if claim.id.vs_model == model:
            both = [here.get(f"{model}.{variant}.{claim.split}.macro.f1") for variant in variants]
            if None not in both:
                found[str(claim.id)] = both[0] - both[1]
    return found


def _latencies(
    name: str, taggers: Mapping[str, Tagger], texts: list[Document], wanted: list[int]
) -> dict[str, float]:
    """Median milliseconds of each file at each length, the files taking turns, and beside them how far other
    programs disturbed the timing."""
    here: dict[str, float] = {}
    for length in wanted:
        if any(length > tagger.window for tagger in taggers.values()):
            continue
        timing = latency.measure(taggers, texts, length, REPEATS)
        here[waited(name, length)] = timing.waited
        here |= {
            f"{name}.{variant}.latency.{length}.median": float(np.median(times))
            for variant, times in timing.milliseconds.items()
        }
    return here


def waited(name: str, length: int) -> str:
    """The id of how long this process's threads waited for a processor, in each second of the timing at a
    length."""
    return f"{name}.latency.{length}.waited"


def _texts(ledger: Ledger, splits: Mapping[str, Split]) -> list[Document]:
    """Texts to time: the test documents where they are given, else those of the ledger's examples."""
    if "test" in splits:
        return splits["test"].documents
    examples = dict.fromkeys(example.text for example in ledger.models[ledger.subject].examples)
    return [Document(id=str(number), text=text) for number, text in enumerate(examples)]


def claims_of(ledger: Ledger) -> list[Claim]:
    """The ledger's claims that are measurements: hyper-parameters are none."""
    return [claim for claim in ledger.claims if claim.aggregation != "setting"]
