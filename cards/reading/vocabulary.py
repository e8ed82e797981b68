"""The words that cards use: metrics, statistics, models, splits, data sets, what is counted.

A mention is a phrase of a text with one meaning. Names that only one card uses (its models, entity
types and corpora) are learned from the card by `names`.
"""

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml

# Kinds: quantity, statistic, group, model, variant, dataset, split, condition, counted, direction, none.
# "none" are phrases that hide a word of another meaning ("batch size" is no size).


@dataclass(frozen=True)
class Mention:
    start: int
    end: int
    kind: str
    value: str


_WORD = re.compile(r"[vV]\d+(?:\.\d+)+(?!\w)|[^\W_]+")
_VERSION = re.compile(r"v\d{1,2}(?:\.\d+)*")
# A bare "q4" is a format; a quarter ("Q4 2024") and a question ("Q4:") are none.
_BITS = re.compile(r"(?i:q[2-8])(?![\w.:-]|\s+(?:19|20)\d\d\b)")
_GAP = re.compile(r"[ \t\r\n\-_/'’‑–]{0,6}")
_LONGEST = 5  # words in a phrase

_MODEL_NAME = re.compile(
    r"(?=\w*(?:bert|gpt|llama|mistral|gemini|claude|electra|deberta|minilm|qwen|gemma|lstm|spacy|stanza|flair|longformer"
    r"|luke|xlnet|gliner|mixtral|falcon|whisper|yolo|resnet|vit|distil\w{3,}|t5)\w*)(?!\w*(?:distillation|distilled|distilling))\w+",
    re.IGNORECASE,
)
_NAME_PREFIX = re.compile(
    r"(?!(?:non|pre|fine|the|post)-)(?:[A-Za-z0-9]+-){1,3}(?=\w*(?:bert|gpt|electra|lstm|llama|minilm|t5|whisper))",
    re.IGNORECASE,
)
_NAME_TAIL = re.compile(
    r"(?:[-_ ](?:base|large|small|tiny|mini|medium|crf|v\d+(?:\.\d+)*|turbo|cased|uncased|xl|sm|md|lg)\b"
    r"|\s*\(\d+-layer\b)+",
    re.IGNORECASE,
)
_HYPHENATED = re.compile(r"[-_]([A-Za-z0-9]+(?:\.\d+)*)(?![A-Za-z0-9])")
_ADJECTIVES = frozenset(
    [
        "based",
        "like",
        "style",
        "sized",
        "derived",
        "level",
        "specific",
        "only",
        "trained",
        "tuned",
        "led",
        "to",
        "the",
        "and",
    ]
)
FILE_NAME = re.compile(
    r"[\w.-]+(?:/[\w.-]+)*\.(?:onnx|safetensors|gguf|bin|pth?|tflite|h5|msgpack)\b", re.IGNORECASE
)
# What llama.cpp calls its quantizations: "Q4_K_M", "IQ3_XS".
QUANT = re.compile(r"(?<![A-Za-z0-9])I?Q\d_(?:\d|[A-Z]{1,3})(?:_[A-Z]{1,3})?(?![A-Za-z0-9])", re.IGNORECASE)
_SHORT_F = re.compile(r"\b(F)\s*[=:]\s*(?=0?\.\d|\d\d\.\d)")  # "F=.87"
_SHORT_PR = re.compile(r"\b([PR])\s*[=:]?\s*(?=0?\.\d|\d\d\.\d)")
_LETTERS = {"P": "precision", "R": "recall"}
_WORDS_FILE = Path(__file__).with_name("words.yaml")


def _plural(word: str) -> str:
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


@dataclass
class Vocabulary:
    """Phrases, as tuples of lower-case words, and what each means."""

    phrases: dict[tuple[str, ...], tuple[str, str]] = field(default_factory=dict)
    starts: set[str] = field(default_factory=set)

    def learn(self, phrase: str, kind: str, value: str | None = None, plural: bool = False) -> None:
        """Add a phrase unless its words have a meaning already."""
        words = tuple(match[0].lower() for match in _WORD.finditer(phrase))
        for form in {words, (*words[:-1], _plural(words[-1])) if plural and words else words}:
            if form and len(form) <= _LONGEST and form not in self.phrases:
                self.phrases[form] = (kind, value if value is not None else " ".join(words))
                self.starts.add(form[0])

    def call(self, name: str, value: str) -> None:
        """Let all phrases of a model mean another: "BioBERT", where that is the teacher."""
        self.learn(name, "model")
        for words, meaning in self.phrases.items():
            if meaning == ("model", name):
                self.phrases[words] = ("model", value)

    def mentions(self, text: str) -> list[Mention]:
        """All mentions in order; of phrases that overlap, the one that begins first, then the longest."""
        found = [Mention(*match.span(), "model", match[0].lower()) for match in FILE_NAME.finditer(text)]
        found += [Mention(*match.span(1), "quantity", "f1") for match in _SHORT_F.finditer(text)]
        letters = list(_SHORT_PR.finditer(text))
        if {match[1] for match in letters} == {"P", "R"}:  # "88.4 (P 90.1, R 84.9)"
            found += [Mention(*m.span(1), "quantity", _LETTERS[m[1]]) for m in letters]
        found += [
            Mention(*match.span(), "variant", match[0].lower())
            for match in QUANT.finditer(text)
            if not any(file.start <= match.start() < file.end for file in found)
        ]
        for file in found:
            text = text[: file.start] + "|" * (file.end - file.start) + text[file.end :]
        words = [(match[0].lower(), match.start(), match.end()) for match in _WORD.finditer(text)]
        at = 0
        while at < len(words):
            length = self._longest(words, at, text) if words[at][0] in self.starts else 0
            if length:
                kind, value = self.phrases[tuple(word for word, _, _ in words[at : at + length])]
                mention = Mention(words[at][1], words[at + length - 1][2], kind, value)
            elif _VERSION.fullmatch(words[at][0]):
                mention = Mention(*words[at][1:], "variant", re.sub(r"(?:\.0)+$", "", words[at][0]))
            elif bits := _BITS.match(text, words[at][1]):
                mention = Mention(*bits.span(), "variant", bits[0].lower())
            elif not (mention := _name(text, words[at][1])):
                at += 1
                continue
            if mention.kind == "model":
                mention = self._with_tail(mention, text)
            found.append(mention)
            while at < len(words) and words[at][1] < mention.end:
                at += 1
        kept = [m for m in found if m.kind != "none" and not _is_part(m, text)]
        return sorted(kept, key=lambda mention: mention.start)

    def _with_tail(self, mention: Mention, text: str) -> Mention:
        """A name with what is hyphenated to it: "labsense-small", but not "student-int8" or "BERT-based"."""
        while tail := _HYPHENATED.match(text, mention.end):
            word, name = tail[1].lower(), text[mention.start : mention.end].lower()
            if (word,) in self.phrases or word in _ADJECTIVES:
                break
            # "Marlin" alone may stand for "Marlin-ADE", which "Marlin-base" is not.
            name = name if mention.value.startswith(f"{name} ") else mention.value
            mention = Mention(mention.start, tail.end(), "model", f"{name} {word}")
        return mention

    def _longest(self, words: list[tuple[str, int, int]], at: int, text: str) -> int:
        """How many words the longest phrase has that begins at a word; 0 when there is none."""
        known, phrase = 0, []
        for length in range(1, _LONGEST + 1):
            if at + length > len(words):
                break
            if length > 1 and not _GAP.fullmatch(text, words[at + length - 2][2], words[at + length - 1][1]):
                break
            phrase.append(words[at + length - 1][0])
            if tuple(phrase) in self.phrases:
                known = length
        return known


def _is_part(mention: Mention, text: str) -> bool:
    """Whether a word is of another thing: "faster" of "faster-whisper", the factors of "speed x accuracy"."""
    before, after = text[max(0, mention.start - 5) : mention.start], text[mention.end : mention.end + 5]
    if mention.kind == "direction":
        return bool(re.match(r"-[A-Za-z]", after))
    factor = re.match(r"\s*×\s*[A-Za-z]", after) or re.search(r"[A-Za-z]\s*×\s*$", before)
    return mention.kind == "quantity" and bool(factor)


def _name(text: str, at: int) -> Mention | None:
    """The name of a model or of a model's file that begins here."""
    prefix = _NAME_PREFIX.match(text, at)  # "tiny-derma-" of "tiny-derma-bert"
    name = _MODEL_NAME.match(text, prefix.end() if prefix else at)
    if not name:
        return None
    tail = _NAME_TAIL.match(text, name.end())
    end = tail.end() if tail else name.end()
    return Mention(at, end, "model", " ".join(word[0].lower() for word in _WORD.finditer(text, at, end)))


def common() -> Vocabulary:
    """What all cards share, read once from `words.yaml`."""
    shared = _common()
    return Vocabulary(dict(shared.phrases), set(shared.starts))


@cache
def _words() -> dict:
    return yaml.safe_load(_WORDS_FILE.read_text(encoding="utf-8"))


@cache
def filler() -> frozenset[str]:
    """Words that stand between two numbers of one kind without changing what they are."""
    return frozenset(_words()["filler"].split())


@cache
def _common() -> Vocabulary:
    vocabulary = Vocabulary()
    words = _words()
    for kind, values in words.items():
        if isinstance(values, dict):
            for value, phrases in values.items():
                for phrase in phrases.split("|"):
                    vocabulary.learn(phrase, kind, value)
    for number in range(10):
        vocabulary.learn(f"version {number}", "variant", f"v{number}")
    for name in words["datasets"].split("|"):
        vocabulary.learn(name, "dataset")
    for name in words["types"].split("|"):
        vocabulary.learn(name, "group", plural=True)
    return vocabulary
