"""Files that space/private/exports.js makes, run in a browser page that has nothing else."""

import base64
import json
import mimetypes
from pathlib import Path

PRIVATE = Path(__file__).parents[2] / "space" / "private"
PLACE = "http://page.test/"  # no secure context: exports must work in a plain http page too

_MAKE = """async ([format, corpus]) => {
    const { make, Numeral } = await import("./exports.js");
    const content = JSON.parse(corpus);
    for (const one of content.documents) if (one.id.digits) one.id = new Numeral(one.id.digits);
    const bytes = new Uint8Array(await make(format, content).arrayBuffer());
    return btoa(bytes.reduce((binary, byte) => binary + String.fromCharCode(byte), ""));
}"""


def open_exports(page):
    """Serve the modules to a Playwright `page`, so that `export` works on it."""

    def answer(route):
        path = PRIVATE / route.request.url.removeprefix(PLACE)
        if path.is_file():
            route.fulfill(body=path.read_bytes(), content_type=mimetypes.guess_type(path.name)[0])
        else:
            route.fulfill(body="<!doctype html><title>Exports</title>", content_type="text/html")

    page.route(f"{PLACE}**", answer)
    page.goto(PLACE)


def export(page, name: str, corpus: dict) -> bytes:
    """The file of `corpus` in the format `name`; an id {"digits": ...} is a Numeral."""
    return base64.b64decode(page.evaluate(_MAKE, [name, json.dumps(corpus)]))  # ASCII: lone surrogates pass


def formats(page) -> list[dict]:
    """What exports.js offers."""
    return page.evaluate("async () => (await import('./exports.js')).FORMATS")
