"""Measures again every claim that the published files let us measure.

Scores are made by the functions that made the claims (`training.measuring`), and texts are tagged by the
engine with the very files of the repository.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from safetensors import safe_open

from cards.ledger import Claim, ClaimId, FolderLedger, Ledger, slug
from space.engine import Tagger, load
from training.corpora import Document
from training.corpora.document import Span
from training.measuring import decodings, latency
from training.measuring.decodings import Found
from training.measuring.metrics import RATES, calibration, error_kinds, of_types, table
from training.measuring.metrics.matching import OVERLAP, STRICT, Matching
from training.measuring.provenance import parameters

from .evaluation_data import Split

WEIGHTS = "model.safetensors"
REPEATS = 30  # of each file at each length
NOT_PRUNED = ("embed", "classifier")  # parts of the names of matrices that pruning leaves alone
THREADS = 2  # where no claim says how many

Gold = list[list[Span]]  # the mentions of each document


@dataclass(frozen=True)
class Measured:
    """The numbers here. waited: tokens of the timed texts -> see `latency.Timing`."""

    values: Mapping[ClaimId, float]
    waited: Mapping[int, float] = field(default_factory=dict)


def measure(
    folder: Path, ledger: FolderLedger, splits: Mapping[str, Split], say: Callable[[str], None]
) -> Measured:
    """Measure what of a model's claims can be measured on its files and the data given.

    Args:
        folder: The model's.
        ledger: The model's.
        splits: The data, see `evaluation_data.read_data`.
        say: Is told what takes time.

    Raises:
        EngineError: A file cannot be run.
    """
    name = ledger.subject
    model = ledger.models[name]
    values = dict(_file_figures(folder, ledger)) | dict(_corpus_counts(ledger, splits))
    if model.task != "token-classification":
        return Measured(values)
    threads = threads_of(ledger)
    there = [one for one in model.variants if (folder / one.file).is_file()]  # else the layout fails
    taggers = {one.name: load(folder, file=one.file, threads=threads) for one in there}
    for variant, tagger in taggers.items():
        for place, given in splits.items():
            scored = ledger.find(model=name, variant=variant, vs_model=None)
            claimed = [claim for claim in scored if claim.id.place == place]
            if claimed:
                values |= _scores(ledger, claimed, tagger, given.documents, say)
    values |= dict(_differences(ledger, values))
    say("latencies, all files in turn")
    own = splits.get(ledger.own_test(name))
    texts = own.documents if own else _examples(ledger)
    waited: dict[int, float] = {}
    for length in lengths(ledger):
        if all(length <= tagger.window for tagger in taggers.values()):
            timing = latency.measure(taggers, texts, length, REPEATS)
            waited[length] = timing.waited
            for variant, times in timing.milliseconds.items():
                values[median_latency(name, variant, length)] = float(np.median(times))
    return Measured(values, waited)


def threads_of(ledger: FolderLedger) -> int:
    """The threads that the model's files were measured with."""
    used = [claim.environment.threads for claim in ledger.claims if claim.environment and claim.artifact]
    return used[0] if used else THREADS


def lengths(ledger: FolderLedger) -> list[int]:
    """Tokens of the texts that latencies were measured on."""
    found = ledger.find(model=ledger.subject, metric="latency", vs_model=None)
    return sorted({claim.id.length for claim in found if claim.id.length is not None})


def median_latency(model: str, variant: str, length: int) -> ClaimId:
    """The id of a file's median latency on texts of `length` tokens."""
    return ClaimId(model, variant=variant, metric="latency", length=length, statistic="median")


def _scores(
    ledger: FolderLedger,
    claimed: Sequence[Claim],
    tagger: Tagger,
    documents: list[Document],
    say: Callable[[str], None],
) -> dict[ClaimId, float]:
    """What a ledger claims of one file on one split, measured here."""
    score = claimed[0].id.replace(decoding=None, topic=None, bin=None, group=None, metric="f1")
    labels, metrics = tuple(ledger.annotated(claimed[0])), {claim.id.metric for claim in claimed}
    matchings = [one for one in (STRICT, OVERLAP) if f"{one.prefix}f1" in metrics]
    values = scores(score, tagger, documents, labels, say, matchings)
    if any(claim.id.decoding for claim in claimed):
        say(f"{score.model}, {score.variant}, {score.place}: without rules, without temperature")
        values |= _otherwise(score, tagger, documents, labels, values)
    return values


def scores(
    score: ClaimId,
    tagger: Callable[[list[str]], Found],
    documents: list[Document],
    labels: tuple[str, ...],
    say: Callable[[str], None],
    matchings: Sequence[Matching] = (STRICT,),
) -> dict[ClaimId, float]:
    """Precision, recall and F1 of each type, micro and macro; calibration; kinds of error.

    `score` is the id of any score of the file on these documents; others differ from it by group and metric.
    """
    found: Found = []
    for number, document in enumerate(documents):
        if number % 100 == 0:
            say(f"{score.model}, {score.variant}, {score.place}: {number} of {len(documents)} documents")
        found += of_types(tagger([document.text]), labels)
    gold = of_types((document.spans for document in documents), labels)
    totals = error_kinds.kinds(gold, found).sum(axis=0)
    here = {
        score.replace(topic="errors", metric=kind): float(total)
        for kind, total in zip(error_kinds.KINDS, totals, strict=True)
    }
    for matching in matchings:
        here |= _rates(score, gold, found, labels, matching)
    return here | _calibration(score, gold, found)


def _otherwise(
    score: ClaimId,
    tagger: Tagger,
    documents: list[Document],
    labels: tuple[str, ...],
    shipped: Mapping[ClaimId, float],
) -> dict[ClaimId, float]:
    """Scores without the model's rules, and what these add to macro F1; calibration without temperature."""
    gold, here = of_types((document.spans for document in documents), labels), {}
    others = decodings.others(tagger, [document.text for document in documents])
    found = {way: of_types(each, labels) for way, each in others.items()}
    if "bare" in found:
        here = _rates(score.replace(decoding="bare"), gold, found["bare"], labels)
        macro = score.replace(group="macro", decoding="bare")
        here[macro.replace(metric="f1_difference")] = shipped[macro.replace(decoding=None)] - here[macro]
    if "uncalibrated" in found:
        here |= _calibration(score.replace(decoding="uncalibrated"), gold, found["uncalibrated"])
    return here


def _rates(
    score: ClaimId, gold: Gold, found: Found, labels: tuple[str, ...], matching: Matching = STRICT
) -> dict[ClaimId, float]:
    rows = table(matching.count(gold, found, labels).sum(axis=0), matching.rates)
    return {
        score.replace(group=group, metric=f"{matching.prefix}{rate}"): float(rows[row, column])
        for row, group in enumerate((*labels, "micro", "macro"))
        for column, rate in enumerate(RATES)
    }


def _calibration(score: ClaimId, gold: Gold, found: Found) -> dict[ClaimId, float]:
    bins = calibration.bins(gold, found).sum(axis=0)
    error = score.replace(topic="calibration", metric="ece")
    here = {error: float(calibration.error(bins))}
    for index, means in enumerate(zip(bins[:, 0], *calibration.means(bins), strict=True)):
        for metric, value in zip(("entities", "score", "precision"), means, strict=True):
            here[error.replace(bin=index, metric=metric)] = float(value)
    return here


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


def _file_figures(folder: Path, ledger: FolderLedger) -> Iterator[tuple[ClaimId, float]]:
    """Bytes, parameters, and the share of zeros among the weights of linear layers."""
    name = ledger.subject
    for variant in ledger.models[name].variants:
        if (folder / variant.file).is_file():
            size = (folder / variant.file).stat().st_size
            yield ClaimId(name, variant=variant.name, metric="bytes"), size
    if (folder / WEIGHTS).is_file():
        yield ClaimId(name, metric="parameters"), parameters(folder / WEIGHTS)
        share = sparsity(folder / WEIGHTS)
        if share is not None:
            yield ClaimId(name, metric="sparsity"), share


def _corpus_counts(ledger: Ledger, splits: Mapping[str, Split]) -> Iterator[tuple[ClaimId, float]]:
    """Counts of documents and mentions."""
    for claim in ledger.find(model="corpus"):
        given = splits.get(str(claim.id.place))
        if given and claim.id.metric == "documents":
            yield claim.id, len(given.documents)
        elif given and claim.id.metric == "mentions":
            labels = [slug(span.label) for document in given.documents for span in document.spans]
            yield claim.id, labels.count(str(claim.id.group))


def _differences(ledger: FolderLedger, here: Mapping[ClaimId, float]) -> Iterator[tuple[ClaimId, float]]:
    """One file's macro F1 minus another's, both of this model."""
    for claim in ledger.find(group="macro", metric="f1_difference"):
        pair = claim.id
        if pair.model == pair.vs_model and claim.split:
            score = ClaimId(pair.model, variant=pair.variant, split=claim.split, group="macro", metric="f1")
            other = score.replace(variant=pair.vs_variant)
            if score in here and other in here:
                yield pair, here[score] - here[other]


def _examples(ledger: FolderLedger) -> list[Document]:
    """The texts of the ledger's examples, to time where no documents are given."""
    texts = dict.fromkeys(example.text for example in ledger.models[ledger.subject].examples)
    return [Document(id=str(number), text=text) for number, text in enumerate(texts)]
