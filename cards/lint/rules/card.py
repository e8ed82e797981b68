"""The parts of a card of ours."""

from ...render.sections import digests
from ..input.parts import OwnCard
from ..registry import Faults, rule
from ..report import Place


@rule("card.region")
def region(own: OwnCard) -> Faults:
    """Every part of the card that we wrote stands there as it was written; people write between them.

    Why: The next rendering would overwrite what somebody wrote into a part of ours.
    Fix: Move the text between the parts, and render the card again with `python -m cards render RUN`.
    """
    found = digests(own.card.text)
    for name, hashed in own.map.regions.items():
        if found.get(name) != hashed:
            yield Place(own.card.file), f"the part {name} {'was edited' if name in found else 'is gone'}"
