"""Layout of a text: where it ends an entity (lists, empty lines, ruled lines), and placeholders.

`space/private/layout.js` does the same.
"""

import re
from dataclasses import dataclass

_LINE_END = re.compile(r"\r\n|\n|\r")
_BLANK = re.compile(r"[ \t\f\u00a0]*")
_RULED = re.compile(r"[ \t]*([-=_*~#+.])\1{2,}[ \t]*")
# Bullets, those of Word's symbol font and of Windows-1252 among them, and numbers: "1." "(2)" "3:".
_MARK = re.compile(
    r"[ \t]*(?:[-*+>\u00b7\u2022\u2023\u25a0-\u25ff\u2013\u2014\u0095\ue000-\uf8ff]|\(?[0-9]{1,3}[.):])[ \t]+"
)
_LETTER = re.compile(r"[ \t]*\(?([A-Za-z])([.)])[ \t]+")
_PLACEHOLDER = re.compile(r"\[\*\*[^\]\n]{0,100}\*\*\]|_{2,}|\[[A-Z][A-Z0-9 _-]{2,40}\]")

# Lines of a bare list: at most so many characters and words, of which none joins a sentence.
_LONGEST, _MOST_WORDS = 40, 5
_SENTENCE = re.compile(r"[.;,!?](?:[ \t]|$)")
_FUNCTION_WORD = re.compile(
    r"(?:^|[ \t])(?:a|an|and|are|as|at|but|by|for|from|had|has|have|he|her|his|if|in|is|it|no|not|"
    r"of|on|or|our|she|so|than|that|the|their|then|there|they|this|to|was|we|were|which|who|with|without|"
    r"you)(?:[ \t]|$)",
    re.IGNORECASE | re.ASCII,
)


Span = tuple[int, int]  # start and end


@dataclass(frozen=True)
class _Line:
    start: int
    end: int
    body: str
    mark: int = 0  # characters of a list item's mark, with the space around it

    @property
    def is_ruled(self) -> bool:
        return bool(_RULED.fullmatch(self.body))

    @property
    def is_text(self) -> bool:
        """Whether it is a line of a paragraph, or of a list without marks."""
        return not (self.mark or self.is_ruled or _BLANK.fullmatch(self.body))

    @property
    def is_heading(self) -> bool:
        return self.body.rstrip(" \t").endswith(":")

    @property
    def is_term(self) -> bool:
        """Whether it may be an item of a bare list: a name, not a part of a sentence."""
        body = self.body.strip(" \t")
        return (
            not self.is_heading
            and len(body) <= _LONGEST
            and len(re.split("[ \t]+", body)) <= _MOST_WORDS
            and not _SENTENCE.search(body)
            and not _FUNCTION_WORD.search(body)
        )

    @property
    def is_capitalised(self) -> bool:
        return bool(re.match(r"[ \t]*[A-Z0-9]", self.body))


def read_layout(text: str) -> tuple[list[int], list[Span]]:
    """Where the layout ends entities, and what in it is no part of one.

    Returns:
        Offsets that no entity crosses, rising: at form feeds, around empty and ruled lines, before and behind
        the mark of a list item, and around the lines of a bare list. Then the ruled lines.
    """
    lines = _lines(text)
    breaks = {found.start() for found in re.finditer("\f", text)}
    for line in lines:
        if line.mark:
            breaks |= {line.start, line.start + line.mark}
        elif not line.is_text:
            breaks |= {line.start, line.end}
    for line in _bare_items(lines):
        breaks |= {line.start, line.end}
    return sorted(breaks), [(line.start, line.end) for line in lines if line.is_ruled]


def placeholders(text: str) -> list[Span]:
    """What de-identified notes have in place of names, such as "___", "[**Name**]" and "[REDACTED]"."""
    return [found.span() for found in _PLACEHOLDER.finditer(text)]


def _lines(text: str) -> list[_Line]:
    ends = list(_LINE_END.finditer(text))
    starts = [0, *(end.end() for end in ends)]
    found = [
        _Line(start, end, text[start:end])
        for start, end in zip(starts, [*(end.start() for end in ends), len(text)], strict=True)
    ]
    letters = [_LETTER.match(line.body) for line in found]
    return [
        _Line(line.start, line.end, line.body, mark.end())
        if (mark := _MARK.match(line.body) or (letter if _is_lettered(index, letters) else None))
        and not line.is_ruled
        else line
        for index, (line, letter) in enumerate(zip(found, letters, strict=True))
    ]


def _is_lettered(index: int, letters: list[re.Match[str] | None]) -> bool:
    """Whether a line that begins with a letter is an item: the next or the last such line nearby has its
    neighbour in the alphabet. "E. coli" is none."""
    here = letters[index]
    if not here:
        return False
    near = letters[max(0, index - 5) : index] + letters[index + 1 : index + 6]
    return any(other and other[2] == here[2] and abs(ord(other[1]) - ord(here[1])) == 1 for other in near)


def _bare_items(lines: list[_Line]) -> list[_Line]:
    """The items of lists without marks: short lines, one name each.

    Two lines of a sentence that is wrapped look alike, so a list has a heading, three lines, or capitals; and
    nothing but lists and headings follows it in its paragraph.
    """
    items: list[_Line] = []
    run: list[_Line] = []
    headed = False
    for line in [*lines, None]:
        if line and line.is_text and line.is_term:
            run.append(line)
            continue
        ended = line is None or not line.is_text or line.is_heading
        capitalised = all(item.is_capitalised for item in run)
        if ended and (len(run) >= 3 or (run and headed) or (len(run) == 2 and capitalised)):
            items += run
        run, headed = [], bool(line and line.is_text and line.is_heading)
    return items
