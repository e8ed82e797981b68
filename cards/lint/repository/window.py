"""How much text fits into the model, in code and in words, against the positions in config.json."""

import re
from collections.abc import Iterator

from ...reading import Place
from ..finding import Finding, error, rule, warning
from ..subject import Subject
from .naming import without_code
from .own import is_own, own_names
from .snippets import snippets

# Models that count their positions from 2, so that two of them hold no token.
_FROM_TWO = (
    *("roberta", "xlm-roberta", "xlm-roberta-xl", "camembert", "longformer", "mpnet", "data2vec-text"),
    *("esm", "luke", "ibert", "roberta-prelayernorm", "xmod"),
)
_IN_CODE = re.compile(r"\b(?:max_length|model_max_length|max_seq_length)\s*=\s*(\d+)")
_NUMBER = r"(?P<{0}>\d{{1,3}}(?:[,  ]\d{{3}})+|\d+(?:\.\d+)?[ -]?[kK]\b|\d+)"
_UNIT = r"(?:sub-?word |input |word ?piece )?(?:tokens?|word ?pieces?|sub-?words?|positions)\b"
_LENGTH = r"(?:sequence|input|context)(?:[ -](?:length|window|size))"
_LONGEST = rf"(?:max(?:imum|\.)?|longest)\s+(?:{_LENGTH}|(?:input|text|sequence)(?=\W+[\d,]+ tokens))"
_READS = r"(?:reads|handles|accepts|supports|takes|processes)(?: (?:texts?|inputs?|notes?|sequences?) of)?"
_IN_WORDS = re.compile(
    rf"\b(?:up to|at most|as many as|maximum of|no more than|{_READS})\s+{_NUMBER.format('up')}[ -]{_UNIT}"
    r"(?!\s*(?:per|/|a|each|every)\b)"
    rf"|\b(?:{_LONGEST}|context (?:length|window|size))\**\s*"
    rf"(?:is|of|:|=|\|)\**\s*(?:full |up to )?{_NUMBER.format('length')}(?:[ -]{_UNIT})?",
    re.IGNORECASE,
)
_SELF = re.compile(r"(?:it|this model|the model|our model|its)\b", re.IGNORECASE)
# Words that tell of another model, of longer texts cut into parts, or of positions that can be stretched.
_OTHERWISE = re.compile(
    r"\b(?:base|teacher|original|unlike|whereas|than|windows? of|chunk\w*|split\w*|slid\w+"
    r"|strid\w*|overlap\w*|cut|truncat\w*|extend\w*|extrapolat\w*|rope|yarn|alibi|gpt\w*|llama\w*|training"
    r"|trained|corpus)\b",
    re.IGNORECASE,
)


@rule("code.window")
def in_code(subject: Subject) -> Iterator[Finding]:
    """No length in the code is beyond what the model's positions allow."""
    limit = _positions(subject)
    for snippet in snippets(subject) if limit else ():
        for found in _IN_CODE.finditer(snippet.code):
            if int(found[1]) > limit:
                line = snippet.line + snippet.code.count("\n", 0, found.start())
                right = f"at most {limit}, the positions in config.json"
                yield error("code.window", Place(subject.card, line, 1), found[0], right)


@rule("config.window")
def in_words(subject: Subject) -> Iterator[Finding]:
    """The length of text that a card promises fits into the model's positions."""
    limit = _positions(subject)
    text = without_code(subject.text) if limit else ""
    for found in _IN_WORDS.finditer(text):
        start = max(text.rfind(mark, 0, found.start()) for mark in ("\n", ". ", "; ")) + 1
        end = re.compile(r"[.;](?:\s|$)|\n").search(text, found.end())
        sentence = text[start : end.start() if end else len(text)].strip()
        if _tokens(found["up"] or found["length"]) > limit and not _OTHERWISE.search(sentence):
            certain = _of_itself(subject, sentence, found) and not _rotary(subject.files.config)
            report = error if certain else warning
            right = f"at most {limit:,}, the positions in config.json"
            yield report("config.window", subject.at(found.start()), " ".join(found[0].split()), right)


def _tokens(number: str) -> float:
    """The least number of tokens that may be meant."""
    plain = re.sub(r"[,  ](?=\d{3})", "", number)
    if plain[-1] in "kK":
        return (float(plain[:-1].rstrip(" -")) - 0.5) * 1000
    return float(plain)


def _of_itself(subject: Subject, sentence: str, found: re.Match) -> bool:
    """Whether a sentence begins with the model, or is a field of its own: "- **Context length:** 8k"."""
    plain = re.sub(r"^[\s>|*_-]+", "", sentence)
    if plain.startswith(re.sub(r"^[\s*]+", "", found[0])[:12]):
        return sentence.count("|") <= 3
    first = re.match(r"(?:the |our )?[\w.-]+", plain.replace("*", "").replace("`", ""), re.IGNORECASE)
    return bool(_SELF.match(plain)) or bool(first and own_names(subject) and is_own(subject, first[0]))


def _positions(subject: Subject) -> int | None:
    """Tokens that fit into the model, where its positions limit them."""
    config = subject.files.config if subject.files else {}
    limit = config.get("max_position_embeddings")
    stretched = config.get("rope_scaling") or config.get("position_biased_input") is False  # as DeBERTa's
    if not isinstance(limit, int) or limit < 8 or stretched:
        return None
    return limit - 2 if config.get("model_type") in _FROM_TWO else limit


def _rotary(config: dict) -> bool:
    """Whether its positions are angles, which can be stretched when the model is loaded."""
    return any("rope" in key for key in config)
