"""What templates see besides `number`: the ledger's records, ids of claims, and lists of what to show."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial

from ..ledger import Claim, ClaimId, FolderLedger, Genre, Ledger
from ..ledger.derived import length, width
from ..ledger.quoted import rows
from . import figures
from .card_map import Numbers
from .citations import citations
from .snippets import usage
from .tasks import KINDS, Elsewhere, File, Table, elsewhere, files, headline, its_teachers, table

VARIANT_TITLES = {
    "fp32": "ONNX FP32",
    "int8": "ONNX INT8",
    "fp16": "ONNX FP16, computed in full precision",
    "weights": "FP32 weights",
}
GENRES: dict[Genre, str] = {
    "abstracts": "abstracts",
    "articles": "articles",
    "social-media": "texts of social media",
    "dialogue": "dialogues",
    "invented": "invented texts",
    "other": "texts of another kind",
}
LOSS = (  # settings that are the weight of a term, those of earlier versions too -> the term
    ({"ce", "alpha"}, "the cross-entropy with the annotations"),
    ({"kl", "alpha"}, "the Kullback-Leibler divergence from these probabilities, at the temperature"),
    ({"logits"}, "the squared difference of logits"),
    ({"hidden", "hidden_weight"}, "that of hidden states"),
    ({"attention", "attention_weight"}, "that of attention maps"),
    ({"patient"}, "that of hidden states scaled to one length"),
)
# A card says so of fewer documents, of more looks at the test split, and of a wider interval of a score.
THRESHOLDS = {"few_documents": 100, "many_looks": 5}
WIDE = 0.05


def of_model(ledger: FolderLedger, repos: Mapping[str, str], number: Numbers) -> dict[str, object]:
    """For the card of a model. Raises CardError."""
    name, model = ledger.subject, ledger.models[ledger.subject]
    latencies = sorted({length(claim) for claim in ledger.find(metric="latency", statistic="median")})
    shown, further, own = table(ledger, name, number), elsewhere(ledger, name), ledger.find(model=name)
    settings = ledger.find(model=name, topic="setting")
    return (
        _of_any(ledger, repos)
        | {
            "some": lambda **fields: bool(ledger.find(model=name, **fields)),
            "model": model,
            "files": files(ledger, name),
            "headline": headline(ledger, name),
            "headline_of": partial(KINDS[model.task].score, split=ledger.own_test(name)),
            "score_title": KINDS[model.task].headline_title,
            "unit": KINDS[model.task].unit,
            "table": shown,
            "elsewhere": further,
            "its_teachers": its_teachers(ledger, name),
            "terms": [
                said for names, said in LOSS if any(s.value and s.id.metric in names for s in settings)
            ],
            "titles": VARIANT_TITLES,
            "references": _references(ledger),
            # A card that shows one length shows all, so that a measurement left out fails the rendering.
            "latencies": latencies,
            "comparable_latencies": [tokens for tokens in latencies if not _is_disturbed(ledger, tokens)],
            "counts": _counts(ledger),
            "figures": figures.gather(ledger, name),
            "quoted": rows(ledger),
            "quoted_groups": list(dict.fromkeys(quoted.group for quoted in ledger.quoted)),
            "examples": usage(model, repos[name]),
        }
        | _limits(ledger, own, shown, further)
    )


@dataclass(frozen=True)
class Counted:
    """Something counted in a corpus; labels: that it annotates."""

    corpus: str
    labels: Collection[str]
    claim: ClaimId


def _counts(ledger: FolderLedger) -> dict[str, list[Counted]]:
    """What was counted in the corpora that the model used, by metric."""
    model, test = ledger.models[ledger.subject], ledger.claim(headline(ledger, ledger.subject)).data
    by_name = {source.name: source for source in ledger.sources}
    by_id = {source.id: source for source in reversed(ledger.sources)}  # ids without a name are the test's
    found: dict[str, list[Counted]] = {key: [] for key in ("documents", "overlaps", "ignored", "mended")}
    for claim in ledger.find(model="corpus", group=None):
        source = by_name.get(claim.id.data) if claim.id.data else by_id.get(test.id if test else "")
        if claim.id.metric in found and (source or not claim.id.data):
            labels = (source and source.labels) or model.labels
            found[claim.id.metric].append(Counted(source.id if source else "", labels, claim.id))
    return found


def _limits(
    ledger: FolderLedger, own: list[Claim], shown: Table, further: list[Elsewhere]
) -> dict[str, object]:
    """What the lines on limits are derived from."""
    scored = [
        ledger.claim(each) for each in (headline(ledger, ledger.subject), *(e.headline for e in further))
    ]
    ids = [cell.claim for row in shown.rows for cell in row.cells if cell and cell.metric != "perplexity"]
    ids += [score for each in further for _, *scores in each.rows for score in scores if score]
    wide = [claim for claim in map(ledger.claim, ids) if claim.interval and width(claim) > WIDE]
    medians = [claim for claim in own if claim.disturbed is not None and claim.aggregation == "median"]
    return {
        "thresholds": THRESHOLDS,
        "scored": scored,  # the claim that stands for the model, on each split that it was tested on
        "genres": {claim.data.genre for claim in scored if claim.data},
        "widest": max(wide, key=width).id if wide else None,
        "machines": [claim.environment for claim in own if claim.environment and claim.artifact],
        "disturbed": list({length(claim): claim for claim in medians}.values()),  # the files took turns
    }


def of_corpus(ledger: FolderLedger, repos: Mapping[str, str]) -> dict[str, object]:
    """For the card of a labelled corpus."""
    name, corpus = ledger.subject, ledger.datasets[ledger.subject]
    counted = {claim.id.labeler for claim in ledger.find(model=name, metric="hallucinated")}
    scored = ledger.find(model=name, topic="gold", group="macro", metric="f1")
    return _of_any(ledger, repos) | {
        "corpus": corpus,
        "splits": [
            claim.id.split
            for claim in ledger.find(model=name, metric="documents", topic=None)
            if claim.id.split
        ],
        "agreements": [claim.id for claim in ledger.find(model=name, topic="agreement", metric="f1")],
        "hallucinating": [labeler for labeler in corpus.labelers if labeler.name in counted],
        "judged": [claim.id.labeler for claim in scored],  # what was compared with people's labels
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
        "genre_names": lambda genres: sorted(GENRES[genre] for genre in genres),
    }


def _references(ledger: FolderLedger) -> list[File]:
    """The files that the model's are compared with: of its (first) teacher, and of the model that it began
    with, where that has the same task."""
    model = ledger.models[ledger.subject]
    names = [n for n in dict.fromkeys((model.teacher, model.parent)) if n and n in ledger.models]
    same = [name for name in names if ledger.models[name].task == model.task]
    return [File(name, ledger.models[name].variants[0], own=False) for name in same]


def _is_disturbed(ledger: Ledger, tokens: int) -> bool:
    """Whether other programs disturbed a median at this length."""
    timed = ledger.find(metric="latency", length=tokens, statistic="median")
    return any(claim.disturbed is not None for claim in timed)
