"""Make the README's pictures from the running Space: `python tests/support/screenshots.py`.

It serves the Space with the models that it finds by itself (bundled/, or CLINSTILL_STUDENT and
CLINSTILL_TEACHER) and writes docs/space-light.png, docs/space-dark.png, and the preview that is shown where
somebody links to the page.
"""

import argparse
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from running_space import chromium, find_chromium, serve

ROOT = Path(__file__).parents[2]
SIZE = {"width": 1280, "height": 800}
PREVIEW = {"width": 1200, "height": 630}  # as html_head.py says
COLOURS = 128  # a page of text needs no more, and the file shrinks to a third


def picture(browser, url: str, scheme: str, size: dict[str, int] = SIZE, scale: float = 1.5) -> bytes:
    """The page as a PNG, with its first example highlighted; scheme: "light" or "dark"."""
    page = browser.new_page(viewport=size, device_scale_factor=scale, color_scheme=scheme)
    page.goto(url)
    page.wait_for_selector("#marked .passage", timeout=120_000)
    page.click("#run")
    page.wait_for_function("document.querySelector('#took-whole').textContent.includes('shown')")
    page.mouse.move(0, 0)
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(1000)  # Gradio fades its blocks in
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB").quantize(COLOURS)
    page.close()
    out = io.BytesIO()
    shot.save(out, "png", optimize=True)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--to", type=Path, default=ROOT, help="where docs/ and space/ are (default: here)")
    to = parser.parse_args().to
    path = find_chromium()
    if path is None:
        print("no Chromium found: install one, or name it in CHROMIUM", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder), {}) as space, chromium(path) as browser:
        made = {
            f"docs/space-{scheme}.png": picture(browser, space.url, scheme) for scheme in ("light", "dark")
        }
        made["space/ui/static/preview.png"] = picture(browser, space.url, "light", PREVIEW, 1)
        for name, content in made.items():
            file = to / name
            file.parent.mkdir(parents=True, exist_ok=True)
            print(f"{file}: {file.write_bytes(content):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
