"""The Space: `python app.py`, then open http://127.0.0.1:7860. HOST and PORT change the address.

It loads the two models that models.json or the environment name (see sources.py), builds the page
of ui/ around them, and serves it. No text is logged, stored or sent elsewhere.
"""

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import EntryNotFoundError
from private_page import mount_private_page
from security import SecurityHeaders
from sources import Source, SourceError, find_sources
from ui.contract import Model
from ui.examples import EXAMPLES
from ui.page import build, looks

from engine import EngineError, Tagger, load

HOME = Path(__file__).resolve().parent


def load_model(source: Source) -> Model:
    """Load one model and its card. Raises SourceError, naming what chose the model, when it fails."""
    try:
        tagger = load(source.model, revision=source.revision, file=source.file)
    except EngineError as error:
        raise SourceError(f"the {source.role} of {source.chosen_by} cannot be used: {error}") from error
    if source.sha256 not in (None, tagger.sha256):
        raise SourceError(
            f"the {source.role} of {source.chosen_by} is not the published file: {tagger.file.name} has "
            f"sha256 {tagger.sha256}, expected {source.sha256}. Publish the Space again."
        )
    return Model(
        source.role.capitalize(),
        _origin(source, tagger),
        tagger,
        _read(source, tagger, "README.md") or "",
        id=Path(source.model).name if tagger.revision is None else source.model,
        revision=tagger.revision or f"sha256:{tagger.sha256}",
        ledger=_ledger(source, tagger),
        alone=functools.cache(lambda: load(source.model, revision=source.revision, file=source.file)),
    )


def _origin(source: Source, tagger: Tagger) -> str:
    """What visitors are told: a Hub id with its revision, or a folder's name, never its full path."""
    if tagger.revision is None:
        return f"{source.chosen_by} ({Path(source.model).name})"
    return f"{source.model} at {tagger.revision}"


def _ledger(source: Source, tagger: Tagger) -> dict[str, Any] | None:
    found = _read(source, tagger, "ledger.json")
    return None if found is None else json.loads(found)


def _read(source: Source, tagger: Tagger, name: str) -> str | None:
    """A text file beside the model, None when there is none."""
    path = Path(source.model) / name
    if tagger.revision is not None:
        try:
            path = Path(hf_hub_download(source.model, name, revision=tagger.revision))
        except EntryNotFoundError:  # also raised offline, when the cache does not hold the file
            return None
    return path.read_text(encoding="utf-8") if path.is_file() else None


def create_app(student: Model, teacher: Model, *, space_id: str | None) -> FastAPI:
    """The ASGI application; its routes beside the page come here."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(SecurityHeaders)
    app.mount("/page", StaticFiles(directory=HOME / "ui" / "scripts"))
    mount_private_page(app, student, EXAMPLES)
    return gr.mount_gradio_app(
        app,
        build(student, teacher, space_id=space_id),
        path="/",
        root_path=os.environ.get("GRADIO_ROOT_PATH"),  # set by a reverse proxy that strips a prefix
        show_error=False,  # an error's message could quote the text
        run_history=False,  # would write texts to the browser's storage
        footer_links=["gradio", "settings"],
        ssr_mode=False,
        **looks(),
    )


def main() -> int:
    space_id = os.environ.get("SPACE_ID")
    port = os.environ.get("PORT") or "7860"
    if not port.isdecimal():
        print(f"space: PORT must be a number, found {port!r}", file=sys.stderr)
        return 2
    try:
        student, teacher = (load_model(source) for source in find_sources(HOME, os.environ))
    except SourceError as error:
        print(f"space: {error}", file=sys.stderr)
        return 2
    uvicorn.run(
        create_app(student, teacher, space_id=space_id),
        host=os.environ.get("HOST") or ("0.0.0.0" if space_id else "127.0.0.1"),
        port=int(port),
        access_log=False,
        timeout_graceful_shutdown=2,  # an open page's event stream never ends by itself
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
