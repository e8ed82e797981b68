"""Whether a licence may be given to what was made from something under another licence.

The table sorts licences by what they ask of adapted material, after the texts themselves and Creative
Commons' chart of compatible licences (wiki.creativecommons.org/wiki/Wiki/cc_license_compatibility) and
the GNU project's list (gnu.org/licenses/license-list). Whether weights are adapted material of the texts
that they learned from is not settled; a card that grants more than its sources is reported, not judged.
"""

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "public domain",
    "permissive",
    "share-alike",
    "non-commercial",
    "non-commercial share-alike",
    "no derivatives",
    "custom terms",
    "unknown",
]
Severity = Literal["error", "warning"]

# The Hub's names of licences (huggingface.co/docs/hub/repositories-licenses), by kind.
_KINDS: dict[Kind, str] = {
    "public domain": "public-domain cc0-1.0 unlicense pddl wtfpl",
    "permissive": (
        "apache-2.0 mit bsd bsd-2-clause bsd-3-clause bsd-3-clause-clear isc zlib ncsa afl-3.0 artistic-2.0 "
        "postgresql ofl-1.1 ecl-2.0 ms-pl bsl-1.0 etalab-2.0 cdla-permissive-1.0 cdla-permissive-2.0 odc-by "
        "cc cc-by-2.0 cc-by-2.5 cc-by-3.0 cc-by-4.0 openmdw-1.0 openmdw-1.1"
    ),
    "share-alike": (
        "cc-by-sa-3.0 cc-by-sa-4.0 odbl gpl gpl-2.0 gpl-3.0 agpl-3.0 lgpl lgpl-2.1 lgpl-3.0 lgpl-lr mpl-2.0 "
        "epl-1.0 epl-2.0 eupl-1.1 eupl-1.2 osl-3.0 gfdl cdla-sharing-1.0"
    ),
    "non-commercial": "cc-by-nc-2.0 cc-by-nc-3.0 cc-by-nc-4.0 fair-noncommercial-research-license",
    "non-commercial share-alike": "cc-by-nc-sa-2.0 cc-by-nc-sa-3.0 cc-by-nc-sa-4.0",
    "no derivatives": "cc-by-nd-4.0 cc-by-nc-nd-3.0 cc-by-nc-nd-4.0",
    "custom terms": (
        "other openrail bigscience-openrail-m creativeml-openrail-m bigscience-bloom-rail-1.0 "
        "bigcode-openrail-m openrail++ llama2 llama3 llama3.1 llama3.2 llama3.3 llama4 gemma "
        "deepfloyd-if-license apple-amlr apple-ascl c-uda h-research intel-research "
        "grok2-community lppl-1.3c"
    ),
}
KINDS: dict[str, Kind] = {name: kind for kind, names in _KINDS.items() for name in names.split()}

# Terms that bind whoever signed them, as corpora of patients' texts and terminologies state them.
_TERMS = re.compile(
    r"\b(dua|data[ -]use[ -]agreement|physionet|umls|snomed|n2c2|i2b2|terms of (use|service))\b", re.I
)
# Uses that leave no trace in what was made.
_MEASURING = re.compile(r"(test|evaluation|external test)( only)?", re.I)


@dataclass(frozen=True)
class Conflict:
    severity: Severity
    why: str


def kind(licence: str) -> Kind:
    """What sort of licence a name stands for; names are the Hub's, any case."""
    name = licence.strip().lower().replace(" ", "-")
    if name in KINDS:
        return KINDS[name]
    return "custom terms" if _TERMS.search(licence) else "unknown"


def conflict(own: str, upstream: str) -> Conflict | None:
    """Why something under `own` must not be made from something under `upstream`, if it must not."""
    ours, theirs = kind(own), kind(upstream)
    if own.strip().lower() == upstream.strip().lower() or theirs in ("public domain", "permissive"):
        return None
    judged = ours not in ("custom terms", "unknown")  # otherwise its own text may say what is asked
    if theirs == "no derivatives":
        return Conflict("error", f"{upstream} forbids to share what is made from it")
    if theirs.startswith("non-commercial") and not ours.startswith("non-commercial"):
        why = f"{upstream} forbids commercial use, and {own} does not"
    elif theirs.endswith("share-alike"):
        why = f"{upstream} asks that what is made from it keeps its licence, and this is {own}"
        judged = judged and not ours.endswith("share-alike")  # some of these may be combined
    elif theirs == "custom terms":
        return Conflict("warning", f"{upstream} has terms of its own: read whether they allow {own}")
    elif theirs == "unknown":
        return Conflict("warning", f"{upstream!r} is no licence that we know: read whether it allows {own}")
    else:
        return None
    return Conflict("error" if judged else "warning", why)


def only_measures(use: str) -> bool:
    """Whether a corpus was only measured on, which binds nobody who uses the model."""
    return bool(_MEASURING.fullmatch(use.strip()))
