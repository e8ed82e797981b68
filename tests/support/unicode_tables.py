"""Which characters the `tokenizers` library takes for what, for the tokenizer in JavaScript.

The library's tables are of an old Unicode version, those of browsers differ from one to the next: so
the private page has tables of its own. Write them anew when the library's change:

    python tests/support/unicode_tables.py
"""

from collections.abc import Iterable
from pathlib import Path

from tokenizers import normalizers, pre_tokenizers

FILE = Path(__file__).parents[2] / "space" / "private" / "unicode_tables.js"
HEAD = """\
// Which characters Python's tokenizer takes for what: "first-last" code points, hexadecimal.
// Written by tests/support/unicode_tables.py, which asks the library; a test compares.
"""
CODE_POINTS = [*range(0xD800), *range(0xE000, 0x110000)]  # a surrogate has no UTF-8 form


def javascript() -> str:
    """The file's content."""
    tables = {"CONTROLS": controls(), "STRIPPED_MARKS": stripped_marks(), "PUNCTUATION": punctuation()}
    return HEAD + "".join(
        f"\nexport const {name} =\n{_lines(_ranges(set_))};\n" for name, set_ in tables.items()
    )


def controls() -> list[int]:
    """What BertNormalizer's clean_text removes."""
    normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=False, strip_accents=False, lowercase=False
    )
    return [point for point in CODE_POINTS if normalizer.normalize_str(f"a{chr(point)}b") == "ab"]


def stripped_marks() -> list[int]:
    """What BertNormalizer's strip_accents removes."""
    normalizer = normalizers.BertNormalizer(
        clean_text=False, handle_chinese_chars=False, strip_accents=True, lowercase=False
    )
    return [point for point in CODE_POINTS if normalizer.normalize_str(f"a{chr(point)}b") == "ab"]


def punctuation() -> list[int]:
    """What BertPreTokenizer makes a word of its own."""
    split = pre_tokenizers.BertPreTokenizer().pre_tokenize_str
    return [point for point in CODE_POINTS if len(split(f"a{chr(point)}b")) == 3]


def _ranges(points: Iterable[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for point in points:
        if found and found[-1][1] == point - 1:
            found[-1] = (found[-1][0], point)
        else:
            found.append((point, point))
    return found


def _lines(ranges: list[tuple[int, int]]) -> str:
    """One string literal, in lines."""
    words = [f"{first:x}" if first == last else f"{first:x}-{last:x}" for first, last in ranges]
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) > 90:
            lines.append("")
        lines[-1] += f"{word} "
    lines[-1] = lines[-1].rstrip()
    return " +\n".join(f'\t"{line}"' for line in lines)


if __name__ == "__main__":
    FILE.write_text(javascript(), encoding="utf-8")
