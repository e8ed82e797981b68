"""The heads of a table's rows and columns: which words they hold, which unit, which ratio.

A head that no vocabulary knows is a name of the kind that its axis holds: of a model under "Model", of
an entity type beside known ones.
"""

import re
from dataclasses import dataclass, replace

from .meaning import SCORES, Meaning, gather
from .vocabulary import Mention, Vocabulary

# What the head of a column of names calls them.
_HEADINGS = {
    "model": r"models?|systems?|variants?|versions?|methods?|approach(?:es)?|names?|checkpoints?|files?"
    r"|formats?|config\w*|architectures?|backends?|runtimes?|quant\w*|modell|precision type"
    r"|engine|stage|step|setting",
    "group": r"entit\w+|entity types?|types?|class(?:es)?|labels?|tags?|categor\w+"
    r"|entity class(?:es)?|aggregation|averages?",
    "dataset": r"data ?sets?|corpus|corpora|benchmarks?|tasks?|data|evaluation data",
    "split": r"splits?|subsets?|partitions?|portions?|folds?",
    "ignored": r"date|rank|id|comments?|remarks?|descriptions?|links?|sources?|licen[cs]e"
    r"|references?|urls?|year",
    "condition": r"hardware|device|machine|processor|platform|language|domain|length|gpu|cpu|instance",
}
_HEADING = {kind: re.compile(rf"\W*(?:{words})\W*", re.IGNORECASE) for kind, words in _HEADINGS.items()}
# Columns of numbers that say under which conditions the rest of the row was measured.
_CONDITION_HEAD = re.compile(
    r"(?P<what>tokens|token|batch|threads?|length|epochs?|seeds?|beams?|k\b|rank|layers|concurren\w+|users|workers|steps"
    r"|temperature|cores|rate|hidden|heads|dim\w*|window|context)",
    re.IGNORECASE,
)
_HEAD_UNIT = re.compile(
    r"[(\[/,]\s*(?P<unit>ms|milliseconds|s|sec|seconds|µs|us|%|percent|pp|points|[KMGT]i?B|mb|gb|kb|bytes|x|×|M|B|millions?|billions?"
    r"|k|thousands?|texts/s|docs/s|samples/s)\s*[)\],↓↑]*\s*(?:[↓↑]|$|[)\]])",
    re.IGNORECASE,
)
_UNIT_NAMES = {
    "sec": "s",
    "seconds": "s",
    "milliseconds": "ms",
    "µs": "us",
    "percent": "%",
    "×": "x",
    "pp": "points",
    "bytes": "b",
}
_BARE_UNIT = re.compile(r"\b(?P<unit>ms|[KMG]i?B|MB)\b|(?P<percent>%)")
_SHORT_METRICS = {
    "p": "precision",
    "r": "recall",
    "f": "f1",
    "prec": "precision",
    "rec": "recall",
    "prec.": "precision",
    "rec.": "recall",
    "f₁": "f1",
    "acc.": "accuracy",
    "n": "count",
    "#": "count",
    "count": "count",
    "counts": "count",
    "number": "count",
    "speed": "latency",
    "time": "latency",
}
SPLITS = {"test": "test", "dev": "validation", "train": "train", "training": "train", "val": "validation",
           "valid": "validation", "eval": "validation", "testing": "test"}  # fmt: skip
_AT = re.compile(r"@\s?\d+|\btop[- ]?\d+", re.IGNORECASE)  # recall@5 is no recall
_SETTINGS = re.compile(
    r"\W*(?:(?:hyper\W?)?parameters?|settings?|arguments?|options?|config\w*)\W*", re.IGNORECASE
)
_UNREAD = re.compile(
    r"\bp\W?values?\b|,\s*p\W*$|wilcoxon|mann.?whitney|mcnemar|t-test|\bloss\b(?!.*f1)"
    r"|\bstd\b|\bsd\b|st(?:andard|\.)?\W?dev|variance|\bσ|\b(?:acc\w*|f1)\s+ratio\b",
    re.IGNORECASE,
)
_NEUTRAL = re.compile(
    r"\W*(?:value|score|result|results|measured|metric|metrics|metrik|figure|wert|notes?|property)?\W*", re.I
)

_SHARE_OF = re.compile(
    r"(?:%|\b(?:share|fraction|percent(?:age)?))\s*of\s+(?:the\s+|its\s+)?(?:teacher|base|original)",
    re.IGNORECASE,
)
_VERSUS = re.compile(r"\W*(?:vs\b|versus\b|against\b|(?:compared|relative) (?:to|with)\b)", re.IGNORECASE)
_NO_NAMES = {
    *(
        "the",
        "our",
        "a",
        "model",
        "models",
        "file",
        "files",
        "weights",
        "version",
        "format",
        "variant",
        "with",
    ),
    *(
        "and",
        "on",
        "in",
        "after",
        "before",
        "dynamic",
        "static",
        "post",
        "training",
        "aware",
        "optimized",
        "engine",
    ),
    *(
        "runtime",
        "cpu",
        "gpu",
        "this",
        "release",
        "per",
        "channel",
        "tensor",
        "step",
        "stage",
        "export",
        "exported",
    ),
}
_TYPE_HEAD = re.compile(
    r"\W*(?!best|final|exact|reported|published)([^\W\d_]{3,}(?:[ -][^\W\d_]{3,})?)"
    r"[- ]+(?:f1|precision|recall|[PRF])\W*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Head:
    """What the head of a row or column says."""

    text: str
    meaning: Meaning
    known: bool  # whether the vocabulary knew any of its words


def read_head(text: str, words: Vocabulary) -> Head:
    """The meaning of a head; short forms ("P", "R", "Test") hold in heads only."""
    plain = " ".join(text.split())
    mentions = words.mentions(plain)
    meaning = gather(mentions)
    bare = re.sub(r"[\s()%↓↑*:]+", " ", plain).strip().lower()
    short = re.sub(r"^(?:micro|macro|weighted)[- ](?:avg |average )?", "", bare) if meaning.group else bare
    if short in _SHORT_METRICS and not meaning.quantity:
        meaning = replace(meaning, quantity=_SHORT_METRICS[short])
    if not meaning.quantity and (last := re.search(r"\w[- ]([PRF])\W*$", plain)):
        meaning = replace(meaning, quantity=_SHORT_METRICS[last[1].lower()])  # "Drug P"
    for word in re.findall(r"[a-z]+", plain.lower()):
        if word in SPLITS and not meaning.split:
            meaning = replace(meaning, split=SPLITS[word])
    if meaning.variants and not (meaning.model or meaning.quantity or meaning.statistic):
        meaning = replace(meaning, model=_rest(plain, mentions))
    if plain.startswith("#") and not meaning.quantity:
        meaning = replace(meaning, quantity="count")
    if at := _AT.search(plain):
        meaning = replace(meaning, conditions=meaning.conditions | {at[0].lower().replace(" ", "-")})
    meaning = replace(meaning, unit=_unit_of(plain), name=plain, **_ratio_of(meaning, mentions, plain))
    if (_VERSUS.match(plain) or _SHARE_OF.search(plain)) and meaning.subject:
        meaning = replace(meaning, versus=meaning.subject, model=None, variants=frozenset())
    known = (
        bool(mentions) or meaning != Meaning(unit=meaning.unit, name=plain) or bool(_NEUTRAL.fullmatch(plain))
    )
    return Head(plain, meaning, known)


def _rest(text: str, mentions: list[Mention]) -> str | None:
    """The name that stands beside a variant: "robin" in "robin-int8"."""
    for mention in mentions:
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    names = [word for word in re.findall(r"[^\W_]+", text.lower()) if word not in _NO_NAMES]
    return " ".join(names) if names and any(len(name) > 2 for name in names) else None


def with_types(heads: list[Head]) -> list[Head]:
    """The heads of an axis, where "Place F1" beside "Person F1" is the F1 of a type too."""
    if not any(head.meaning.quantity in SCORES and head.meaning.group for head in heads):
        return heads
    return [
        replace(head, meaning=replace(head.meaning, group=name)) if (name := _type_of(head)) else head
        for head in heads
    ]


def with_whole_names(heads: list[Head]) -> list[Head]:
    """The heads of an axis of models, where "KD + prune" beside "KD" is a model of its own."""
    subjects = [head.meaning.subject for head in heads]
    texts = [re.sub(r"[^a-z0-9]+", " ", head.text.lower()).strip() for head in heads]
    lengths: dict[str | None, dict[str, int]] = {}  # of the texts that name one subject
    for subject, text in zip(subjects, texts, strict=True):
        lengths.setdefault(subject, {})[text] = len(text)
    longest = {subject: max(named.values()) for subject, named in lengths.items()}
    made = []
    for head, subject, text in zip(heads, subjects, texts, strict=True):
        said = head.meaning
        bare = said.model and not (
            said.quantity or said.group or said.statistic or said.conditions or said.split
        )
        if bare and len(lengths[subject]) > 1 and text != said.model and len(text) == longest[subject] < 40:
            head = replace(head, meaning=replace(said, model=text, variants=frozenset()))
        made.append(head)
    return made


def _type_of(head: Head) -> str | None:
    said = head.meaning
    parts = (said.group, said.model, said.variants, said.split, said.dataset, said.statistic, said.conditions)
    if said.quantity not in SCORES or any(parts):
        return None
    name = _TYPE_HEAD.fullmatch(head.text)
    return name[1].lower() if name else None


def kind_under(heading: str) -> str | None:
    """What the cells below a heading name, as far as the heading tells."""
    return next((kind for kind, pattern in _HEADING.items() if pattern.fullmatch(heading)), None)


def of_settings(heading: str) -> bool:
    """Whether a table lists the settings of a training."""
    return bool(_SETTINGS.fullmatch(heading))


def is_unread(*heads: str) -> bool:
    """Whether a row or column holds p-values, losses or the like, which are no statements of ours."""
    return any(_UNREAD.search(head) for head in heads)


def axis(heads: list[Head]) -> str | None:
    """What the unknown names of an axis are: of the kind of the known ones beside them."""
    kinds = {"model": 0, "group": 0, "dataset": 0, "split": 0}
    for head in heads:
        said = head.meaning
        if said.quantity is None:
            kinds["group"] += bool(said.group)
            kinds["model"] += bool((said.model or said.variants) and not said.group)
            kinds["dataset"] += bool(said.dataset and not said.model)
            kinds["split"] += bool(said.split and not said.dataset)
    best = max(kinds, key=lambda kind: kinds[kind])
    if kinds[best]:
        return best
    measured = [h for h in heads if h.meaning.quantity or h.meaning.statistic]
    return None if len(measured) * 2 > len(heads) else "model"


def named(text: str, kind: str | None, said: Meaning) -> Meaning:
    name = " ".join(re.findall(r"[^\W_]+(?:\.\d+)?", text.lower()))[:80]
    if not name:
        return said
    if kind == "condition" or kind is None:
        return replace(said, conditions=said.conditions | {name})
    return replace(said, **{kind: name})


def is_condition(head: Head) -> bool:
    said = head.meaning
    unmeasured = (
        said.quantity is None and said.statistic is None and not re.search(r"/\s?s|per sec", head.text)
    )
    return bool(unmeasured and not head.meaning.unit and _CONDITION_HEAD.search(head.text)) and not re.search(
        r"#|number|count|total|mention|train|test", head.text, re.IGNORECASE
    )


def condition(head: Head, value: str) -> str:
    what = "tokens" if "token" in head.text.lower() else _CONDITION_HEAD.search(head.text)["what"].lower()
    value = re.sub(r"(?<=\d),(?=\d{3}\b)", "", value)  # "8,192" is 8192 in prose
    return f"{value} {what}" if what in ("tokens", "threads") else f"{what} {value}"


def _ratio_of(meaning: Meaning, mentions: list[Mention], text: str) -> dict:
    """ "Smaller", "Faster", "F1 kept", "Δ F1", "Size reduction", "vs. teacher" in a head."""
    lower = text.lower()
    directions = {m.value for m in mentions if m.kind == "direction"}
    measured = [
        m.value
        for m in mentions
        if m.kind == "quantity" and m.value in (*SCORES, "size", "parameters", "latency")
    ]
    of = measured[0] if measured else "f1" if "f1" in lower else "accuracy" if "accuracy" in lower else None
    if "faster" in directions or meaning.quantity == "speed_up":
        return {"quantity": "speed_up", "of": of or "latency", "statistic": meaning.statistic}
    if directions & {"smaller"} or any(m.value == "reduction" and m.kind == "quantity" for m in mentions):
        if of == "latency":
            return {"quantity": "speed_up", "of": of}
        return {"quantity": "reduction", "of": "parameters" if "param" in lower else of or "size"}
    kept = any(m.value == "retention" and m.kind == "quantity" for m in mentions)
    if kept or _SHARE_OF.search(lower):
        return {"quantity": "retention", "of": of or "f1"}
    changed = any(m.value == "change" and m.kind == "quantity" for m in mentions)
    if changed or "Δ" in text or re.search(r"\bδ", lower):
        return {"quantity": "change", "of": of}
    return {}


def _unit_of(text: str) -> str:
    if rate := re.search(r"\b(\w+?)s?\s?(?:/|per )\s?s(?:ec(?:ond)?)?\b", text, re.IGNORECASE):
        return f"{rate[1].lower()}s/s"
    match = _HEAD_UNIT.search(text)
    if match:
        unit = match["unit"]
        if unit in ("M", "B") or unit.lower() in (
            "million",
            "millions",
            "billion",
            "billions",
            "k",
            "thousand",
            "thousands",
        ):
            return "*" + unit[0].lower().replace("t", "k")
        unit = unit.lower()
        return _UNIT_NAMES.get(unit, unit)
    bare = _BARE_UNIT.search(text)
    return ("%" if bare["percent"] else bare["unit"].lower()) if bare else ""
