"""What templates see besides `number`: the ledger's records, ids of claims, and lists of what to show."""

import itertools
from collections.abc import Mapping

from ..ledger import ClaimId, FolderLedger, Labeler, LabelledCorpus, Ledger
from ..ledger.derived import length
from ..ledger.quoted import rows
from . import figures
from .card_map import Numbers
from .citations import citations
from .limits import corpus_limits, limits
from .snippets import usage
from .tasks import KINDS, File, files, headline, tables

VARIANT_TITLES = {
    "fp32": "ONNX FP32",
    "int8": "ONNX INT8",
    "fp16": "ONNX FP16, computed in full precision",
    "weights": "FP32 weights",
}


def of_model(ledger: FolderLedger, repos: Mapping[str, str], number: Numbers) -> dict[str, object]:
    """For the card of a model. Raises CardError."""
    name, model = ledger.subject, ledger.models[ledger.subject]
    latencies = sorted({length(claim) for claim in ledger.find(metric="latency", statistic="median")})
    return _of_any(ledger, repos) | {
        "some": lambda **fields: bool(ledger.find(model=name, **fields)),
        "model": model,
        "files": files(ledger, name),
        "headline": headline(ledger, name),
        "headline_of": KINDS[model.task].score,
        "score_title": KINDS[model.task].headline_title,
        "tables": tables(ledger, name, number),
        "titles": VARIANT_TITLES,
        "references": _references(ledger),
        # A card that shows one length shows all, so that a measurement left out fails the rendering.
        "latencies": latencies,
        "comparable_latencies": [tokens for tokens in latencies if not _is_disturbed(ledger, tokens)],
        "splits": _splits(ledger, "corpus"),
        "figures": figures.gather(ledger, name),
        "quoted": rows(ledger),
        "quoted_groups": list(dict.fromkeys(quoted.group for quoted in ledger.quoted)),
        "limits": limits(ledger, number),
        "examples": usage(model, repos[name]),
    }


def of_corpus(ledger: FolderLedger, repos: Mapping[str, str]) -> dict[str, object]:
    """For the card of a labelled corpus."""
    name, corpus = ledger.subject, ledger.datasets[ledger.subject]
    return _of_any(ledger, repos) | {
        "corpus": corpus,
        "splits": _splits(ledger, name),
        "agreements": _agreements(ledger, corpus, name),
        "hallucinating": _hallucinating(ledger, corpus, name),
        "judged": _judged(ledger, corpus, name),
        "limits": corpus_limits(ledger),
    }


def _of_any(ledger: FolderLedger, repos: Mapping[str, str]) -> dict[str, object]:
    return {
        "ledger": ledger,
        "name": ledger.subject,
        "repos": repos,
        "claim_id": ClaimId,
        "has": ledger.has,  # for what a recipe may leave out
        "settings": ledger.find(model=ledger.subject, topic="setting"),
        "citations": citations(ledger),
    }


def _agreements(ledger: Ledger, corpus: LabelledCorpus, name: str) -> list[tuple[str, str, ClaimId]]:
    """(labeler, other labeler, claim) of each two whose agreement was measured."""
    names = [labeler.name for labeler in corpus.labelers]
    found = (
        (one, other, ClaimId(name, topic="agreement", labeler=one, other=other, metric="f1"))
        for one, other in itertools.permutations(names, 2)
    )
    return [(one, other, claim) for one, other, claim in found if ledger.has(claim)]


def _hallucinating(ledger: Ledger, corpus: LabelledCorpus, name: str) -> list[Labeler]:
    """The labelers whose answers were counted against the texts."""
    counted = {claim.id.labeler for claim in ledger.find(model=name, metric="hallucinated")}
    return [labeler for labeler in corpus.labelers if labeler.name in counted]


def _judged(ledger: Ledger, corpus: LabelledCorpus, name: str) -> list[str]:
    """What was compared with people's labels: labelers, and their combination."""
    scored = {c.id.labeler for c in ledger.find(model=name, topic="gold", group="macro", metric="f1")}
    return [each for each in (*(labeler.name for labeler in corpus.labelers), "combined") if each in scored]


def _references(ledger: FolderLedger) -> list[File]:
    """The files that the model's are compared with: of its teacher, and of the model that it began with
    where that has the same task."""
    model = ledger.models[ledger.subject]
    names = [n for n in dict.fromkeys((model.teacher, model.parent)) if n and n in ledger.models]
    same = [name for name in names if ledger.models[name].task == model.task]
    return [File(name, ledger.models[name].variants[0], own=False) for name in same]


def _is_disturbed(ledger: Ledger, tokens: int) -> bool:
    """Whether other programs disturbed a median at this length."""
    timed = ledger.find(metric="latency", length=tokens, statistic="median")
    return any(claim.disturbed is not None for claim in timed)


def _splits(ledger: Ledger, name: str) -> list[str]:
    counted = ledger.find(model=name, metric="documents", topic=None)
    return [claim.id.split for claim in counted if claim.id.split]
