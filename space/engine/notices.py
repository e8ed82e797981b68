"""Notices about a text to its reader: that it is not English, or that it is mostly shorthand.

A vocabulary holds the words of the texts that it was made from, and cuts others into pieces. So a text is
judged by four shares of its words: longer ones that the vocabulary holds whole, the commonest short words of
English, other short words, and words glued to digits and slashes. English of any kind has many of the first
two, another language few of them, and shorthand ("pt c/o sob x3d") little but the last two.
"""

import re
from dataclasses import dataclass
from typing import Literal

from tokenizers import Tokenizer

# A letter, then letters and whatever a script beyond the Latin one hangs on them.
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|[^\x00-\u02ff\u1680\u2000-\u303f\ud800-\udfff\uff00-\uff20])*")
_LATIN = re.compile(r"[a-z\u00b5\u00df-\u024f\u1e00-\u1eff]")
_GLUE = frozenset("0123456789/+-#&@()[]")  # as in "x3d", "c/o", "n-methyl"
_SHORT = 3  # letters
_PIECES, _PIECE = 20, 1000  # pieces of a longer text, of so many characters, tell as much as all of it

_PLAIN_WORDS = """
    a i an am as at be by do go he if in is it me my no of on or so to up us we all and any are but can day
    did due few for get got had has her him his how its let man may men new not now off old one our out per
    see she the too two use was who yes you
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())

_DOSE_WORDS = "mg ml mcg kg cm mm dl hg po iv im sc bid tid qid prn"  # they tell of no language
_DOSES = frozenset(_DOSE_WORDS.split())

# A vocabulary that cuts many of these was not made for English, and says nothing about a text.
_LONGER_WORDS = """
    about after also before been between both during each first found from group have into more most only
    other over some than that their there these this those time under used were when which with
"""
_LONGER = frozenset(_LONGER_WORDS.split())
_MADE_FOR_ENGLISH = 0.7  # a Unigram vocabulary may cut one in five


@dataclass(frozen=True)
class Notice:
    """What a reader should be told of a text.

    Attributes:
        kind: What the text is: of another language, or mostly shorthand.
        sentence: To be shown beside its result.
    """

    kind: Literal["language", "shorthand"]
    sentence: str


@dataclass(frozen=True)
class _Shares:
    """What the words of a text are like, each a share in [0, 1].

    known: longer words that the vocabulary holds whole, of all longer words. Of all words, plain: the
    commonest short ones of English; short: other short ones; glued: those beside digits, slashes and the
    like; foreign: short ones that are not glued, and longer ones with letters beyond a to z. latin: of all
    letters.
    """

    words: int
    letters: int
    known: float
    plain: float
    short: float
    glued: float
    foreign: float
    latin: float


def notice(tokenizer: Tokenizer, text: str) -> Notice | None:
    """Judge a text by the words that a model's vocabulary holds. Capitals make no difference.

    Args:
        tokenizer: The model's, as `load_tokenizer` returns it.
        text: The text.

    Returns:
        None where the text reads as English or is too short to tell, and where the vocabulary was not made
        for English.
    """
    shares = _shares(tokenizer, _sample(text).lower())
    if shares is None:
        return None
    if _is_shorthand(shares):
        return Notice(
            "shorthand",
            f"This text is mostly shorthand ({int(100 * shares.short)}% of its words are short forms), and "
            "the model can miss or misread what they stand for.",
        )
    if _is_foreign(shares):
        return Notice(
            "language",
            "This text does not look like English: the model's vocabulary holds only "
            f"{int(100 * shares.known)}% of its longer words, so much can be missed or misread.",
        )
    return None


# The thresholds were chosen on half of each: clinical notes, case reports, abstracts and encyclopedia
# articles in English, whole and in pieces of 60 to 300 characters, lists of drugs, and news in eleven other
# languages by one to four sentences, with the vocabularies of the bundled models and of their base.


def _is_shorthand(shares: _Shares) -> bool:
    # French and Spanish have nearly as many short words, but seldom beside digits and slashes.
    marked = shares.glued >= 0.08 or shares.short >= 0.6
    return (
        shares.words >= 8 and shares.latin > 0.5 and shares.short >= 0.45 and shares.plain <= 0.2 and marked
    )


def _is_foreign(shares: _Shares) -> bool:
    if shares.latin <= 0.5:
        return shares.letters >= 4 and shares.known <= 0.5
    # A list of drugs is as unknown, but holds none of the little words of another language.
    likeness = shares.known + shares.plain - shares.foreign
    return shares.words >= 10 and shares.foreign >= 0.1 and likeness <= 0.1


def _sample(text: str) -> str:
    """All of a text, or of a long one pieces from start to end: judging a megabyte would take a second."""
    if len(text) <= _PIECES * _PIECE:
        return text
    starts = [number * len(text) // _PIECES for number in range(_PIECES)]
    return " ".join(text[start : start + _PIECE] for start in starts)


def _shares(tokenizer: Tokenizer, text: str) -> _Shares | None:
    """text: in small letters. None without words, and for a vocabulary that was not made for English."""
    found = [match for match in _WORD.finditer(text) if match.group() not in _DOSES]
    words = [match.group() for match in found]
    whole = _whole(tokenizer, _LONGER.union(words))
    if not words or len(_LONGER & whole) < _MADE_FOR_ENGLISH * len(_LONGER):
        return None
    longer = [word for word in words if len(word) > _SHORT]
    short = [len(word) <= _SHORT and word not in _PLAIN for word in words]
    glued = [
        not _GLUE.isdisjoint(text[m.start() - 1 : m.start()] + text[m.end() : m.end() + 1]) for m in found
    ]
    accented = [len(word) > _SHORT and not word.isascii() for word in words]
    foreign = [a or (s and not g) for a, s, g in zip(accented, short, glued, strict=True)]
    letters = "".join(words)
    return _Shares(
        words=len(words),
        letters=len(letters),
        known=sum(word in whole for word in longer) / len(longer) if longer else 1.0,
        plain=sum(word in _PLAIN for word in words) / len(words),
        short=sum(short) / len(words),
        glued=sum(glued) / len(words),
        foreign=sum(foreign) / len(words),
        latin=len(_LATIN.findall(letters)) / len(letters),
    )


def _whole(tokenizer: Tokenizer, words: frozenset[str]) -> set[str]:
    """Those of `words` that are one token in the middle of a text, and not the unknown one."""
    unknown = {tokenizer.token_to_id(name) for name in ("[UNK]", "<unk>")}
    listed = list(words)
    encodings = tokenizer.encode_batch([f" {word}" for word in listed], add_special_tokens=False)
    return {
        word
        for word, encoding in zip(listed, encodings, strict=True)
        if len(encoding.ids) == 1 and encoding.ids[0] not in unknown
    }
