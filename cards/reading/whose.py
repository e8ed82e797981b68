"""Whose number it is: the model that a sentence speaks of, the one beside a number, the one compared with."""

import re
from dataclasses import replace

from .meaning import Meaning, gather
from .sentences import Sentence, Stretch
from .vocabulary import QUANT, Mention

NAMES = ("model", "variant")
_FORMATS = {"fp32", "fp16", "bf16", "int8", "int4"}

# What stands before a model that others are compared with.
_REFERENCE = re.compile(
    r"\b(?:than|vs\.?|versus|against|(?:compared|relative|comparable|close|next) (?:to|with)|from|below"
    r"|above|behind|as|over|outperforms?|outperforming|beats?|like|into)\s+(?:that\s+of\s+|with\s+|for\s+)?"
    r"(?:the|its|their|our|a|an)?\s*(?:(?:much|full|larger|bigger|original|fine-tuned)\s+)*$",
    re.IGNORECASE,
)
# What stands between a number and the model that it belongs to: "39 ms for the teacher", "39 ms (teacher)".
_COPY = r"(?:version|variant|copy|distillation|checkpoint|descendant|fine-tune)s?\s+"
_PART_OF = re.compile(
    r"\b(?P<copy>" + _COPY + r")?of\s+(?:what\s+)?(?:the|its|their|our|a|an)?\s*$", re.IGNORECASE
)
_BELONGS = re.compile(
    r"(?:\b(?:for|by|with|of|on|in|from|using)\s+(?:the|its|our|a|an)?\s*|[(\[]\s*(?:the\s+)?|^[-\s]*(?:param\w*[-\s]+)?)$",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(r"\s*(?:file|model|version|variant|build|weights|checkpoint|one)?\s*\(\s*")
_BRACKETED = re.compile(r"\s*[(\[]\s*(?:the\s+)?", re.IGNORECASE)
_JOINED = re.compile(
    r"[\s()-]*(?:(?:version|file|variant|build|export|model|checkpoint|weights)\s+(?:of\s+)?(?:the\s+)?|in\s+)?",
    re.IGNORECASE,
)
# "Quantized to INT8, Wren takes ...": the step holds for what the sentence speaks of.
_OPENER = re.compile(
    r"\W*(?:quanti[sz]ed|pruned|after|with|in|as|once|when|exported)\b[^,;:]{0,60},", re.IGNORECASE
)
_COMPARED_FIRST = re.compile(
    r"\W*(?:compared|relative|next|against|unlike|in contrast|while|whereas)\b", re.IGNORECASE
)
_STEP_THEN_IT = re.compile(r"\W*\w+(?:\s+\w+){0,2},\s*it\b", re.IGNORECASE)
_PRONOUN = re.compile(r"\W*(?:it|its|this|that|these|they|at|with)\b", re.IGNORECASE)


def topic(sentence: Sentence, previous: Meaning) -> Meaning:
    """The model that a sentence speaks of: the first that it names before its numbers, or "it"."""
    stretches = sentence.stretches
    first = stretches[0].number.start if stretches else len(sentence.text)
    named = [m for m in _names(sentence.mentions) if not is_reference(sentence, m)]
    before = next((m for m in named if m.start < first), None)
    if before:
        found = full_name(sentence, before)
        if not found.model and _STEP_THEN_IT.match(sentence.text):
            return replace(found, model=previous.model)  # "Pruned, it takes ..."
        return found
    if _PRONOUN.match(sentence.text) or re.search(r"\bits?\b", sentence.text[:first], re.IGNORECASE):
        return previous if previous.subject else Meaning(model="model")
    if named and _COMPARED_FIRST.match(sentence.text):
        return full_name(sentence, named[0])  # "Compared with the teacher's 1.2 GB, Wren takes ..."
    own = next((m for m in named if m.start < stretches[0].end or len(stretches) == 1), None)
    return full_name(sentence, own) if own else Meaning()


def is_reference(sentence: Sentence, mention: Mention, compares: bool = False) -> bool:
    """Whether a model is named as the one that another is compared with, or that it comes from.

    compares: for a number that compares, "of the teacher" is one, too.
    """
    before = sentence.text[max(0, mention.start - 60) : mention.start]
    part = _PART_OF.search(before)
    return bool(_REFERENCE.search(before)) or bool(part and (compares or part["copy"]))


def beside(sentence: Sentence, stretch: Stretch, compares: bool) -> Meaning:
    """The model named in the words of a number; nothing when there is none."""
    if named := before_bracket(sentence, stretch):
        return full_name(sentence, named)
    bracketed = _BRACKETED.match(sentence.text, stretch.number.stop)
    if bracketed and (named := next((m for m in _names(stretch.after) if m.start == bracketed.end()), None)):
        return full_name(sentence, named)  # "0.84 (student)"
    for mention in reversed(_names(stretch.before)):
        if not (compares and is_reference(sentence, mention, compares)):
            return full_name(sentence, mention)
    for mention in _names(stretch.after):
        between = sentence.text[stretch.number.stop : mention.start]
        if not is_reference(sentence, mention, compares) and _BELONGS.search(between):
            return full_name(sentence, mention)
    return Meaning()


def before_bracket(sentence: Sentence, stretch: Stretch) -> Mention | None:
    """The model whose number stands in brackets: "the FP32 file (39 MB)"."""
    number = stretch.number.start
    named = _names(sentence.mentions)
    return next((m for m in named if _IN_BRACKETS.fullmatch(sentence.text, m.end, number)), None)


def only_compared(sentence: Sentence, said: Meaning) -> bool:
    """Whether the model of an earlier number was only named for comparison."""
    named = [m for m in _names(sentence.mentions) if m.value in (said.model, *said.variants)]
    return bool(named) and all(is_reference(sentence, mention) for mention in named)


def compared_with(sentence: Sentence, stretch: Stretch) -> Meaning:
    """The model behind "than", "of" or "compared with", nearest after the number first."""
    near = [m for m in _names(sentence.mentions) if stretch.number.stop <= m.start < stretch.number.stop + 60]
    for mention in (*near, *_names(sentence.mentions)):
        if is_reference(sentence, mention, compares=mention in near):
            named = full_name(sentence, mention)
            opening = _opening(sentence)  # "Pruned, it is faster than Wren": not than Wren pruned
            return replace(named, variants=named.variants - opening)
    return Meaning()


def with_format(named: Meaning, topic: Meaning) -> Meaning:
    """A format named alone is that of the model that the sentence speaks of: "Student: 45 MB in FP32"."""
    if (
        named.model
        or not any(v in _FORMATS or QUANT.fullmatch(v) for v in named.variants)
        or not topic.model
        or topic.variants
        or "." in topic.model
    ):
        return named
    return replace(named, model=topic.model)


def _names(mentions: tuple[Mention, ...]) -> list[Mention]:
    return [mention for mention in mentions if mention.kind in NAMES]


def full_name(sentence: Sentence, mention: Mention) -> Meaning:
    """A model with the names right beside it: "INT8 student", "student (INT8)"."""
    names = _names(sentence.mentions)
    first = last = names.index(mention)
    while first and _joined(sentence, names[first - 1], names[first]):
        first -= 1
    while last + 1 < len(names) and _joined(sentence, names[last], names[last + 1]):
        last += 1
    found = gather(names[first : last + 1])
    if found.model and not found.variants:
        found = replace(found, variants=_opening(sentence))
    return found


def _opening(sentence: Sentence) -> frozenset[str]:
    """The variants of an opening step, when it names no model."""
    opener = _OPENER.match(sentence.text)
    named = [m for m in _names(sentence.mentions) if opener and m.end <= opener.end()]
    return frozenset() if any(m.kind == "model" for m in named) else gather(named).variants


def _joined(sentence: Sentence, one: Mention, other: Mention) -> bool:
    if one.kind == other.kind == "model":
        return False
    if one.value == "quantized" and re.fullmatch(
        r"\s*(?:to|into|as|with)\s*", sentence.text[one.end : other.start]
    ):
        return True
    return bool(_JOINED.fullmatch(sentence.text, one.end, other.start))
