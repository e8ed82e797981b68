"""References: how templates, `card.map.json` and the lint name a value.

student.int8.test.macro.f1                        a claim's value
student.int8.test.macro.f1#interval.low           a field of a claim
student.int8.test.macro.f1#environment.versions.onnxruntime
quoted.pubmedbert-blurb.chemical                  a figure that others published, or a field of it
ledger#test_evaluations                           a field of the ledger itself
retention(student.int8.test.macro.f1, teacher.fp32.test.macro.f1)
                                                  a function of `cards.ledger.derived`
"""

import datetime
import re

from ..errors import CardError
from . import derived
from .records import Claim, Ledger, Quoted

Value = float | int | str | datetime.date

_CALL = re.compile(r"(\w+)\(([^()]*)\)")


def resolve(ledger: Ledger, reference: str) -> Value:
    """The value that a reference names. Raises CardError when there is none."""
    if call := _CALL.fullmatch(reference):
        return _call(ledger, *call.groups())
    owner, _, path = reference.partition("#")
    if owner == "ledger":
        return _field(ledger, path, reference)
    return _field(_record(ledger, owner), path or "value", reference)


def operands(ledger: Ledger, reference: str) -> list[Claim | Quoted]:
    """The records that a reference reads; none for a field of the ledger."""
    call = _CALL.fullmatch(reference)
    owners = call[2].split(",") if call else [reference.partition("#")[0]]
    return [_record(ledger, owner.strip()) for owner in owners if owner.strip() != "ledger"]


def _record(ledger: Ledger, owner: str) -> Claim | Quoted:
    return ledger.quote(owner) if owner.startswith("quoted.") else ledger.claim(owner)


def _call(ledger: Ledger, name: str, arguments: str) -> float:
    if name not in derived.FUNCTIONS:
        raise CardError(f"no derived figure {name!r}; there are {', '.join(derived.FUNCTIONS)}")
    claims = [ledger.claim(argument.strip()) for argument in arguments.split(",")]
    try:
        return derived.FUNCTIONS[name](*claims)
    except TypeError as error:
        raise CardError(f"{name}({arguments}): {error}") from error


def _field(start: Claim | Quoted | Ledger, path: str, reference: str) -> Value:
    value: object = start
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part, None)
    if not isinstance(value, Value):
        raise CardError(f"{reference}: the ledger holds no such value (found {value!r})")
    return value
