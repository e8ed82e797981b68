"""Agreement of two models on one text, and the places where they part."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..contract import Entity


def key(entity: Entity) -> tuple[int, int, str]:
    """What makes two models' entities the same; scores do not."""
    return entity.start, entity.end, entity.label


@dataclass(frozen=True)
class Difference:
    """A place where the models part: the entities there that the other does not have, in order.

    At least one of the two is not empty; all overlap, directly or through one another.
    """

    teacher: tuple[Entity, ...]
    student: tuple[Entity, ...]

    @property
    def start(self) -> int:
        return min(entity.start for entity in self.teacher + self.student)

    @property
    def end(self) -> int:
        return max(entity.end for entity in self.teacher + self.student)

    @property
    def kind(self) -> str:
        """What differs, in words."""
        if not self.teacher:
            return "only the student"
        if not self.student:
            return "only the teacher"
        if _spans(self.teacher) == _spans(self.student):
            return "different label"
        if _labels(self.teacher) == _labels(self.student):
            return "different span"
        return "different span and label"


@dataclass(frozen=True)
class Comparison:
    """Two models on one text. An entity is shared when start, end and label are equal."""

    shared: int
    differences: tuple[Difference, ...]

    @property
    def entities(self) -> int:
        """Distinct entities that at least one of the two found."""
        return self.shared + sum(len(d.teacher) + len(d.student) for d in self.differences)

    @property
    def agreement(self) -> float | None:
        """Shared entities over all that either found; None when neither found any.

        Agreement is not accuracy: both may be wrong in the same place.
        """
        return self.shared / self.entities if self.entities else None


def compare(teacher: Sequence[Entity], student: Sequence[Entity]) -> Comparison:
    """Compare the entities of one text; neither side may overlap within itself."""
    shared = {key(entity) for entity in teacher} & {key(entity) for entity in student}
    rest = [(entity, 0) for entity in teacher if key(entity) not in shared]
    rest += [(entity, 1) for entity in student if key(entity) not in shared]

    groups: list[tuple[list[Entity], list[Entity]]] = []
    reached = 0  # end of the last group
    for entity, side in sorted(rest, key=lambda item: (item[0].start, item[0].end, item[1])):
        if not groups or entity.start >= reached:
            groups.append(([], []))
        groups[-1][side].append(entity)
        reached = max(reached, entity.end)
    return Comparison(len(shared), tuple(Difference(tuple(t), tuple(s)) for t, s in groups))


def _spans(entities: Sequence[Entity]) -> list[tuple[int, int]]:
    return [(entity.start, entity.end) for entity in entities]


def _labels(entities: Sequence[Entity]) -> set[str]:
    return {entity.label for entity in entities}
