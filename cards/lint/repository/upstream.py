"""The licence of a card against those of what it names as its base and data."""

import re
from collections.abc import Iterator

from ...ledger.licences import conflict, kind
from ..finding import Finding, error, rule, warning
from ..subject import Subject

_SAID = re.compile(
    r"\b(cc[- ]by[- ]nc(?:[- ](?:sa|nd))?[- ]\d\.\d|cc[- ]by[- ](?:sa|nd)[- ]\d\.\d"
    r"|[al]?gpl-[23]\.[01]|llama[- ]?[234](?:\.\d)?|gemma)\b(?: licen[cs]e| community licen[cs]e)?",
    re.IGNORECASE,
)
_ORIGIN = re.compile(
    r"\b(?:base model|teacher|corpus|data ?set|training data|trained on|fine-?tuned (?:on|from)|derived from"
    r"|initiali[sz]ed|distilled from)\b",
    re.IGNORECASE,
)
_ASKED = 5  # bases and data sets that are looked up on the Hub


@rule("licence.upstream")
def upstream(subject: Subject) -> Iterator[Finding]:
    """A card's licence grants no more than those of its base and data."""
    own = subject.matter.data.get("license")
    if not isinstance(own, str) or subject.ledger:
        return
    for where, name, licence, certain in _origins(subject):
        found = conflict(own, licence) if kind(licence) != "unknown" else None
        if found:
            report = error if found.severity == "error" and certain else warning
            right = "a licence that its sources allow"
            yield report("licence.upstream", where, f"{name}: {found.why}", right)


def _origins(subject: Subject) -> Iterator[tuple]:
    """(place, name, licence, whether it is surely the licence of an origin)."""
    if subject.commit:
        for key, repo_type in (("base_model", "model"), ("datasets", "dataset")):
            for value, place in subject.matter.all(key)[:_ASKED]:
                if isinstance(value, str) and (licence := subject.files.licence_of(value, repo_type)):
                    yield place, value, licence, True
    for sentence in re.finditer(r"[^.\n](?:[^.\n]|\.(?=\d))*", subject.text):
        said = _SAID.search(sentence[0])
        if said and _ORIGIN.search(sentence[0]):
            licence = re.sub(r"[ _]", "-", said[1].lower())
            yield subject.at(sentence.start() + said.start()), said[0], licence, False
