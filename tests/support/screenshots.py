"""Make the README's pictures from the running Space: `python tests/support/screenshots.py`.

It serves the Space with the models that it finds by itself (bundled/, or CLINSTILL_STUDENT and
CLINSTILL_TEACHER) and writes docs/space-light.png and docs/space-dark.png.
"""

import argparse
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from running_space import chromium, find_chromium, serve

DOCS = Path(__file__).parents[2] / "docs"
SIZE = {"width": 1280, "height": 800}
COLOURS = 128  # a page of text needs no more, and the file shrinks to a third


def picture(browser, url: str, scheme: str) -> bytes:
    """The page as a PNG, with its first example highlighted; scheme: "light" or "dark"."""
    page = browser.new_page(viewport=SIZE, device_scale_factor=1.5, color_scheme=scheme)
    page.goto(url)
    page.wait_for_selector("#marked .passage", timeout=120_000)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1000)  # Gradio fades its blocks in
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    page.close()
    out = io.BytesIO()
    shot.save(out, "png", optimize=True)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--to", type=Path, default=DOCS, help="folder of the pictures (default: docs)")
    to = parser.parse_args().to
    path = find_chromium()
    if path is None:
        print("no Chromium found: install one, or name it in CHROMIUM", file=sys.stderr)
        return 2
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder), {}) as space, chromium(path) as browser:
        for scheme in ("light", "dark"):
            file = to / f"space-{scheme}.png"
            print(f"{file}: {file.write_bytes(picture(browser, space.url, scheme)):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
