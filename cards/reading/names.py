"""The names that a card gives to its own models, entity types and data sets, learned before it is read."""

import re
from collections.abc import Iterator

from .document import Block, Document, Table
from .front_matter import FrontMatter
from .heads import kind_under
from .meaning import gather
from .measured import OTHER
from .roles import call_by_role, call_by_size
from .vocabulary import Vocabulary, common, filler

_TAG = re.compile(r"\b[BIESLU]-([A-Za-z][A-Za-z_]{2,30})\b")
_TYPES_LINE = re.compile(
    r"\b(?:entit(?:y|ies)(?: types| labels| classes)?|labels|classes|categories)\b[^:.\n]{0,40}:\s*"
    r"(?P<names>[^.\n]{3,200})",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[A-Za-z][A-Za-z_-]*(?: [A-Za-z][A-Za-z_-]*){0,2}")
_TYPE_METRIC = re.compile(
    r"(?P<name>[A-Za-z][\w-]*(?: [A-Za-z][\w-]*)?)\s+(?:F1|F-score|precision|recall)\b[^A-Za-z]*"
)
_METRIC_TYPE = re.compile(
    r"\b(?:F1|precision|recall)\s*\((?P<name>[A-Za-z][\w -]{2,25})\)\s*[:=]"
    r"|^\s*(?P<first>[A-Z][\w-]+) (?:F1|precision|recall)\s*[:=]",
    re.MULTILINE,
)
# "Drug 0.95, Dosage 0.93, Reason 0.61": the names of a list of scores are types.
_SCORED = re.compile(r"(?:\b[A-Z][A-Za-z-]{2,20}:? (?:0?\.\d+|\d\d\.\d)\s?%?(?:,? and |, |; )?){3,}")
_SCORED_FOR = re.compile(
    r"(?:0?\.\d+|\d\d(?:\.\d|\s?%))\s?%? (?:(?:for|on) (?P<name>[A-Za-z][a-z]{2,19})(?=\s*[,.;]| and\b)"
    r"|\((?P<bracketed>[a-z]{3,20})\))"
)
_AVERAGED = re.compile(r"\b(?:macro|micro|overall|average[ds]?|mean)\b", re.IGNORECASE)
_METRIC = r"(?:F1|F-scores?|precision|recall|accuracy)"
_SCORE = r"(?:0?\.\d+|\d\d\.\d+|\d\d(?=\s?%))(?:\s?%)?"
_BETWEEN = r"(?:[,;]? and |[,;] )"
# "Drug F1 0.90, dose F1 0.70" and "F1 by type: ward 0.95, bay 0.83": lists of scores, each after its type.
_TYPED = re.compile(
    rf"(?:\b[A-Za-z][a-z-]{{2,20}}:? {_METRIC}(?: of| is| was)?\s*[:=]?\s*{_SCORE}{_BETWEEN}?){{2,}}"
    rf"|(?<=[:,] )(?:(?:for |on )?[A-Za-z][a-z-]{{2,20}} {_SCORE}{_BETWEEN}?){{2,}}",
    re.IGNORECASE,
)
_TYPED_NAME = re.compile(rf"(?P<name>[A-Za-z][a-z-]{{2,20}}):? (?:{_METRIC}\b|\d|\.)", re.IGNORECASE)
_SCORED_ITEM = re.compile(
    rf"\s*(?P<name>[A-Za-z][a-z-]{{2,20}}):\s+(?:{_METRIC}|P|R)\s*[:=]?\s*{_SCORE}", re.IGNORECASE
)
# "onco-ner-large" and, at the head of an item, "gastro-tag (66M): ..."
_SIZED_NAME = re.compile(
    r"(?<![\w/-])(?P<name>[a-z][a-z0-9]*(?:-[a-z0-9]+)*-(?:small|large|base|tiny|mini|lite|xl|xs))(?![\w/-])"
    r"|^\s*(?P<lead>[A-Za-z][\w-]{3,24})\s*\(\d+(?:\.\d+)?\s?[MB]\b",
    re.MULTILINE,
)
_CORPUS = re.compile(
    r"\bthe (?P<name>(?:[A-Z0-9][\w.-]*)(?:[ -][A-Z0-9][\w.-]*){0,3})\s+"
    r"(?:(?:held-out )?(?:test|dev|development|validation|train|training)\s+(?:set|split|data|portion)\b"
    r"|(?:test|dev)\b|data ?sets?\b|corpus\b|benchmark\b)"
    r"|\b(?:split|set|part|portion) of (?:the )?(?P<of>[A-Z][\w-]*[A-Z0-9][\w-]*)"
    r"|\bon (?:the )?(?P<on>[A-Z][\w-]*[A-Z0-9][\w-]*)\s*(?:\(|\||,?\s*(?:test|dev|validation)\b)"
)
# A proper name that does or is what models do and are.
_NAME = r"[A-Z][\w-]*[\w](?: (?:[A-Z]|v?\d)[\w.-]*)?"
_ACTS = re.compile(
    rf"(?<![\w-])(?P<name>{_NAME})(?:,[^,.]{{3,60}},)?\s+(?:has|reach\w*|takes?|achiev\w*|scores?|needs?"
    r"|gets?|keeps?|retains?|weighs|runs|loses|outperforms|beats|attains|trails|tags|finds"
    r"|is (?:a|an|the|our)|was (?:distilled|trained|fine-tuned|pruned|quantized|quantised))\b"
    rf"|\b(?:F1|accuracy|latency|size|precision|recall|parameters|AUROC) of (?P<of>{_NAME})"
    rf"|(?P<variant>{_NAME})(?= (?:INT8|FP32|FP16|int8|fp32|fp16)\b)"
    rf"|\b(?:distill?ed|derived|compressed) (?:from|into) (?P<source>{_NAME})"
    rf"|\b(?:than|versus|vs\.?|quantized|quantised|teacher,|student,"
    rf"|teacher is|student is|called|named) (?P<other>{_NAME})"
    rf"|\b[Tt]eacher \((?P<teacher>{_NAME})\)|\b[Ss]tudent \((?P<student>{_NAME})\)"
)
_MOST_WORDS = 200_000  # characters searched for names that act
_TITLE = re.compile(
    r"^(?:model card (?:for|of)|model|introducing|welcome to)\s+:?|\s+model card$", re.IGNORECASE
)
_NO_NAMES = frozenset(
    [
        "model",
        "type",
        "all",
        "total",
        "average",
        "other",
        "others",
        "mean",
        "none",
        "and",
        "entity",
        "label",
        "value",
        "test",
        "training",
        "eval",
        "dev",
        "validation",
        "train",
        "best",
        "final",
        "strict",
        "overall",
    ]
)
_TOOLS = frozenset(
    [
        "PubMed",
        "GitHub",
        "PyTorch",
        "HuggingFace",
        "WordPiece",
        "SentencePiece",
        "AdamW",
        "TensorFlow",
        "DrugBank",
        "MedLine",
        "JavaScript",
        "TypeScript",
        "LinkedIn",
        "BioCreative",
        "OpenAI",
        "DeepSpeed",
        "PySpark",
        "FastAPI",
        "OpenTelemetry",
        "PhysioNet",
        "MeSH",
        "RxNorm",
        "MacBook",
        "YouTube",
        "ArXiv",
        "PyPI",
        "ScispaCy",
        "WebGPU",
        "AutoTokenizer",
        "AutoModel",
        "PubTator",
        "SpaCy",
        "CrossEntropy",
        "LoRA",
    ]
)
_SIZED = re.compile(
    r"[- ](?:lite|small|tiny|mini|micro|nano|base|large|xl|xs|s|m|l|distil\w*|int8|q8|v\d+|klein|gross)$",
    re.IGNORECASE,
)
_AVERAGES = ("macro", "micro", "weighted")
_LONGEST = 40  # characters of a name


def learn(document: Document, front_matter: FrontMatter) -> Vocabulary:
    """The common vocabulary and the card's own names."""
    words = common()
    for name in front_matter.datasets:
        _learn(words, name.rpartition("/")[2], "dataset")
    for block in document.blocks:
        if block.table:
            _from_table(words, block.table)
        elif block.kind != "code":
            _from_text(words, block)
    _actors(words, document)
    _scored(words, document)
    for name in set(_TAG.findall(document.text)):
        _learn(words, name.replace("_", " "), "group", plural=True)
    call_by_role(words, document)
    call_by_size(words, document)
    return words


def _from_table(words: Vocabulary, table: Table) -> None:
    metrics = [bool(gather(words.mentions(row[0].text)).quantity) for row in table.rows[1:500] if row]
    if kind_under(table.rows[0][0].text) is None and sum(metrics) * 2 > len(metrics):
        averaged = any(gather(words.mentions(heading.text)).group in _AVERAGES for heading in table.rows[0])
        for heading in table.rows[0][1:]:
            if not words.mentions(heading.text):  # what is averaged are types
                _learn(words, heading.text, "group" if averaged else "model")
    for column, heading in enumerate(table.rows[0]):
        _corpora(words, f"{heading.text} |")
        kind = kind_under(heading.text)
        if kind in ("model", "group", "dataset"):
            for row in table.rows[1:500]:
                if column < len(row) and not words.mentions(row[column].text):
                    _learn(words, row[column].text, kind, plural=kind == "group")
        typed = _TYPE_METRIC.fullmatch(heading.text.strip())
        if typed and not words.mentions(typed["name"]):
            _learn(words, typed["name"], "group", plural=True)


def _from_text(words: Vocabulary, block: Block) -> None:
    text = block.span.text
    if block.kind == "heading" and block.level == 1:
        title = _TITLE.sub("", re.sub(r"[^\w .:/-]", "", text).strip()).strip()
        title = re.split(r"[:,] | [-–—] ", title)[0]
        if title and len(title.split()) <= 3 and not words.mentions(title):
            _learn(words, title, "model")
            first = re.split(r"[ -]", title)[0]
            if _SIZED.search(title):  # "Marlin-small" and "Marlin" are two
                _learn(words, first, "model")
            elif title != first and re.fullmatch(r"[A-Z]\w{3,}", first):  # "Marlin" for "Marlin-ADE"
                _learn(words, first, "model", title.lower().replace("-", " "))
        return
    for typed in _METRIC_TYPE.finditer(text):
        name = typed["name"] or typed["first"]
        if not words.mentions(name):
            _learn(words, name, "group", plural=True)
    for run in _SCORED.finditer(text):
        for name in re.findall(r"[A-Z][A-Za-z-]+", run[0]):
            if not words.mentions(name):
                _learn(words, name, "group", plural=True)
    scored = [match["name"] or match["bracketed"] for match in _SCORED_FOR.finditer(text)]
    if not _AVERAGED.search(text):  # "84.1 for Heron, 83.0 for Otter and 80.2 for Wren" may be of models
        scored = [name for name in scored if name.islower()]
    for name in scored if len(scored) > 2 else ():  # "F1=.95 for pain, .91 for toilet and .84 for food"
        if not words.mentions(name):
            _learn(words, name, "group", plural=True)
    for sized in _SIZED_NAME.finditer(text):
        if not words.mentions(sized["name"] or sized["lead"]):
            _learn(words, sized["name"] or sized["lead"], "model")
    for name in _types(text):
        if not words.mentions(name):
            _learn(words, name, "group", plural=True)
    _corpora(words, text)


def _actors(words: Vocabulary, document: Document) -> None:
    """Proper names that act as models do: "Orca has 335 million parameters"."""
    text = " ".join(b.span.text for b in document.blocks if b.kind in ("paragraph", "item"))[:_MOST_WORDS]
    lower = set(re.findall(r"\b[a-z][a-z-]+\b", text))
    inside = set(re.findall(r"(?<=[a-z,(] )[A-Z][\w-]*\w", text))  # capitalised within a sentence
    camel = re.findall(r"\b[A-Z][a-z]+[A-Z]\w*", text)
    for name in {name for name in camel if camel.count(name) > 1} - _TOOLS if len(camel) < 2000 else ():
        if not words.mentions(name):
            _learn(words, name, "model")
    for match in _ACTS.finditer(text):
        name = match[match.lastgroup]
        first = re.split(r"[ -]", name)[0]
        proper = name.split()[0] in inside or re.search(r"\d|[a-z][A-Z]|[A-Z]{2}", name)
        if proper and first.lower() not in lower and len(first) > 2 and not words.mentions(name):
            _learn(words, name, "model")


def _scored(words: Vocabulary, document: Document) -> None:
    """Names that no other pattern knew, in lists of scores: they are types, which set the scores apart."""
    items = [_SCORED_ITEM.match(b.span.text) for b in document.blocks if b.kind == "item"]
    names = [item["name"] for item in items if item]
    names = names if len(names) > 1 else []
    for block in document.blocks:
        if block.kind in ("paragraph", "item") and re.search(_METRIC, block.span.text, re.IGNORECASE):
            text = " ".join(block.span.text.split())
            names += [m["name"] for run in _TYPED.finditer(text) for m in _TYPED_NAME.finditer(run[0])]
    for name in names:
        if not words.mentions(name) and not OTHER.search(name):
            _learn(words, name, "group", plural=True)


def _corpora(words: Vocabulary, text: str) -> None:
    for corpus in _CORPUS.finditer(text):
        name = corpus["name"] or corpus["of"] or corpus["on"]
        if not words.mentions(name):
            _learn(words, name, "dataset")


def _types(text: str) -> Iterator[str]:
    for line in _TYPES_LINE.finditer(text):
        names = [part.strip() for part in re.split(r",|\band\b|\||/|;", line["names"])]
        if len(names) >= 2 and all(_LISTED.fullmatch(name) for name in names if name):
            yield from (name for name in names if name)


def _learn(words: Vocabulary, name: str, kind: str, value: str | None = None, plural: bool = False) -> None:
    name = " ".join(name.split())
    lower = name.lower()
    if (
        2 <= len(name) <= _LONGEST
        and lower not in _NO_NAMES
        and lower not in filler()
        and not lower.isdigit()
    ):
        words.learn(name, kind, value, plural=plural)
