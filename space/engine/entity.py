"""What the engine finds in a text."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """One mention. `text == input[start:end]`; offsets are Python string indices (code points)."""

    start: int
    end: int
    label: str
    score: float  # lowest probability of its tag over its words, in [0, 1]
    text: str

    def to_dict(self) -> dict:
        return asdict(self)
