"""Corpora: any source of gold mentions (or of bare text) as lists of `Document`, by split.

Each module of `formats` turns one format into documents with the source's own labels; `splits` finds the
files, reads every split and maps the labels to the recipe's; `overlap` finds what measured splits hold too.
"""

from .apart import guard, set_apart
from .definition import Corpus
from .document import CorpusError, Document, Span
from .formats import READERS
from .formats.jsonl import sha256
from .location import check, fingerprint
from .splits import LeftOut, load

__all__ = [
    "READERS",
    "Corpus",
    "CorpusError",
    "Document",
    "LeftOut",
    "Span",
    "check",
    "fingerprint",
    "guard",
    "load",
    "set_apart",
    "sha256",
]
