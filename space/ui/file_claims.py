"""Claims of a model's ledger about the very file that is loaded."""

from pathlib import Path
from typing import Any

from ..contract import Model

Claim = dict[str, Any]

QUALITY = (".test.micro.f1", ".test.macro.f1")
# Kinds of text, as ledgers name them, in the words of the page.
GENRES = {
    "abstracts": "research abstracts",
    "articles": "research articles",
    "clinical-notes": "clinical notes",
    "social-media": "texts of social media",
    "dialogue": "dialogues",
    "invented": "invented texts",
}


def claims(model: Model) -> list[Claim]:
    """Claims about the loaded file, in the ledger's order; empty without a ledger."""
    ledger = model.ledger or {"claims": []}
    artifacts = ((claim, claim.get("artifact") or {}) for claim in ledger["claims"])
    name = model.tagger.file.name
    return [
        claim
        for claim, artifact in artifacts
        if artifact.get("model") == ledger["subject"] and Path(artifact["file"]).name == name
    ]


def qualities(model: Model) -> list[Claim]:
    """Micro and macro F1 on test data, of the file as it ships: without rules it is "bare" in the id."""
    found = (claim for claim in claims(model) if claim["id"].endswith(QUALITY))
    return [claim for claim in found if ".bare." not in claim["id"]]


def meaning_of_scores(model: Model) -> str:
    """What a score tells, in a sentence: a probability where its ledger says on what it was fitted."""
    ledger = model.ledger or {"claims": [], "subject": None}
    fitted = f"{ledger['subject']}.calibration.temperature"
    for claim in ledger["claims"]:
        if claim["id"] == fitted:
            return f"0.80: about 80 of 100 such entities were right, on {claim['n']} documents not trained on"
    return "Higher is surer; a score is no probability"


def claimed_times(model: Model) -> dict[int, dict[str, float]]:
    """Tokens of a text -> {"median": ms, "p95": ms}, from ids such as student.int8.latency.128.p95; those
    that other programs disturbed are left out, since nothing is compared with them."""
    found: dict[int, dict[str, float]] = {}
    for claim in claims(model):
        _, _, kind, *rest = claim["id"].split(".")
        if kind == "latency" and "disturbed" not in claim:
            found.setdefault(int(rest[0]), {})[rest[1]] = claim["value"]
    return found


def genre(model: Model) -> str | None:
    """On what kind of text the model was trained and tested, in words; None where its ledger does not say."""
    found = dict.fromkeys((claim.get("data") or {}).get("genre") for claim in claims(model))
    named = [GENRES[name] for name in found if name in GENRES]
    return " and ".join(named) if named else None
