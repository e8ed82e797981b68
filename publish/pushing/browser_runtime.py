"""Fetches ONNX Runtime for browsers, with which the Space's private page runs the model.

npm fetches it by space/private/package-lock.json; git does not hold it.
"""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

VENDOR = "vendor"
RUNTIME = f"{VENDOR}/ort-wasm-simd-threaded.wasm"  # the last file that is put there: with it all are
COMMANDS = (["npm", "ci", "--ignore-scripts"], ["npm", "run", "vendor"])
LACKS = "The Space's private page lacks ONNX Runtime"
WITHOUT = "All else works; the page says how to add it."


def has_runtime(private: Path) -> bool:
    return (private / RUNTIME).is_file()


def ensure_runtime(private: Path, say: Callable[[str], None], *, fetch: bool) -> None:
    """See to it that `private`, the folder of the private page, holds the runtime, and `say` what there
    is to know. With `fetch` off nothing is fetched."""
    if has_runtime(private):
        return
    if shutil.which("npm") is None:
        say(f"{LACKS}, and npm was not found. {WITHOUT} Install Node.js, then push again.")
    elif not fetch:
        say(f"{LACKS} (14 MB), so it is not in this plan: a push fetches it with npm.")
    elif error := _fetch(private):
        say(f"{LACKS}, and it could not be fetched: {error} {WITHOUT} Push again later.")


def _fetch(private: Path) -> str | None:
    """Run npm; returns what went wrong, None when the runtime is there."""
    for command in COMMANDS:
        done = subprocess.run(command, cwd=private, capture_output=True, text=True)
        if done.returncode != 0:
            said = [line for line in done.stderr.splitlines() if "error" in line.lower()]
            reason = f" ({said[0].strip()})" if said else ""
            return f"`{' '.join(command)}` in {private.name}/ ended with {done.returncode}{reason}."
    if not has_runtime(private):
        return f"`{' '.join(command)}` in {private.name}/ ended well, but {RUNTIME} is not there."
    return None
