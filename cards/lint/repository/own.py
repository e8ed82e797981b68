"""Whether a statement is about the model of the card's own repository."""

import re

from ..subject import Subject

_VARIANTS = {
    "int8": r"int8|uint8|q8|8-?bit|quanti[sz]ed",
    "fp16": r"fp16|float16|half|bf16",
    "fp32": r"fp32|float32|full",
}
_FILLER = re.compile(r"\b(?:onnx|model|file|version|variant|export|the|our|this|safetensors|pytorch)\b")


def own_names(subject: Subject) -> set[str]:
    """What the card calls its model, letters and digits only."""
    names = {subject.repo_id, subject.folder.name if subject.files else None}
    index = subject.matter.data.get("model-index")
    if isinstance(index, list) and len(index) == 1 and isinstance(index[0], dict):
        names.add(index[0].get("name"))
    title = next((b.span.text for b in subject.reading.document.blocks if b.kind == "heading"), "")
    names.add(re.split(r"[:(,–—]", title)[0])
    if not any("teacher" in str(name).lower() for name in names):
        names.add("student")  # of a pair, the one that cards are made for
    return {plain for name in names if name and (plain := _plain(str(name).rpartition("/")[2]))}


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
