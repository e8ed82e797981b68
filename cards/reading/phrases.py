"""Claims in words, without a number of their own: "no loss", "faster than", "never leaves the device"."""

import re
from collections.abc import Iterator

from . import whose
from .document import Block, Document
from .meaning import SCORES, Meaning
from .sentences import Sentence, sentences
from .statement import Phrase
from .vocabulary import Vocabulary

_SCORE = r"(?:accuracy|performance|quality|F1|precision|recall|scores?|effectiveness)"
_CLAIMS = {
    "no loss": r"\b(?:no|zero|without(?: any)?|not any)\s+(?:(?:measurable|real|significant|noticeable"
    r"|visible|accuracy|performance|quality|f1)\s+)*(?:loss|drop|degradation|decrease|penalty|decline)\b(?!\s+function)"
    rf"|\bwithout\s+(?:losing|sacrificing|compromising|hurting|degrading|giving up|affecting)\b"
    rf"|\bloss-?less(?:ly)?\b|\bsame {_SCORE}\b|\bidentical {_SCORE}\b|\bunchanged {_SCORE}\b"
    rf"|\bno {_SCORE} (?:is|was|has been|gets) (?:lost|sacrificed)\b|\b(?:loses?|lost) nothing\b"
    rf"|\b{_SCORE}\s+(?:is|are|remains?|stays?)\s+(?:the same|unchanged|identical|fully preserved|intact)\b"
    r"|\b(?:does|do|did)(?: not|n't)\s+(?:lose|degrade|sacrifice|hurt|reduce|drop|affect)\b"
    rf"|\b(?:preserv|retain|keep|maintain)\w*\s+(?:full|all|all of)\s+(?:the |its |of )*(?:teacher'?s? )?"
    rf"{_SCORE}\b|\bat no cost\b|\bfull {_SCORE} (?:is )?(?:kept|retained|preserved)\b",
    "faster": r"\b(?:faster|quicker)\b(?!-[a-z])|\bspeeds? up\b",
    "slower": r"\bslower\b",
    "smaller": r"\b(?:smaller|lighter|more compact|fewer parameters)\b",
    "larger": r"\b(?:larger|bigger|heavier) than\b",
    "smallest": r"\b(?:the|our) (?:smallest|lightest|most compact)\b",
    "fastest": r"\b(?:the|our) (?:fastest|quickest)\b(?!\s+(?:\w+\s+)?(?:took|takes|was|needed|needs|\d))",
    "best": r"\bstate[- ]of[- ]the[- ]art\b|\bSOTA\b|\bbest[- ](?:performing|in[- ]class)\b"
    r"|\b(?:the|our) best (?:model|results?|f1|scores?|accuracy|variant|version|system)\b"
    r"|\boutperforms? (?:all|every|any)\b|\bhighest f1\b",
    "better": r"\b(?:outperform(?:s|ed|ing)?|better than|beats?|surpass(?:es|ed)?|more accurate|exceeds)\b",
    "worse": r"\b(?:worse than|less accurate|underperforms?)\b",
    "on device": r"\bon[- ]device\b"
    r"|\b(?:runs?|works?|running)\s+(?:\w+\s+){0,2}(?:locally|offline|in (?:your|the) browser)\b"
    r"|\bno (?:server|cloud|internet)\b|\bentirely in (?:your|the) browser\b",
    "private": r"\bnever leaves?\b|\b(?:does|do)(?: not|n't) leave\b|\bprivacy[- ]preserving\b|\bHIPAA\b"
    r"|\bno (?:data|text|phi|patient data|information)\b[^.]{0,30}"
    r"\b(?:sent|leaves|transmitted|uploaded|stored)\b"
    r"|\bstays? (?:on|in) (?:your|the) (?:device|machine|computer|browser)\b",
    "real time": r"\breal[- ]time\b",
}
_CLAIM = re.compile(
    "|".join(f"(?P<{kind.replace(' ', '_')}>{words})" for kind, words in _CLAIMS.items()), re.I
)
# A claim that is hedged, denied or asked is none.
_HEDGED = re.compile(
    r"\b(?:may|might|could|would|can|if|whether|should|aims?|goals?|unless|not|no|never|isn't|expect\w*"
    r"|neither|nor|hope\w*|try|tries|want\w*|how much|instead of|rather than|depend\w*)\b[^.;:]{0,40}$",
    re.IGNORECASE,
)
_OF_OTHERS = re.compile(
    r"\b(?:other|others?'?|(?:one|some|among)(?: of)?(?: the)?|previous|prior|existing|earlier|close to|near"
    r"|comparable to|competitive with|on par with|approaching|vs\.?|versus)\s+(?:the |current )*$",
    re.IGNORECASE,
)
_OWN_NUMBER = re.compile(
    r"(?<!\w)\d[\d.,]*\s?(?:x|×|%|times|-?fold|percent|points?)?[\s-]*(?:\w+\s+)?$|\b(?:twice|times|half|thirds?)\s+(?:as\s+)?$",
    re.I,
)
_COMPARING = ("faster", "slower", "smaller", "larger", "better", "worse")
_OF = {
    "faster": "latency",
    "slower": "latency",
    "smaller": "size",
    "larger": "size",
    "smallest": "size",
    "fastest": "latency",
}


def read_phrases(
    block: Block, document: Document, words: Vocabulary, context: Meaning, passage: int
) -> list[Phrase]:
    """The claims of one heading, paragraph or list item; `passage` is that of its first sentence."""
    if not _CLAIM.search(block.span.text):
        return []
    found, topic = [], Meaning()
    for number, sentence in enumerate(sentences(block.span.text, block.span.start, words)):
        own = whose.topic(sentence, topic)
        topic = own if own.subject else topic
        found += _claims(sentence, own if own.subject else context, document, passage + number)
    return found


def _claims(sentence: Sentence, topic: Meaning, document: Document, passage: int) -> Iterator[Phrase]:
    asked = sentence.text.rstrip().endswith("?")
    for match in () if asked else _CLAIM.finditer(sentence.text):
        kind = match.lastgroup.replace("_", " ")
        before = sentence.text[: match.start()]
        absolute = kind in ("no loss", "private")
        if _HEDGED.search(before[-60:]) and not (absolute and not re.search(r"\bnot\b[^.;]{0,20}$", before)):
            continue
        if kind == "best" and _OF_OTHERS.search(before[-40:]):
            continue
        if kind in _COMPARING and _OWN_NUMBER.search(before[-25:]):
            continue
        subject = topic if topic.subject else _named_after(sentence, match.end())
        yield Phrase(
            kind=kind,
            shown=" ".join(match[0].split()),
            place=document.place(sentence.start + match.start()),
            subject=subject.subject,
            versus=_versus(sentence, match.end(), subject),
            of=_OF.get(kind) or _score(sentence),
            passage=passage,
        )


def _named_after(sentence: Sentence, end: int) -> Meaning:
    """The model right behind a claim: "a faster student"."""
    for mention in sentence.mentions:
        if (
            mention.kind in whose.NAMES
            and mention.start >= end
            and not sentence.text[end : mention.start].strip(" ,-")
        ):
            return whose.full_name(sentence, mention)
    return Meaning()


def _versus(sentence: Sentence, end: int, subject: Meaning) -> str | None:
    for mention in sentence.mentions:
        near = mention.kind in whose.NAMES and end <= mention.start < end + 60
        if near and mention.value not in (subject.model, *subject.variants):
            between = sentence.text[end : mention.start]
            if whose.is_reference(sentence, mention) or re.fullmatch(
                r"\s*(?:the|its|our|a|all)?\s*", between
            ):
                return whose.full_name(sentence, mention).subject
    return None


def _score(sentence: Sentence) -> str | None:
    named = [m.value for m in sentence.mentions if m.kind == "quantity" and m.value in SCORES]
    return named[0] if len(set(named)) == 1 else None
