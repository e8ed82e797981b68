"""Markdown without its markup, character for character: what is no text becomes blanks.

A masked text is as long as its source, so a place in the one is a place in the other.
"""

import html
import re

_LATEX = {
    "pm": "±",
    "times": "×",
    "approx": "≈",
    "sim": "~",
    "ge": "≥",
    "geq": "≥",
    "le": "≤",
    "leq": "≤",
    "Delta": "Δ",
    "uparrow": "↑",
    "downarrow": "↓",
    "rightarrow": "→",
    "to": "→",
}

_MARKUP = re.compile(
    r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)"  # images: a badge's text is no statement
    r"|\[(?P<link>[^\[\]\n]{0,500})\](?:\([^()\n]{0,500}\)|\[[^\[\]\d\n][^\[\]\n]{0,100}\])"
    r"|\]\([^()\n]{0,500}\)"
    r"|</?(?:sub|sup|b|i|em|strong|code|br|p|div|span|a|center|h[1-6]|ul|ol|li|font|img|details|summary"
    r"|u|s|small|big|kbd|hr|tr|td|th|tbody|thead|table|caption|picture|source)\b[^<>]{0,1000}>"
    r"|(?:https?://|www\.)[^\s<>\"|)\]]{1,1000}"
    r"|\*{1,3}|~~|`{1,3}|\$"
    r"|(?<![A-Za-z0-9_])__?(?=[^\s_])|(?<=[^\s_])__?(?![A-Za-z0-9_])"
    r"|(?P<entity>&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});)"
    r"|\\(?P<latex>[a-zA-Z]{2,12})(?![a-zA-Z])"
    r"|\\(?P<escape>[!-/:-@\[-`{-~])"
)
# What looks the same to a reader: no-break spaces and the many minus signs.
_PLAIN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-", "\u2011": "-", "\u200b": " "}
)


def mask(source: str) -> str:
    """The text that readers see, with blanks for markup, as long as the source."""
    return _MARKUP.sub(_blank, _without_comments(source)).translate(_PLAIN)


def _without_comments(source: str) -> str:
    parts, start = [], 0
    while (opened := source.find("<!--", start)) >= 0 and (closed := source.find("-->", opened)) >= 0:
        parts += [source[start:opened], _blanks(source[opened : closed + 3])]
        start = closed + 3
    return "".join([*parts, source[start:]])


def _blank(match: re.Match) -> str:
    if match["link"] is not None:
        return f" {match['link']}" + _blanks(match[0][len(match["link"]) + 1 :])
    shown = ""
    if match["entity"]:
        shown = html.unescape(match[0])
    elif match["latex"]:
        shown = _LATEX.get(match["latex"], "")
    elif match["escape"]:
        shown = f" {match['escape']}"
    if len(shown) > len(match[0]):
        shown = ""
    return shown + _blanks(match[0][len(shown) :])


def _blanks(text: str) -> str:
    return "".join(character if character in "\r\n" else " " for character in text)
