"""How a value is written on a card. Each unit has one default format; a template may name another."""

import math
from collections.abc import Callable

from ..errors import CardError
from ..ledger import Claim, Quoted
from ..ledger.values import Value


def significant(value: float, digits: int = 3) -> str:
    """At least `digits` significant digits, never an exponent: 5.20, 43.9, 1,234."""
    exponent = math.floor(math.log10(abs(value))) if value else 0
    return f"{value:,.{max(0, digits - 1 - exponent)}f}"


def file_size(value: float) -> str:
    """10.5 MB, 385 kB: in thousands of bytes below a million."""
    return f"{significant(value / 1e6)} MB" if value >= 1e6 else f"{significant(value / 1e3)} kB"


def duration(seconds: float) -> str:
    """45 s, 31 min, 2 h 05 min."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def p_value(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


FORMATS: dict[str, Callable[[float], str]] = {  # of numbers; the format "text" writes any value
    "score": lambda value: f"{value:.4f}",
    "signed": lambda value: f"{value:+.4f}",
    "percent": lambda value: f"{100 * value:.1f}%",
    "level": lambda value: f"{100 * value:g}%",
    "times": lambda value: f"{significant(value, 2)}×",
    "milliseconds": lambda value: significant(value),
    "megabytes": file_size,
    "millions": lambda value: f"{significant(value / 1e6)}M",
    "count": lambda value: f"{value:,.0f}",
    "kilowatt_hours": lambda value: f"{significant(value)} kWh",
    "grams": lambda value: f"{significant(value)} g",
    "duration": duration,
    "p": p_value,
    "setting": lambda value: f"{value:g}",
    "perplexity": lambda value: significant(value),
    "plain": lambda value: significant(value).replace(",", ""),  # as YAML reads a number
}

_SCORES = ("F1", "precision", "recall", "accuracy", "AUROC", "error", "score")
BY_UNIT = dict.fromkeys(_SCORES, "score") | {
    "perplexity": "perplexity",
    "ms": "milliseconds",
    "bytes": "megabytes",
    "parameters": "count",
    "count": "count",
    "s": "duration",
    "p": "p",
    "kWh": "kilowatt_hours",
    "g": "grams",
    "share": "percent",
    "setting": "setting",
}
BY_FUNCTION = dict.fromkeys(("speed_up", "size_reduction", "parameter_reduction"), "times") | {
    "retention": "percent",
    "share": "percent",
    "size": "megabytes",
    "length": "count",
    "choices": "count",
    "width": "score",
}
_BY_FIELD = {
    "n": "count",
    "interval.level": "level",
    "test_evaluations": "count",
    "guard_folds": "count",
    "artifact.bytes": "megabytes",
    "disturbed": "plain",
    "bytes": "megabytes",
    "parameters": "millions",
}


def format_value(value: Value, name: str) -> str:
    """Write a value in the format of that name.

    Raises:
        CardError: There is no such format, it does not fit, or the number is not finite.
    """
    if name == "text":
        return str(value)
    if name not in FORMATS:
        raise CardError(f"no format {name!r}; there are {', '.join(FORMATS)}, text")
    if not isinstance(value, int | float):
        raise CardError(f"the format {name!r} does not fit {value!r}")
    if not math.isfinite(value):
        raise CardError(f"a card holds finite numbers only, found {value}")
    return FORMATS[name](value)


def default_format(reference: str, records: list[Claim | Quoted]) -> str:
    """The format of a reference that names none: by derived function, by field, or by unit."""
    if "(" in reference:
        return BY_FUNCTION[reference.partition("(")[0]]
    field = reference.partition("#")[2]
    if field in _BY_FIELD:
        return _BY_FIELD[field]
    if field not in ("", "interval.low", "interval.high"):
        return "text"
    [claim] = records
    if isinstance(claim, Quoted):
        return BY_UNIT[claim.metric]
    if claim.aggregation == "setting":
        return "setting"
    if claim.aggregation == "difference":
        return "signed"
    if claim.unit not in BY_UNIT:
        raise CardError(
            f"{claim.id}: no format for the unit {claim.unit!r}; give it one in cards/render/formats.py"
        )
    return BY_UNIT[claim.unit]
