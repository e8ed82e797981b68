"""`python full_disk.py`: the Space on a machine whose disk is full, wherever it would like to write.

Home, temporary folder and the Hub's cache lie on a small file system without a free byte, and
standard output and error lead to a device that takes none.
"""

import os
import runpy
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

SPACE = Path(__file__).parents[2] / "space"
INSIDE = "--inside"


def fill(folder: Path) -> None:
    """Mount a file system of a few pages and use them all up."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    with suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def main() -> None:
    folder = Path(os.environ["TMPDIR"]) / "full"
    fill(folder)
    for name in ("TMPDIR", "HOME", "HF_HOME", "GRADIO_TEMP_DIR"):
        os.environ[name] = str(folder)
    full = os.open("/dev/full", os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(full, stream)
    sys.path.insert(0, str(SPACE))
    sys.argv.remove(INSIDE)
    runpy.run_path(str(SPACE / "app.py"), run_name="__main__")


if __name__ == "__main__":
    if INSIDE in sys.argv:
        main()
    else:  # in a mount namespace of its own
        os.execvp("unshare", ["unshare", "--map-root-user", "--mount", sys.executable, __file__, INSIDE])
