"""The modules of the private page, run by tests in Chromium and in Node."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PRIVATE = Path(__file__).parents[2] / "space" / "private"
RUNTIME = PRIVATE / "vendor" / "ort-wasm-simd-threaded.wasm"
NO_RUNTIME = "the browser runtime is not there; fetch it with: make private"
# `run(body, data)`: the body of an async function that has `data` and `module(name)`.
Run = Callable[..., object]
_FUNCTION = """\
async ([base, body, json]) => {
  const make = Object.getPrototypeOf(async () => {}).constructor;
  const module = (name) => import(new URL(name, base));
  return JSON.stringify(await make("module", "data", body)(module, JSON.parse(json)) ?? null);
}"""
_NODE = f"""\
import {{ createInterface }} from "node:readline";
const call = {_FUNCTION};
for await (const line of createInterface({{ input: process.stdin }})) {{
  const answer = await call(JSON.parse(line)).catch((error) => JSON.stringify({{ failed: error.message }}));
  process.stdout.write(answer + "\\n");
}}"""


class JavaScriptError(Exception):
    """What the script threw."""


@contextmanager
def in_node(node: str) -> Iterator[Run]:
    """run(body, **data) in one Node process."""
    command = [node, "--input-type=module", "--eval", _NODE]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes) as process:

        def run(body: str, **data) -> object:
            # Data travels as ASCII JSON, in which a lone surrogate survives every encoding.
            process.stdin.write(json.dumps([PRIVATE.as_uri() + "/", body, json.dumps(data)]) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if isinstance(answer, dict) and "failed" in answer:
                raise JavaScriptError(answer["failed"])
            return answer

        yield run


def in_page(page) -> Run:
    """run(body, **data) in a Playwright page that stands in the folder of the modules."""
    from playwright.sync_api import Error

    def run(body: str, **data) -> object:
        try:
            return json.loads(page.evaluate(_FUNCTION, [page.url, body, json.dumps(data)]))
        except Error as error:
            raise JavaScriptError(error.message) from error

    return run


@contextmanager
def serve_folder(folder: Path, headers: dict[str, str]) -> Iterator[str]:
    """Serve a folder on a free port of loopback, every answer with these headers; yields its address."""

    class Handler(SimpleHTTPRequestHandler):
        def end_headers(self):
            for name, value in headers.items():
                self.send_header(name, value)
            super().end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
