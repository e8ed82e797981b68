"""The Space's README: its prose is written by hand, its section on the models is from their ledgers."""

from collections.abc import Mapping

from ..errors import CardError
from ..ledger import Ledger
from .card import Card
from .card_map import CardMap, Numbers
from .metadata import canonical
from .readme import MODELS, section
from .sections import digests, front_matter_of, mark


def space_card(readme: str, ledger: Ledger, repos: Mapping[str, str]) -> Card:
    """The card of a published Space.

    readme: the text of space/README.md; ledger: of the student that the Space shows, with its
    teacher's claims; repos: Hub ids of both, which the card names. Every section is ours on the Hub.
    Raises CardError when the README has no front matter or no place for the models.
    """
    data, body = front_matter_of(readme)
    if not data:
        raise CardError("the Space's README has no front matter; the Hub needs sdk and app_file there")
    before, after = section(body, MODELS, "the Space's README")
    ids = {name: repos.get(name, name) for name in ledger.models}
    number = Numbers(ledger)
    shown = [repo for repo in ids.values() if "/" in repo]
    data |= {"models": shown} if shown else {}
    text = f"{canonical(data)}\n{before}{MODELS.fill(ledger, ids, number)}{after}"
    text, entries = number.place(mark(text))
    return Card(text, CardMap(repos=ids, numbers=entries, regions=digests(text)))
