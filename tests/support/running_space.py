"""The Space as a process, and an installed Chromium to look at it with."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

SPACE = Path(__file__).parents[2] / "space"
BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
QUIET = ("no-sandbox", "disable-gpu", "disable-background-networking", "disable-component-update",
         "disable-sync", "no-first-run")  # fmt: skip
START_S = 400  # a busy machine needs a while to import gradio


@dataclass
class RunningSpace:
    url: str
    log: Path  # stdout and stderr
    temporary: Path  # its folder for temporary files
    process: subprocess.Popen


@contextmanager
def serve(
    folder: Path, environment: dict[str, str], program: Path = SPACE / "app.py"
) -> Iterator[RunningSpace]:
    """Run `python space/app.py`, or another program that does, on a free port, with `environment` added
    and its files under `folder`."""
    port = free_port()
    log, files = folder / "log.txt", folder / "tmp"
    files.mkdir()
    temporary = {"GRADIO_TEMP_DIR": str(files), "TMPDIR": str(files)}
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, program],
            env=os.environ | {"PORT": str(port)} | temporary | environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    space = RunningSpace(f"http://127.0.0.1:{port}", log, files, process)
    try:
        _wait(space)
        yield space
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(space: RunningSpace) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if space.process.poll() is not None:
            code, said = space.process.returncode, space.log.read_text()
            raise RuntimeError(f"the Space ended with {code}:\n{said}")
        with suppress(httpx.TransportError):
            if '"warming"' not in httpx.get(f"{space.url}/readyz", trust_env=False, timeout=60).text:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the Space did not answer within {START_S} s:\n{space.log.read_text()}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(url: str, button: str, text: str) -> str:
    """Press a button of the page as the browser does; returns the HTML of the last answer."""
    # A new connection for each request: the server may have closed an idle one while it was busy.
    with visitor(url) as client:
        event = press(client, button, text)
        with client.stream(
            "GET", "/gradio_api/queue/data", params={"session_hash": event["session_hash"]}
        ) as events:
            for line in events.iter_lines():
                event = json.loads(line.removeprefix("data: ")) if line else {}
                if event.get("msg") == "process_completed":
                    assert event["success"], event
                    return event["output"]["data"][0]
    raise AssertionError("the queue ended without an answer")


def press(client: httpx.Client, button: str, text: str) -> dict:
    """Press a button of the page and wait for nothing; returns what /gradio_api/cancel takes."""
    function = function_of(client.get("/config").json(), button)
    event = {"fn_index": function, "session_hash": uuid.uuid4().hex}
    joined = client.post("/gradio_api/queue/join", **_body(event | {"data": [text]}))
    return event | joined.raise_for_status().json()


def function_of(config: dict, button: str) -> int:
    """The number of what a button of the page calls, by what /config answers."""
    names = {part["id"]: part["props"].get("elem_id") for part in config["components"]}
    [function] = [
        dependency["id"]
        for dependency in config["dependencies"]
        if button in {names.get(target) for target, _ in dependency["targets"]}
    ]
    return function


def cancel(client: httpx.Client, event: dict) -> None:
    """Press Cancel."""
    client.post("/gradio_api/cancel", **_body(event)).raise_for_status()


def visitor(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, timeout=300, trust_env=False, headers={"connection": "close"})


def _body(content: dict) -> dict:
    # In ASCII, since a text may hold a lone surrogate.
    return {"content": json.dumps(content), "headers": {"content-type": "application/json"}}


def find_chromium() -> str | None:
    """Path of an installed Chromium or Chrome; CHROMIUM overrides the search."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


@contextmanager
def chromium(path: str) -> Iterator:
    """A Playwright browser that runs the Chromium at `path` and calls nobody by itself."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[f"--{flag}" for flag in QUIET])
        yield browser
        browser.close()
