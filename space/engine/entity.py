"""Entity: one mention that the engine finds in a text."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Entity:
    """One mention, with `text == input[start:end]`.

    Attributes:
        start: Offset of its first character in the text, a Python string index (code points).
        end: Offset behind its last character.
        label: Entity type, such as "Chemical".
        score: Lowest probability of its tag over its words, in [0, 1].
        text: Its characters.
    """

    start: int
    end: int
    label: str
    score: float
    text: str

    def to_dict(self) -> dict[str, object]:
        """The fields by name, as JSON takes them."""
        return asdict(self)
