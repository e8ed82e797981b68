"""Whether a statement is about the model of the card's own repository."""

import re
from functools import lru_cache

from ..subject import Subject

_VARIANTS = {
    "int8": r"int8|uint8|q8|8-?bit|quanti[sz]ed",
    "fp16": r"fp16|float16|half|bf16",
    "fp32": r"fp32|float32|full",
}
_BEFORE = re.compile(r"^.*?\b(?:card (?:for|of)|welcome to|introducing|introduction to)\b", re.IGNORECASE)
# Names of architectures, which stand first in the names of many models.
_FAMILIES = (
    r"bert|gpt|llama|mistral|mixtral|gemma|electra|longformer|bart|pegasus|mpnet|minilm|qwen|falcon|bloom"
    r"|clip|whisper|wav|distil|tiny|small|base|large|model|clinical|medical|biomed|bio|multilingual|deep"
)
_FILLER = re.compile(r"\b(?:onnx|model|file|version|variant|export|the|our|this|safetensors|pytorch)\b")


@lru_cache(maxsize=1)
def own_names(subject: Subject) -> set[str]:
    """What the card calls its model, letters and digits only."""
    names = {subject.repo_id, subject.folder.name if subject.files else None}
    index = subject.matter.data.get("model-index")
    if isinstance(index, list) and len(index) == 1 and isinstance(index[0], dict):
        names.add(index[0].get("name"))
    title = next((b.span.text for b in subject.reading.document.blocks if b.kind == "heading"), "")
    names.add(re.sub(_BEFORE, "", re.split(r"[:(,–—]", title)[0]))
    names.update(re.findall(r"\(`?([\w./-]+)`?\)", title))
    names.add(_nickname(subject))
    if not any("teacher" in str(name).lower() for name in names):
        names.add("student")  # of a pair, the one that cards are made for
    return {plain for name in names if name and (plain := _plain(str(name).rpartition("/")[2]))}


def _nickname(subject: Subject) -> str | None:
    """The first word of the repository's name, where no other model on the card begins with it."""
    name = (subject.repo_id or (subject.folder.name if subject.files else "")).rpartition("/")[2].lower()
    first = re.match(r"[a-z]{4,}(?![a-z])", name)
    if not first or re.search(_FAMILIES, first[0]):
        return None
    bases = [str(value).rpartition("/")[2].lower() for value, _ in subject.matter.all("base_model")]
    spoken = {re.sub("|".join(_VARIANTS.values()), " ", s.subject or "") for s in subject.reading.statements}
    others = {_plain(words) for words in spoken if words.startswith(first[0])} - {first[0], _plain(name)}
    return None if others or any(base.startswith(first[0]) for base in bases) else first[0]


def is_own(subject: Subject, named: str | None) -> bool:
    """Whether the subject of a statement is the card's own model, in any variant."""
    if named in (None, "model"):
        return True
    words = _FILLER.sub(" ", re.sub("|".join(_VARIANTS.values()), " ", named.lower()))
    return not words.strip() or _plain(words) in own_names(subject)


def own_variant(named: str | None) -> str | None:
    """The format that a subject names: "int8", "fp16" or "fp32"."""
    found = [name for name, words in _VARIANTS.items() if named and re.search(words, named.lower())]
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())
