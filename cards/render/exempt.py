"""Which digits of a card are no numbers: the whole list of exemptions from tracing.

1. Terms of the field (`TERMS`), and the Hub's sizes of data sets (`SIZES`).
2. Names that the ledger holds: models, corpora, labelers, licenses, files, hashes, addresses,
   processors, how an estimate came about; and words of letters and digits that are a part of such a
   name ("L6" where a base is "MiniLM-L6").
3. Fenced code; `lint.code` checks every block on its own: it must be a usage snippet, the output
   that the ledger keeps, or a citation.

Everything else with a digit in it must be in the card's map.
"""

import itertools
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping

from ..ledger import Ledger

# A word with a digit in it; "1,000", "0.83" and "1.31.1" are one word each.
WORD = re.compile(r"\w*\d\w*(?:[.,]\w*\d\w*)*")

TERMS = frozenset(
    {"F1", "f1", "FP32", "fp32", "FP16", "fp16", "INT8", "int8", "p95", "SHA-256", "co2_eq_emissions"}
)

# The Hub's words for the size of a data set: below a thousand, then each tenfold.
_STEPS = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")
SIZES = ("n<1K", *(f"{low}<n<{high}" for low, high in itertools.pairwise(_STEPS)), "n>1T")

_FENCE = re.compile(r"^(`{3,})[^\n]*\n(.*?)^\1[ ]*$", re.MULTILINE | re.DOTALL)

Span = tuple[int, int]


def words(text: str) -> Iterator[re.Match]:
    """Every word of `text` that has a digit in it and is no field term."""
    is_term = covering(spans_of(TERMS | set(SIZES), text))
    return (word for word in WORD.finditer(text) if not is_term(word.span()))


def fences(text: str) -> list[re.Match]:
    """Fenced code blocks; group 2 is what stands between the fences."""
    return list(_FENCE.finditer(text))


def names(ledger: Ledger, repos: Mapping[str, str]) -> set[str]:
    """The names that may stand on a card as they are."""
    found = {
        ledger.recipe,
        ledger.recipe_sha256,
        ledger.guard_split or "",
        *repos.values(),
        *(r.split("/")[-1] for r in repos.values()),
    }
    for model in ledger.models.values():
        found |= {model.base.id, model.base.license, model.base.revision or "", model.license, *model.labels}
        found |= {text for variant in model.variants for text in (variant.name, variant.file)}
        found |= {example.text for example in model.examples} | set(model.languages)
    for corpus in ledger.datasets.values():
        found |= {corpus.license, *corpus.labels, *corpus.languages}
        found |= {text for file in corpus.files for text in (file.file, file.split, file.sha256)}
        for labeler in corpus.labelers:
            found |= {labeler.name, labeler.id, labeler.license, labeler.url or ""}
            found.add(f"{labeler.id}@{labeler.revision}")  # a version alone may be a bare number
    for source in (*ledger.sources, *(s for corpus in ledger.datasets.values() for s in corpus.sources)):
        found |= {source.id, source.name or "", source.license, source.url or "", *source.learned}
    for quoted in ledger.quoted:
        found |= {quoted.system, quoted.group, quoted.matching, quoted.source, quoted.url or ""}
    for claim in ledger.claims:
        found |= {claim.split or "", claim.method or ""}
        if claim.data:
            found |= {claim.data.id, claim.data.revision or "", claim.data.sha256}
        if claim.environment:
            found |= {*claim.environment.versions, claim.environment.cpu}
    return {name for name in found if re.search(r"[^\W\d_]", name)}  # a bare number is no name


def exempt_spans(text: str, ledger: Ledger, repos: Mapping[str, str]) -> list[Span]:
    """Where `text` holds names or fenced code."""
    known = names(ledger, repos)
    parts = {part.lower() for name in known for part in re.findall(r"[^\W\d_][^\W_]*", name)}
    fenced = [fence.span() for fence in fences(text)]
    in_names = [word.span() for word in WORD.finditer(text) if word[0].lower() in parts]
    return fenced + spans_of(known, text) + in_names


def spans_of(strings: set[str] | frozenset[str], text: str) -> list[Span]:
    """Where the strings stand as whole words in `text`; the longest wins."""
    if not strings:
        return []
    ordered = sorted(strings, key=lambda s: (-len(s), s))
    pattern = re.compile(rf"(?<![\w.])(?:{'|'.join(map(re.escape, ordered))})(?!\w|[.,]\d)")
    return [found.span() for found in pattern.finditer(text)]


def covering(spans: list[Span]) -> Callable[[Span], bool]:
    """Tells of a span whether one of `spans` holds all of it."""
    ordered = sorted(spans)
    starts = [start for start, _ in ordered]
    furthest = [-1, *itertools.accumulate((end for _, end in ordered), max)]
    return lambda span: span[1] <= furthest[bisect_right(starts, span[0])]
