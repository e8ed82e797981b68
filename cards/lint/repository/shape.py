"""The shape of the model in words (layers, width, heads, vocabulary, classes) against config.json."""

import re
from collections.abc import Iterator

from ...reading.quantities import COUNT_WORDS
from ..finding import Finding, error, rule, warning
from ..subject import Subject
from .labelling import HEADS, config_labels, types
from .naming import without_code
from .own import own_names

_NUMBER = rf"(?P<{{0}}>\d{{{{1,3}}}}(?:,\d{{{{3}}}})+|\d+|{'|'.join(COUNT_WORDS)})(?![\d.,]*\s?[kK%]|\.\d)"
_IS = r"\**\s*(?:[:|=]|\b(?:of|is)\b)?\s*\**"
_FIELD_IS = r"\**\s*[:|=]\s*\**"  # "layers 6 to 11" are no number of layers
_PARTS = {
    "layers": (
        ("num_hidden_layers", "n_layers", "num_layers", "n_layer"),
        r"\b{a}[ -](?:transformer |encoder |hidden )?layers?\b"
        rf"|\b(?:hidden |encoder |transformer )?layers{_FIELD_IS}{{b}}\b",
    ),
    "hidden size": (
        ("hidden_size", "dim", "d_model", "n_embd"),
        rf"\bhidden[ -](?:size|dim(?:ension)?s?|width){_IS}{{a}}\b|\b{{b}}[ -]hidden (?:units|dim\w*)",
    ),
    "attention heads": (
        ("num_attention_heads", "n_heads", "n_head"),
        rf"\b{{a}} attention heads\b|\battention heads{_FIELD_IS}{{b}}\b",
    ),
    "vocabulary": (("vocab_size",), rf"\bvocab(?:ulary)?(?: size)?{_IS}{{a}}\b(?P<b>)"),
    "labels": (
        (),
        r"\b{a} (?:output )?(?:labels|classes)\b"
        rf"|\b(?:number of |output )?(?:labels|classes){_FIELD_IS}{{b}}\b(?=\s*(?:\||$))",
    ),
}
_SAID = {
    part: (keys, re.compile(said.format(a=_NUMBER.format("a"), b=_NUMBER.format("b")), re.I | re.MULTILINE))
    for part, (keys, said) in _PARTS.items()
}
_FRONT_MATTER = re.compile(r"---\n.*?\n---\n", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.;])\s+|\n")
# "- Layers: 6", "| Architecture | BERT, 6 layers |": said of the model itself, in a line of its own.
_FIELD = re.compile(
    r"\s*[-*+|]?\s*\**(?:number of |output |hidden )*(?:architecture|encoder|backbone|model(?: type| size)?"
    r"|layers|(?:attention )?heads|size|width|vocab\w*(?: size)?|labels|classes|entity types)\**\s*"
    r"[:|][^|]*\|?\s*",
    re.IGNORECASE,
)
# Words that tell of another model, or of some of the layers, labels and words that there are.
_OTHERWISE = re.compile(
    r"\b(?:base|teacher|original|unlike|whereas|than|from|first|last|top|bottom|lower|upper|every|each|per"
    r"|frozen|freez\w*|remov\w*|drop\w*|kept|keep\w*|cop\w+|added|new|more|fewer|extra|additional|linear"
    r"|dense|lstm|crf|gru|mlp|decoder|projection|convolution\w*|out of|of the|between|before|after|rare"
    r"|frequent|other|remaining|corpus|dataset|data set|annotat\w*)\b",
    re.IGNORECASE,
)
_PADDED = 0.01  # of a vocabulary, which may be filled up to a round number


@rule("config.shape")
def shape(subject: Subject) -> Iterator[Finding]:
    """Layers, width, heads, vocabulary and classes on the card are those of config.json."""
    if not subject.files or subject.ledger or subject.repo_type != "model":
        return
    text = without_code(subject.text)
    front = _FRONT_MATTER.match(text)
    start = front.end() if front else 0
    said: dict[str, list[tuple[int, re.Match, bool]]] = {part: [] for part in _SAID}
    for end in [*(m.end() for m in _SENTENCE.finditer(text, start)), len(text)]:
        for part, found in _shapes(subject, text[start:end]):
            said[part].append((start, found, bool(_FIELD.fullmatch(text[start:end]))))
        start = end
    for part, stated in said.items():
        yield from _compare(subject, part, stated)


def _shapes(subject: Subject, sentence: str) -> Iterator[tuple[str, re.Match]]:
    """The parts of the shape that a sentence gives once, unless it may speak of another model."""
    student = re.search(r"\bstudent\b", sentence, re.IGNORECASE) and "student" not in own_names(subject)
    for part, (_, pattern) in _SAID.items() if not student and not _OTHERWISE.search(sentence) else ():
        found = list(pattern.finditer(sentence))
        if len(found) == 1:
            yield part, found[0]


def _compare(subject: Subject, part: str, stated: list[tuple[int, re.Match, bool]]) -> Iterator[Finding]:
    """What a card says of one part of the shape; where some of it is right, the rest is of other models."""
    has = _labels(subject) if part == "labels" else _values(subject.files.config, _SAID[part][0])
    slack = _PADDED * max(has, default=0) if part == "vocabulary" else 0
    values = [_value(found["a"] or found["b"]) for _, found, _ in stated]
    fits = [any(abs(given - value) <= slack for value in has) for given in values]
    for (start, found, field), fit in zip(stated, fits, strict=True):
        if has and not fit and (field or not any(fits)):
            shown, right = " ".join(found[0].split()), f"{has[0]:,}, as in config.json"
            place = subject.at(start + found.start())
            yield (error if field else warning)("config.shape", place, shown, right)


def _values(config: dict, keys: tuple[str, ...]) -> list[int]:
    return [value for key in keys if isinstance(value := config.get(key), int)][:1]


def _labels(subject: Subject) -> list[int]:
    """How many labels a card may count: all, those of entities, or types."""
    heads = subject.files.config.get("architectures") or ()
    labels = config_labels(subject)
    if not labels or not any(str(head).endswith(HEADS) for head in heads):
        return []
    entities = len(types(labels))
    return [len(labels), len(labels) - 1, entities, entities + 1, 2 * entities + 1]


def _value(written: str) -> int:
    return COUNT_WORDS[written.lower()] if written.isalpha() else int(written.replace(",", ""))
