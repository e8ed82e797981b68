"""HTML in which everything that comes from a visitor or a model is escaped.

The page shows these strings through `gr.HTML` with its default template, which takes a value as an
argument and never as code: `<script>`, `{{x}}` and `${x}` in a note stay plain text.
"""

import html
import re
from collections.abc import Mapping

# HTML cannot hold NUL, and UTF-8 no lone surrogate. One code point for one keeps offsets true.
_UNSHOWABLE = re.compile("[\0\ud800-\udfff]")


def escape(value: object) -> str:
    """`value` as text inside HTML, in element content or in a quoted attribute."""
    return html.escape(_UNSHOWABLE.sub("\ufffd", str(value)))


def note(message: str) -> str:
    """A message in place of a result. The message must not hold the visitor's text."""
    return f'<p class="note" role="status">{escape(message)}</p>'


def table(columns: Mapping[str, str], rows: str, caption: str) -> str:
    """A table around ready `rows`. columns: heading and CSS class of each; caption: for screen
    readers."""
    headings = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in columns.items())
    return (
        f'<div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table>'
        f'<caption class="unseen">{caption}</caption>'
        f"<thead><tr>{headings}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def megabytes(size: int) -> str:
    """A file's size in MB of 1,000,000 bytes, to a tenth, small ones to three digits."""
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e6:.3f} MB"
