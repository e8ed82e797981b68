"""Code points, alone and between letters: the same tokens in Chromium as from the engine."""

import hashlib
import json
import unicodedata

import numpy as np
import pytest
from javascript import PRIVATE, Run, in_page, serve_folder
from tokenizers import Tokenizer
from unicode_tables import CODE_POINTS

from space.engine import load_tokenizer, tokenise

pytestmark = pytest.mark.browser
BLOCK = 16384
# Characters that have had a decomposition since Unicode 13 or 16: browsers know it, the library, whose
# tables are older, does not. No vocabulary holds either form, so their tokens are the same.
DECOMPOSED_LATER = {
    *(0x105C9, 0x105E4),  # Todhri
    *(0x11383, 0x11385, 0x1138E, 0x11391, 0x113C5, 0x113C7, 0x113C8),  # Tulu-Tigalari
    0x11938,  # Dives Akuru
    *range(0x16121, 0x16129),  # Gurung Khema
    *range(0x16D68, 0x16D6B),  # Kirat Rai
}
NO_LONGER_A_MARK = 0x1171E  # an Ahom sign, spacing since Unicode 15
LOAD = """
const { Tokenizer } = await module("tokenizer.js");
globalThis.tokenizer = new Tokenizer(data.tokenizer);
"""
DIGEST = """
const { codePoints } = await module("unicode.js");
const points = codePoints(data.text);
const { ids, starts, ends, words } = tokenizer.tokenise(points);
const normalised = tokenizer.normalise(points).map(({ character }) => character).join("");
const hash = async (bytes) => Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
return [
  await hash(Int32Array.from([...ids, ...starts, ...ends, ...words])),
  await hash(new TextEncoder().encode(normalised)),
];
"""


CHARACTER_KINDS = """
const { isMark, isSpace } = await module("unicode.js");
const all = Array.from({ length: 0x110000 }, (_, point) => point);
const those = (test) => all.filter((point) => test(String.fromCodePoint(point)));
const isSymbol = (character) => /[\\p{So}\\p{Sm}\\p{Sk}\\p{No}]/u.test(character);
return { marks: those(isMark), spaces: those(isSpace), symbols: those(isSymbol) };
"""


@pytest.fixture(scope="module")
def tokenizer(bundled) -> Tokenizer:
    return load_tokenizer(bundled / "tokenizer.json")


@pytest.fixture(scope="module")
def run(browser, bundled) -> Run:
    """The bundled student's tokenizer in Chromium."""
    with serve_folder(PRIVATE, {}) as url:
        page = browser.new_page()
        page.goto(f"{url}package.json")
        run = in_page(page)
        run(LOAD, tokenizer=json.loads((bundled / "tokenizer.json").read_bytes()))
        yield run
        page.close()


def digests(tokenizer: Tokenizer, text: str) -> list[list[int]]:
    """SHA-256 of a text's tokens and of its normalised form, as the script makes them."""
    tokens = tokenise(tokenizer, text)
    columns = [tokens.ids, tokens.offsets[:, 0], tokens.offsets[:, 1], tokens.words]
    normalised = tokenizer.normalizer.normalize_str(text).encode()
    return [
        list(hashlib.sha256(part).digest())
        for part in (np.concatenate(columns).astype("<i4").tobytes(), normalised)
    ]


# Those of common scripts, and of the rest one in sixteen; a soak takes them all.
SOME = [*CODE_POINTS[:0x3400], *CODE_POINTS[0x3400::16]]


@pytest.mark.parametrize("form", ["{}", "a{}b"], ids=["alone", "between letters"])
@pytest.mark.parametrize(
    "points", [SOME, pytest.param(CODE_POINTS, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_code_points(run, tokenizer, form, points):
    def other_normal_forms(points: list[int]) -> list[int]:
        """Code points of another normal form, found by halving; each block's tokens are compared at once."""
        text = " ".join(form.format(chr(point)) for point in points)
        (tokens, normalised), expected = run(DIGEST, text=text), digests(tokenizer, text)
        assert tokens == expected[0], f"other tokens from U+{points[0]:04X} to U+{points[-1]:04X}"
        if normalised == expected[1] or len(points) == 1:
            return [] if normalised == expected[1] else points
        half = len(points) // 2
        return other_normal_forms(points[:half]) + other_normal_forms(points[half:])

    # Symbols since a Unicode that the library does not know: words of their own to browsers alone.
    later = {point for point in run(CHARACTER_KINDS)["symbols"] if unicodedata.category(chr(point)) == "Cn"}
    points = [point for point in points if point not in later]
    blocks = (points[start : start + BLOCK] for start in range(0, len(points), BLOCK))
    assert {point for block in blocks for point in other_normal_forms(block)} <= DECOMPOSED_LATER


def test_marks_and_spaces(run):
    """Browsers may know marks that are no characters yet to Python, whose Unicode is older."""
    found = run(CHARACTER_KINDS)
    characters = [chr(point) for point in range(0x110000)]
    assert found["spaces"] == [ord(c) for c in characters if c.isspace()]
    marks = {ord(c) for c in characters if unicodedata.category(c) in ("Mn", "Me")}
    assert marks - set(found["marks"]) <= {NO_LONGER_A_MARK}
    assert {unicodedata.category(chr(point)) for point in set(found["marks"]) - marks} <= {"Cn"}
