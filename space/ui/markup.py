"""Text and entities as HTML: everything that comes from a visitor or a model is escaped here.

The page shows these strings through `gr.HTML` with its default template, which takes a value as an
argument and never as code: `<script>`, `{{x}}` and `${x}` in a note stay plain text.
"""

import html
import math
import re
from collections.abc import Mapping, Sequence

from .contract import Entity, Key, key

# HTML cannot hold NUL, and UTF-8 no lone surrogate. One code point for one keeps offsets true.
_UNSHOWABLE = re.compile("[\0\ud800-\udfff]")
PALETTE = 6  # label styles in page.css


def escape(value: object) -> str:
    """`value` as text inside HTML, in element content or in a quoted attribute."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", str(value)))


def style_of(label: str, labels: Sequence[str]) -> str:
    """CSS class of a label's colour and underline."""
    return f"label-{labels.index(label) % PALETTE}"


def note(message: str) -> str:
    """A message in place of a result. The message must not hold the visitor's text."""
    return f'<p class="note" role="status">{escape(message)}</p>'


def marked_text(
    text: str, entities: Sequence[Entity], labels: Sequence[str], remarks: Mapping[Key, str] | None = None
) -> str:
    """`text` with each entity in a <mark>; entities are sorted and do not overlap.

    The label stands in an attribute and is drawn by the style sheet, so that copying the passage
    copies the note and nothing else. `remarks` adds words to the labels of some entities, which get
    the class "parts": the models part there.
    """
    remarks = remarks or {}
    pieces = []
    after = 0
    for entity in entities:
        if entity.start < after:
            raise ValueError(f"entities must be sorted, not overlapping; found {entity.start} after {after}")
        classes, caption = style_of(entity.label, labels), entity.label
        if remark := remarks.get(key(entity)):
            classes, caption = f"{classes} parts", f"{caption} · {remark}"
        pieces.append(escape(text[after : entity.start]))
        pieces.append(
            f'<mark class="{classes}" {_data(entity)} data-caption="{escape(caption)}"'
            f' title="{escape(caption)}, score {score_of(entity)}">'
            f"<span>{escape(text[entity.start : entity.end])}</span></mark>"
        )
        after = entity.end
    pieces.append(escape(text[after:]))
    return f'<div class="passage" dir="auto">{"".join(pieces)}</div>'


def entity_table(entities: Sequence[Entity], labels: Sequence[str]) -> str:
    """The entities as a table: the form for screen readers, with offsets and scores."""
    rows = "".join(
        f"<tr {_data(entity)}><td>{escape(entity.text)}</td><td>{label_chip(entity.label, labels)}</td>"
        f'<td class="number">{entity.start}</td><td class="number">{entity.end}</td>'
        f'<td class="number"><i class="bar" style="--score: {score_of(entity)}"></i>'
        f"{score_of(entity)}</td></tr>"
        for entity in entities
    )
    columns = {"Text": "", "Label": "", "Start": "number", "End": "number", "Score": "number"}
    return table(columns, rows, "Entities found")


def table(columns: Mapping[str, str], rows: str, caption: str) -> str:
    """A table around ready `rows`. columns: heading and CSS class of each; caption: for screen
    readers."""
    headings = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in columns.items())
    return (
        f'<div class="scroll"><table><caption class="unseen">{caption}</caption>'
        f"<thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def label_chip(label: str, labels: Sequence[str]) -> str:
    return f'<span class="chip {style_of(label, labels)}">{escape(label)}</span>'


def megabytes(size: int) -> str:
    """A file's size in MB of 1,000,000 bytes, to a tenth, small ones to three digits."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e6:.3f} MB"


def score_of(entity: Entity) -> str:
    """The score to three digits, rounded down: an entity shown with 0.900 passes a threshold of 0.9."""
    return f"{math.floor(entity.score * 1000) / 1000:.3f}"


def _data(entity: Entity) -> str:
    """What the filters in page.js read."""
    return f'data-label="{escape(entity.label)}" data-score="{score_of(entity)}"'
