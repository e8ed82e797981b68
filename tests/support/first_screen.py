"""What a visitor of the Hub sees of a card without scrolling."""

import re

MOST_FRONT, MOST_SCREEN = 80, 40  # lines: of front matter with its ---, and above the first section


def parts(text: str) -> tuple[str, str]:
    """The front matter, with its lines of ---, and what stands above the first section."""
    found = re.match(r"(---\n.*?\n---\n)(.*?)(?=^## )", text, re.DOTALL | re.MULTILINE)
    assert found, "a card of ours has front matter and a section"
    return found[1], found[2]


def assert_fits(text: str) -> None:
    """A card's front matter and first screen are as short as they shall be."""
    front, screen = parts(text)
    assert front.count("\n") <= MOST_FRONT
    assert screen.count("\n") <= MOST_SCREEN
