"""What else a card calls the models that it names: "the teacher", "the student", "the mini model"."""

import re
from collections.abc import Iterator
from itertools import pairwise

from .document import Document, Table
from .vocabulary import Mention, Vocabulary

_ROLES = ("teacher", "student")
_ROLE = re.compile(r"teacher|student", re.IGNORECASE)
# "BioBERT teacher", "Wren XL (teacher)", "Wren, a small student": a name, then what it is to the others.
_IS_ROLE = re.compile(
    r"\s+(?:(?:xl|large|base|small|tiny|mini|lite)\s*)?\(?\s*(?:the |our )?"
    r"|,?\s+(?:is\s+)?(?:a|an|the|our|its)\s+"
    r"(?:(?!\b(?:from|by|with|of|than|for|to|and|whose|that|which|as)\b)[^.,;:()]){0,50}",
    re.IGNORECASE,
)
# "teacher (BioBERT)", "Teacher: BioBERT", "the teacher is BioBERT", "the teacher, BioBERT, ...".
_ROLE_IS = re.compile(r"\s*(?:\(|:|\bis\b|\bwas\b)\s*(?:the |a |an |our )?", re.IGNORECASE)
_COMMAS = re.compile(r",\s[^,.;]+[,.;]")
_DISTILLED = re.compile(
    r"\b(?:distill?ed\s+(?:down )?from|student(?: model)? of)\s+(?:a |an |the |our )?$", re.IGNORECASE
)
_Mentions = list[Mention]
# "Wren mini" beside "Wren XL": "the mini model" is the one.
_SIZED = re.compile(
    r"\W*(?P<name>[\w-]+?)[ -](?P<size>xl|xs|large|base|medium|small|tiny|mini|micro|nano|lite)\b",
    re.IGNORECASE,
)


def call_by_role(words: Vocabulary, document: Document) -> None:
    """The one name that a card says is its teacher, or its student, is that in all places."""
    tables = [_heads(words, block.table) for block in document.blocks if block.table]
    texts = [b.span.text for b in document.blocks if b.kind not in ("code", "table")]
    said = [head for heads in tables for head in heads]
    said += [(text, words.mentions(text)) for text in texts if _ROLE.search(text) or "istil" in text]
    title = next((b.span.text for b in document.blocks if b.level == 1), "")
    titled = words.mentions(title)
    own = {mention.value for mention in titled}
    names: dict[str, set[str]] = {role: set() for role in _ROLES}
    for text, mentions in said:
        for name, role in _pairs(text, mentions):
            names[role].add(name)
    names["teacher"] -= own  # on the teacher's own card its name stays what it is
    for heads in () if names["student"] else tables:  # the card's own model beside its teacher
        models = {m.value for _, mentions in heads for m in mentions if m.kind == "model"}
        if len(models) == 2 and "teacher" in models:
            names["student"] |= models & own
    if names["teacher"] and not names["student"]:  # of a card on one distilled model: its title
        names["student"] = {mention.value for mention in titled if mention.kind == "model"} - set(_ROLES)
    for role, named in names.items():
        both = names["teacher"] & names["student"]
        for name in named - both if len(named) == 1 else ():
            if not any(_tells_apart(heads, name, role) for heads in tables):
                words.call(name, role)


def call_by_size(words: Vocabulary, document: Document) -> None:
    """Of models whose names differ in a size, each is also "the mini model" and the like."""
    sizes: dict[str, dict[str, str]] = {}
    for block in document.blocks:
        for text, mentions in _heads(words, block.table) if block.table else ():
            models = [mention.value for mention in mentions if mention.kind == "model"]
            if models and (sized := _SIZED.match(text)):
                sizes.setdefault(sized["name"].lower(), {}).setdefault(sized["size"].lower(), models[0])
    for named in sizes.values():
        if len(set(named.values())) == len(named) > 1:
            for size, model in named.items():
                words.starts.add(size)
                words.phrases |= {(size, noun): ("model", model) for noun in ("model", "version")}


def _pairs(text: str, mentions: _Mentions) -> Iterator[tuple[str, str]]:
    """Names with the role that stands beside them."""
    models = [m for m in mentions if m.kind == "model"]
    for mention in models:
        if mention.value not in _ROLES and _DISTILLED.search(text[: mention.start]):
            yield mention.value, "teacher"
    for one, other in pairwise(models):
        between = text[one.end : other.start]
        if other.value in _ROLES and one.value not in _ROLES and _IS_ROLE.fullmatch(between):
            yield one.value, other.value
        elif one.value in _ROLES and other.value not in _ROLES:
            apposed = _COMMAS.fullmatch(text[one.end : other.end + 1])
            if apposed or _ROLE_IS.fullmatch(between):
                yield other.value, one.value


def _heads(words: Vocabulary, table: Table) -> list[tuple[str, _Mentions]]:
    """What the heads of a table's columns and rows name."""
    texts = [cell.text for cell in table.rows[0]] + [row[0].text for row in table.rows[1:500] if row]
    return [(text, words.mentions(text)) for text in texts]


def _tells_apart(heads: list[tuple[str, _Mentions]], name: str, role: str) -> bool:
    """Whether a table has a model by its name and another by its role, or two of one name."""
    found = [{(m.kind, m.value) for m in mentions} for _, mentions in heads]
    named = [frozenset(said - {("model", role)}) for said in found if ("model", name) in said]
    others = [said for said in found if ("model", role) in said and ("model", name) not in said]
    return len(set(named)) < len(named) or bool(named and others)
