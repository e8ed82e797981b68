"""Numbers as cards write them: 0.847, 84.7%, 14,412, 66M, 63.7 MB, 0.847 ± 0.01."""

import re
from dataclasses import dataclass

_NUMBER = re.compile(
    r"(?P<number>[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d{1,3})?)"
    r"\s*(?P<unit>%|[kmg]i?b|bytes?|[kmb]|ms|s|sec|us|µs)?"
    r"(?P<spread>\s*(?:±|\+/-|\+-)\s*[\d.]+\s*%?)?",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"[-–—/.*?]*|n/?a\.?|none|nan|null|tbd", re.IGNORECASE)
_LONGEST = 60  # characters
BYTES = {
    **dict.fromkeys(("b", "byte", "bytes"), 1),
    **{"kb": 1e3, "mb": 1e6, "gb": 1e9},
    **{"kib": 2**10, "mib": 2**20, "gib": 2**30},
}
SECONDS = {"us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1, "sec": 1}
MULTIPLES = {"k": 1e3, "m": 1e6, "b": 1e9}


@dataclass(frozen=True)
class Number:
    """A number as it is written: "84.7%" is 84.7 with the unit "%"."""

    value: float
    step: float  # one unit of the last digit: what rounding or cutting may have taken
    unit: str = ""  # lower case
    spread: bool = False  # with "± ..."
    text: str = ""


def read_number(text: str) -> Number | None:
    """The number that a text without markup is; None where it is anything else."""
    found = _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None
    if not found:
        return None
    digits = found["number"].replace(",", "").replace("−", "-").lower()
    mantissa, _, exponent = digits.partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    unit = (found["unit"] or "").lower()
    return Number(float(digits), 10.0**-decimals, unit, bool(found["spread"]), text)


def is_nothing(text: str) -> bool:
    """Whether a cell says that there is no number."""
    return bool(_NOTHING.fullmatch(text))


def in_base(number: Number, head_unit: str = "") -> float:
    """A number in seconds, bytes or ones; its own unit counts before that of its head."""
    unit = number.unit or head_unit
    return number.value * ({**BYTES, **SECONDS, **MULTIPLES}.get(unit, 1))


def harmonic(one: float, other: float) -> float:
    """That of two scores; 0 where one of them is not above 0."""
    return 2 * one * other / (one + other) if one > 0 and other > 0 else 0.0
