"""Whatever a hand does to the numbers of a card, the lint sees it."""

import re
import shutil
from pathlib import Path

import pytest
import tiny_ledger
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.ledger import read_ledger
from cards.ledger.values import resolve
from cards.lint import examine
from cards.render import render
from cards.render.exempt import covering
from cards.render.formats import format_value
from cards.render.sections import outside

EXAMPLES = settings(max_examples=20, deadline=None)


@pytest.fixture(scope="module")
def folder(rendered_run, tmp_path_factory) -> Path:
    """A card with its ledger and map, written anew for each example."""
    folder = tmp_path_factory.mktemp("tampering")
    for file in ("README.md", "ledger.json", "card.map.json"):
        shutil.copy(rendered_run / "models" / "student" / file, folder)
    return folder


@pytest.fixture(scope="module")
def card(folder) -> str:
    return (folder / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def numbers(folder) -> list[tuple[int, int]]:
    """(start, end) of every mapped number in the card."""
    rendered, ledger = render(folder, tiny_ledger.REPOS), read_ledger(folder / "ledger.json")
    lines = rendered.text.splitlines(keepends=True)
    found = []
    for entry in rendered.map.numbers:
        start = sum(map(len, lines[: entry.line - 1])) + entry.column - 1
        found.append((start, start + len(format_value(resolve(ledger, entry.claim), entry.format))))
    return found


def is_refused(folder: Path, text: str) -> bool:
    (folder / "README.md").write_text(text, encoding="utf-8")
    return bool(examine(folder / "README.md").errors)


def test_the_card_as_it_is_passes(folder, card):
    assert not is_refused(folder, card)


@EXAMPLES
@given(data=st.data())
def test_any_digit_changed(folder, card, data):
    """Anywhere: scores, versions, names, hashes, code, citation."""
    place = data.draw(st.sampled_from([digit.start() for digit in re.finditer(r"\d", card)]))
    digit = data.draw(st.sampled_from([d for d in "0123456789" if d != card[place]]))
    assert is_refused(folder, card[:place] + digit + card[place + 1 :])


@EXAMPLES
@given(data=st.data())
def test_any_two_numbers_swapped(folder, card, numbers, data):
    (a, b), (c, d) = sorted(
        data.draw(st.lists(st.sampled_from(numbers), min_size=2, max_size=2, unique=True))
    )
    swapped = card[:a] + card[c:d] + card[b:c] + card[a:b] + card[d:]
    assert is_refused(folder, swapped) == (swapped != card)


@EXAMPLES
@given(data=st.data())
def test_any_number_removed(folder, card, numbers, data):
    start, end = data.draw(st.sampled_from(numbers))
    assert is_refused(folder, card[:start] + card[end:])


@EXAMPLES
@given(data=st.data(), number=st.from_regex(r" [0-9]{1,3}([.,][0-9]{1,4})?%? ", fullmatch=True))
def test_any_number_put_in(folder, card, data, number):
    is_theirs = covering(outside(card))
    ours = [place for place in range(len(card) + 1) if not is_theirs((place, place))]
    place = data.draw(st.sampled_from(ours))
    assert is_refused(folder, card[:place] + number + card[place:])
