"""Routes of /private/: the page that tags in the visitor's own browser, and the model that it runs there.

The server gives out files and never sees a text. The very ONNX file that it runs itself goes to the
browser, with what its own tagger finds in one fixed text, so that the page can check that the two agree.
"""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from .contract import Model
from .ui.file_claims import meaning_of_scores
from .ui.sample_notes import Example

HOME = Path(__file__).resolve().parent
PRIVATE = HOME / "private"
RUNTIME = PRIVATE / "vendor" / "ort-wasm-simd-threaded.wasm"
SERVED = {".css", ".html", ".js", ".mjs", ".txt", ".wasm"}  # not what npm needs
# A browser may keep the model, whose address is its hash; of all else it asks whether it has changed, so
# that parts of two versions never meet.
FOREVER = {"cache-control": "public, max-age=31536000, immutable"}
ASK_FIRST = {"cache-control": "no-cache"}
# Invented. Offsets count code points, so it has what one can miscount: emoji, a combining mark, CR LF.
GOLDEN = (
    "A 58-year-old woman 🙂 with Me\u0301nie\u0300re's disease and hypertension took gentamicin and "
    "lisinopril.\r\nTwo days later: tinnitus, 😕 nausea and acute renal failure; gentamicin was stopped "
    "and α-tocopherol given. No seizures after lithium."
)


def mount_private_page(app: FastAPI, model: Model, examples: Sequence[Example]) -> None:
    """Serve the page for `model` under /private/, with `examples` as its sample notes."""
    folder = model.tagger.file.parent.parent
    about = JSONResponse(_about(model, examples))

    def index(_: Request) -> Response:
        if RUNTIME.is_file():
            return _fresh(PRIVATE / "index.html")
        return _fresh(PRIVATE / "missing.html", status_code=503)

    routes = [
        Route("/", index),
        Route("/model/model.json", lambda _: about),
        Route("/model/config.json", lambda _: _fresh(folder / "config.json")),
        Route("/model/tokenizer.json", lambda _: _fresh(folder / "tokenizer.json")),
        Route(
            f"/model/{model.tagger.sha256}.onnx", lambda _: FileResponse(model.tagger.file, headers=FOREVER)
        ),
        Route("/entities.css", lambda _: _fresh(HOME / "ui" / "entities.css")),
        Mount("/", _OwnFiles(directory=PRIVATE)),
    ]
    # Relative, for whoever serves all this under a prefix.
    app.add_api_route("/private", lambda: RedirectResponse("private/"), include_in_schema=False)
    app.mount("/private", Starlette(routes=routes))


class _OwnFiles(StaticFiles):
    def lookup_path(self, path: str) -> tuple[str, Any]:
        return super().lookup_path(path) if Path(path).suffix in SERVED else ("", None)

    def file_response(self, *file: Any) -> Response:
        response = super().file_response(*file)
        response.headers.update(ASK_FIRST)
        return response


def _fresh(path: Path, status_code: int = 200) -> FileResponse:
    return FileResponse(path, status_code, headers=ASK_FIRST)


def _about(model: Model, examples: Sequence[Example]) -> dict[str, Any]:
    """What the page says of the model, and checks."""
    [entities] = model.tagger([GOLDEN])
    return {
        "model": model.id,
        "revision": model.revision,
        "offset_unit": "code_point",
        "bytes": model.tagger.file.stat().st_size,
        "sha256": model.tagger.sha256,
        "labels": model.tagger.labels,
        "scores": meaning_of_scores(model),
        "golden": {"text": GOLDEN, "entities": [asdict(entity) for entity in entities]},
        "examples": [{"title": one.title, "text": one.text, "about": one.about} for one in examples],
    }
