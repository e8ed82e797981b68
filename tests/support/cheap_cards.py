"""Cards for tests of what happens to them: rendered and linted once for equal inputs, figures not drawn."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from cards.render import Card
from cards.render.figures import drawing, numbers
from publish.errors import PublishError
from publish.hub.remote import sha256
from publish.pushing import staging


@contextmanager
def cheap_cards() -> Iterator[None]:
    """Until the block ends, in this process. tests/cards holds the cards themselves to be right."""
    rendered: dict[tuple, Card] = {}
    linted: dict[tuple, str] = {}
    render, refuse_errors = staging.render, staging._refuse_errors

    def render_once(folder: Path, repos: Mapping[str, str], templates: Path | None) -> Card:
        if templates:
            return render(folder, repos, templates)
        key = ((folder / "ledger.json").read_bytes(), tuple(sorted(repos.items())))
        if key not in rendered:
            rendered[key] = render(folder, repos)
        return rendered[key]

    def refuse_errors_once(folder: Path, repo_id: str) -> None:
        files = (path for path in folder.rglob("*") if path.is_file())
        key = (repo_id, frozenset((str(path.relative_to(folder)), sha256(path)) for path in files))
        if key not in linted:
            try:
                refuse_errors(folder, repo_id)
                linted[key] = ""
            except PublishError as error:
                linted[key] = str(error)
        if linted[key]:
            raise PublishError(linted[key])

    with (
        patch.object(drawing, "_png", _dot),
        patch.object(staging, "render", render_once),
        patch.object(staging, "_refuse_errors", refuse_errors_once),
    ):
        yield


def _dot(drawn: drawing.Drawing, theme: str) -> bytes:
    """A figure of one pixel that keeps its claims, where the lint reads them."""
    kept, file = PngInfo(), io.BytesIO()
    shown = {number.claim: number.value for number in numbers(drawn)}
    kept.add_text("Claims", json.dumps(shown))
    colour = "black" if theme == "dark" else "white"
    Image.new("RGB", (1, 1), colour).save(file, format="PNG", pnginfo=kept)
    return file.getvalue()
