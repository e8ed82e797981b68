"""What a number in prose measures: told by its unit, by the words beside it, or by the number before it."""

import re
from dataclasses import dataclass, field, replace

from . import whose
from .meaning import SCORES, Meaning
from .quantities import Number
from .sentences import Sentence, Stretch
from .vocabulary import filler

# Words that make a number next to a metric's name one of something else.
OTHER = re.compile(
    r"\b(?:threshold|temperature|learning[ -]rate|lr|alpha|beta|dropout|decay|epochs?|seeds?|loss|kappa"
    r"|correlation|cost|price|co2\w*|kwh|energy|batch|warm-?up|weight|folds?|version|steps|patience|momentum"
    r"|kl|top[- ]?k|perplexity|rouge|bleu|wer|lambda|gamma|ratio|rank|bits?)\b",
    re.IGNORECASE,
)
_MEMORY = re.compile(
    r"\b(?:ram|memory|vram|gpu|cores?|corpus|dataset|data set|text|dump|bandwidth)\b", re.IGNORECASE
)
# "L40S (48 GB)": what a processor has.
_PROCESSOR = re.compile(
    r"\b(?:T4|P4|P40|[PV]100|A10G?|A16|A30|A40|A100|A800|A[456]000|L4|L20|L40S?|[BH][12]00|GH200|MI\d{3}X?"
    r"|(?:RTX|GTX|Tesla|Quadro|GeForce|Radeon|Jetson|Ryzen|EPYC|Xeon|MacBook|M[1-5] (?:Pro|Max|Ultra))"
    r"\b[\w -]{0,16})"
    r"(?:[ -](?:Ti|SXM\d?|PCIe|NVL))?[\s,(-]*(?:with\s+)?$"
)
# "the 95% bootstrap interval" says how sure a score is.
_LEVEL = re.compile(
    r"[\s-]*(?:(?:bootstrap|bootstrapped|percentile|confidence|credible|Wilson|BCa)\s+)*(?:intervals?|CIs?)\b",
    re.IGNORECASE,
)
_DATA = re.compile(r"\b(?:corpus|corpora|data ?sets?|training (?:set|data)|vocab\w*)\b", re.IGNORECASE)
# "Files bigger than 50 GB are split": of any file, none of the card's.
_LIMIT = re.compile(r"\b(?:if|when|files)\b[^.;]*\b(?:bigger|larger|smaller) than\s", re.IGNORECASE)
_MACHINE = re.compile(r"\s*(?:graphics )?(?:cards?|GPUs?|machines?|laptops?|phones?|Macs?)\b", re.IGNORECASE)
_DIFFERENCE = re.compile(r"\s*(?:larger|bigger|smaller|more|less|lighter|heavier|saved)\b", re.IGNORECASE)
_TIMED = re.compile(
    r"\b(?:inference|forward pass|tagging|prediction"
    r"|(?:per|an?|each|every) (?:text|document|note|report|sentence|request|call|sample|query"
    r"|recording|scan|image|page|patient|letter|question))\b",
    re.IGNORECASE,
)
_TRAINING = re.compile(
    r"\b(?:train\w*|fine-?tun\w*|load\w*|start\w*|timeout|budget|wait|download\w*|epoch)\b", re.IGNORECASE
)
_COUNT_GAP = re.compile(
    r"(?:\s+|-)(?:(?:of|them|these|those|were|are)\s+){0,3}(?:(?!per\b)\w[\w'-]*\s+){0,2}?", re.IGNORECASE
)
_IS = re.compile(r"\s*(?:\([^()]*\)\s*)?(?:[:=]|is|are|number)\s*")
_BY = re.compile(r"(?<!followed )\bby\s+(?:[^\W\d]+\s+)?[~≈]?$", re.IGNORECASE)
# "for wards", "on rare wards", and "Wards score" at the beginning: a part of what is scored, by its plural.
_PLURAL = r"(?P<part>[a-z-]{3,}(?<!s)s)"
_PART = re.compile(rf"\b(?:for|on|among)\s+(?:the\s+)?(?:(?P<which>[a-z-]+)\s+)?{_PLURAL}\b", re.IGNORECASE)
_SUBJECT = re.compile(
    rf"\W*{_PLURAL}\s+(?:score|reach|get|have|are|come|with|without|(?:short|long|old|young)er than)\b",
    re.IGNORECASE,
)
_HARDEST = re.compile(
    r"\b(?:hardest|easiest|weakest|strongest|worst|rarest)(?:\s+\w+)?\s+(?:type|class|label|category|entity)\b",
    re.IGNORECASE,
)
# "costs 0.4 F1 on notes and 0.9 on letters": the second is a difference, too
_AND_ANOTHER = re.compile(r"[^().;:]*\b(?:and|or)\s+(?:by\s+)?[~≈]?")
_GENRES = ("note", "text", "document", "abstract", "article", "sentence")
_WHOLE = re.compile(r"\b(?:the|all|our|clinical|medical|biomedical|these)\b", re.IGNORECASE)
_PLAINLY = re.compile(r"\s*(?:score|scores|value)?\s*(?:of|is|was|:|=|at)?\s*")


@dataclass
class Said:
    """What the numbers read so far in a sentence say: the ellipsis of the next ones."""

    last: Meaning = field(default_factory=Meaning)
    number: Number | None = None
    counted: str | None = None
    unit: str = ""  # of the last time
    score: Meaning = field(default_factory=Meaning)  # the last score, and how it was written
    score_number: Number | None = None
    change: Number | None = None  # the last difference of scores

    def only_filler(self, sentence: Sentence, stretch: Stretch) -> bool:
        """Whether all words before a number, mentions aside, may stand between numbers of one kind."""
        words = list(sentence.text[stretch.start : stretch.number.start])
        for mention in stretch.before:
            a, b = mention.start - stretch.start, mention.end - stretch.start
            words[a:b] = " " * (b - a)
        return all(word in filler() for word in re.findall(r"[^\W\d_]+", "".join(words).lower()))


def measured(sentence: Sentence, stretch: Stretch, own: Meaning, said: Said) -> Meaning | None:
    """`own`, what the words of the stretch say, with the quantity of its number; None when it is unclear."""
    number = stretch.number
    nearby = sentence.text[stretch.start : stretch.end]
    if re.search(r"\b(?:no|none|never)\b[^,;]*\b(?:less|more|fewer|below|above|under|over)\b", nearby):
        return None  # "no report took less than 23 ms"
    if number.unit == "%" and _LEVEL.match(sentence.text, number.stop):
        return None
    if number.unit in ("ms", "us"):
        return replace(own, quantity="latency")
    if number.unit in ("s", "min", "h"):
        measured_time = own.statistic in ("median", "p90", "p95", "p99")
        timed = (
            measured_time
            or "latency" in (own.quantity, said.last.quantity)
            or (number.unit == "s" and _TIMED.search(nearby))
        )
        return replace(own, quantity="latency") if timed and not _TRAINING.search(nearby) else None
    continued = number.unit == "" and own.statistic and not own.quantity and said.last.quantity == "latency"
    if continued and said.unit and said.only_filler(sentence, stretch):  # "35 ms (min 21, max 96)"
        return replace(own, quantity="latency", unit=said.unit)
    timed = said.last.quantity in ("latency", "throughput") and own.quantity is None and own.counted is None
    timed = timed and number.unit == "" and said.only_filler(sentence, stretch)
    if timed and _named_right_before(sentence, stretch):  # "the student takes 21 ms, the teacher 74"
        return replace(own, quantity=said.last.quantity, unit=said.unit)
    if number.unit.endswith("/s"):
        return replace(own, quantity="throughput", conditions=own.conditions | _rate_of(number))
    if re.fullmatch("[kmgt]?i?b", number.unit):
        difference = _DIFFERENCE.match(sentence.text, number.stop)  # "120 MB larger"
        memory = (_MEMORY.search(nearby) and own.quantity != "size") or _LIMIT.search(nearby)
        memory = memory or _DATA.search(nearby) or _MACHINE.match(sentence.text, number.stop)
        memory = memory or ("g" in number.unit and _PROCESSOR.search(sentence.text[: number.start]))
        return None if memory or difference else replace(own, quantity="size")
    if number.unit == "" and _is_parameters(sentence, stretch, own, said):
        return replace(own, quantity="parameters")
    countable = number.unit == "" and (number.whole or number.multiple) and not number.signed
    if countable and (counted := _counted(sentence, stretch, own, said)):
        return counted
    if number.multiple or number.unit not in ("", "%"):
        return None
    quantity = _score(sentence, stretch, own, said)
    return replace(own, quantity=quantity) if quantity else None


def _named_right_before(sentence: Sentence, stretch: Stretch) -> bool:
    named = [m for m in stretch.before if m.kind in ("model", "variant")]
    return (
        bool(named)
        and re.fullmatch(r"(?:['’]s)?\s*", sentence.text[named[-1].end : stretch.number.start]) is not None
    )


def _rate_of(number: Number) -> frozenset[str]:
    """Tokens per second are no texts per second."""
    return frozenset({"tokens"}) if number.unit.startswith("token") else frozenset()


def _is_parameters(sentence: Sentence, stretch: Stretch, own: Meaning, said: Said) -> bool:
    number, text = stretch.number, sentence.text
    if number.value < 1000 or (own.counted and own.quantity != "parameters"):
        return False
    if own.quantity == "parameters":
        return True
    if number.multiple not in ("m", "b"):
        return False
    if re.match(r"\s*(?:\w+\s+)?weights\b", text[number.stop :]):
        return True
    if said.last.quantity == "parameters" and own.quantity is None:
        return True
    before = next((m for m in reversed(stretch.before) if m.kind in ("model", "variant")), None)
    bracketed = before and re.fullmatch(r"\s*[(,:]\s*", text[before.end : number.start])
    if bracketed and re.match(r"\s*[),]", text[number.stop :]):
        return True  # "BERT-base (110M)"
    after = next((m for m in stretch.after if m.kind in ("model", "variant")), None)
    return bool(after and not text[number.stop : after.start].strip(" -"))  # "a 66M student"


def _counted(sentence: Sentence, stretch: Stretch, own: Meaning, said: Said) -> Meaning | None:
    number, text = stretch.number, sentence.text
    for mention in stretch.after:
        if mention.kind == "counted" or (mention.kind == "group" and said.counted):
            if not _COUNT_GAP.fullmatch(text, number.stop, mention.start):
                return None
            counted = mention.value if mention.kind == "counted" else own.counted or "mention"
            return replace(own, quantity="count", counted=counted)
        if mention.kind not in ("group", "dataset", "split"):
            break
    named = next((m for m in reversed(stretch.before) if m.kind in ("counted", "quantity")), None)
    if named and named.kind == "counted" and _IS.fullmatch(text, named.end, number.start):
        return replace(own, quantity="count", counted=named.value)
    if said.last.quantity == "count" and said.only_filler(sentence, stretch) and own.quantity is None:
        return replace(own, quantity="count", counted=own.counted or said.last.counted)
    return None


def part(sentence: Sentence, stretch: Stretch) -> str | None:
    """What a score is of, where no known word says it: "on rare wards", "Wards score ..."."""
    if _HARDEST.search(sentence.text):
        return "one type"
    found = (_SUBJECT.match(sentence.text), *_PART.finditer(sentence.text, stretch.start, stretch.end))
    for match in filter(None, found):
        known = [m for m in sentence.mentions if m.start < match.end("part") and match.start() < m.end]
        genre = all(m.value in _GENRES for m in known) and not _WHOLE.search(match[0])
        if match["part"].lower() not in filler() and (genre or not known):
            return match["part"].lower()
    return None


def is_difference(sentence: Sentence, stretch: Stretch) -> bool:
    """Whether a number says by how much something moved: "by 0.4 to 80.6"."""
    return bool(_BY.search(sentence.text[: stretch.number.start]))


def _score(sentence: Sentence, stretch: Stretch, own: Meaning, said: Said) -> str | None:
    number, text = stretch.number, sentence.text
    if is_difference(sentence, stretch):
        return None
    listed = whose.before_bracket(sentence, stretch) and ":" in text[stretch.start : number.start]
    if listed and number.unit in ("", "%") and not number.whole:  # "Accuracy by bits: q8 (0.83), q4 (0.81)"
        scores = [m.value for m in stretch.before if m.value in SCORES]
        if len(scores) == 1:
            return scores[0]
    if own.quantity in ("confidence", "sparsity", "retention"):
        return None if number.whole and not number.unit else own.quantity
    if own.quantity in SCORES:
        named = next((m for m in reversed(stretch.before) if m.value == own.quantity), None)
        between = text[named.end : number.start] if named else ""
        if OTHER.search(between) or len(between.split()) > 12:
            return None
        window = text[max(stretch.start, number.start - 25) : number.start]
        behind = next((m for m in stretch.after if m.value == own.quantity), None)
        if behind and not named:  # "13; the seed with the best F1"
            window += text[number.stop : behind.start]
        if not named and not number.unit and (OTHER.search(window) or ";" in window):
            return None
        if number.whole and not number.unit:
            return own.quantity if number.value > 1 and _PLAINLY.fullmatch(between) else None
        return own.quantity
    if said.score.quantity not in SCORES or own.quantity:
        return None
    if said.change and _AND_ANOTHER.fullmatch(text, said.change.stop, number.start):
        return None
    earlier = said.score_number
    alike = _written_alike(earlier, number) if earlier else not number.whole
    return said.score.quantity if alike and said.only_filler(sentence, stretch) else None


def _written_alike(one: Number, other: Number) -> bool:
    """Whether two scores are on one scale: "91.2%: 88.4 for wards" leaves the sign out."""
    of_hundred = {one.unit, other.unit} == {"", "%"} and min(one.value, other.value) > 1
    return (one.unit == other.unit or of_hundred) and one.whole == other.whole
