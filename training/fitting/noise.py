"""Noise: documents made to read like hurried notes, for models that shall read such.

Every draw depends on seed and document id alone; a document has the same noise in every epoch, since teachers
label the very text that the student reads.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence

from ..corpora.document import Document
from .editing import Edit, apply

TYPOS = 0.05  # share of the words of five letters and more
HABIT = 0.5  # share of the places where a dose is glued or shorthand is used
WIDTHS = (60, 90)  # characters of a wrapped line, at most
SHORTHAND = {
    "atrial fibrillation": "AF",
    "blood pressure": "BP",
    "by mouth": "po",
    "chronic kidney disease": "CKD",
    "congestive heart failure": "CHF",
    "coronary artery disease": "CAD",
    "daily": "qd",
    "deep vein thrombosis": "DVT",
    "diabetes mellitus": "DM",
    "diagnosis": "dx",
    "fracture": "fx",
    "heart rate": "HR",
    "history": "hx",
    "hours": "hrs",
    "hypertension": "HTN",
    "intravenous": "IV",
    "myocardial infarction": "MI",
    "orally": "po",
    "patient": "pt",
    "patients": "pts",
    "shortness of breath": "SOB",
    "symptoms": "sx",
    "treatment": "tx",
    "twice daily": "bid",
    "urinary tract infection": "UTI",
    "with": "w/",
    "without": "w/o",
    "year-old": "yo",
    "years": "yrs",
}
_WORD = re.compile(r"[A-Za-z]{5,}")
_PHRASE = re.compile(rf"\b({'|'.join(sorted(SHORTHAND, key=len, reverse=True))})\b", re.IGNORECASE)
_DOSE = re.compile(r"(?<=[A-Za-z]{3})(\s+)[0-9]+(?:\.[0-9]+)?(\s*)(?:mc?g|g|ml|iu|units?|mEq|mmol|%)(?!\w)")


def add_noise(document: Document, kinds: Sequence[str], share: float, seed: int) -> Document:
    """Make a document noisy, or leave it as it is.

    Args:
        document: the document.
        kinds: names of KINDS.
        share: how likely it is made noisy.
        seed: with its id, what the draw depends on.
    """
    draw = random.Random(f"noise {seed} {document.id}")
    if draw.random() >= share:
        return document
    for kind in kinds:
        document = apply(document, KINDS[kind](document.text, draw))
    return document


def typos(text: str, draw: random.Random) -> Iterator[Edit]:
    """Two letters change places, or one is lost or doubled; the first of a word stays."""
    for word in _WORD.finditer(text):
        if draw.random() < TYPOS:
            place = draw.randrange(word.start() + 1, word.end() - 1)
            first, second = text[place], text[place + 1]
            yield Edit(place, place + 2, draw.choice([second + first, second, first + first + second]))


def glued_doses(text: str, draw: random.Random) -> Iterator[Edit]:
    """A name, its dose and the unit are written as one word: metformin500mg."""
    for dose in _DOSE.finditer(text):
        if draw.random() < HABIT:
            yield from (Edit(dose.start(gap), dose.end(gap), "") for gap in (1, 2) if dose[gap])


def shorthand(text: str, draw: random.Random) -> Iterator[Edit]:
    """Words are abbreviated as clinicians do."""
    for phrase in _PHRASE.finditer(text):
        if draw.random() < HABIT:
            yield Edit(phrase.start(), phrase.end(), SHORTHAND[phrase[0].lower()])


def line_wraps(text: str, draw: random.Random) -> Iterator[Edit]:
    """Lines end at a width of the document's own, wherever that is in a sentence or mention."""
    width, begun, last = draw.randint(*WIDTHS), 0, None
    for place, character in enumerate(text):
        if character == "\n":
            begun, last = place + 1, None
        elif character == " ":
            last = place
        if place - begun >= width and last is not None:
            yield Edit(last, last + 1, "\n")
            begun, last = last + 1, None


KINDS: dict[str, Callable[[str, random.Random], Iterator[Edit]]] = {
    "typos": typos,
    "glued_doses": glued_doses,
    "shorthand": shorthand,
    "line_wraps": line_wraps,
}
