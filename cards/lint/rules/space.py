"""The front matter of a Space, against what the Hub runs it with and against its files."""

import re

from ..hub_names import known
from ..input.card import Card
from ..input.parts import Folder
from ..registry import Faults, rule

_NAMES = {"sdk": "sdks", "colorFrom": "colours", "colorTo": "colours"}


@rule("space.field", hub_decides=True)
def field(card: Card) -> Faults:
    """A Space's front matter has the values that the Hub takes.

    Why:
        The Hub refuses the Space.
    Fix:
        Write a value of https://huggingface.co/docs/hub/spaces-config-reference.
    """
    data, matter = card.front_matter.data, card.front_matter
    for key, kind in _NAMES.items() if card.repo_type == "space" else ():
        if key in data and str(data[key]) not in known(kind):
            yield matter.place(key), f"{key}: {data[key]!r} is none of {', '.join(sorted(known(kind)))}"
    short = data.get("short_description")
    if card.repo_type == "space" and isinstance(short, str) and len(short) > 60:
        yield matter.place("short_description"), f"the short description has {len(short)} characters, over 60"


@rule("space.file")
def file(folder: Folder) -> Faults:
    """A Space's app is there, and its requirements pin the version of Gradio that the front matter names.

    Why:
        The Space does not start, or not as it was tested.
    Fix:
        Name the file of the app, and one version of Gradio in both places.
    """
    data, matter = folder.card.front_matter.data, folder.card.front_matter
    if folder.card.repo_type != "space":
        return
    app = data.get("app_file", "Dockerfile" if data.get("sdk") == "docker" else None)
    if app and str(app) not in folder.files:
        yield matter.place("app_file"), f"there is no file {app}"
    if data.get("sdk") == "gradio" and "requirements.txt" in folder.files:
        text = folder.files.part("requirements.txt", 0, 100_000).decode("utf-8", errors="replace")
        pinned = re.search(r"^gradio(?:\[[^\]]*\])?==([\w.]+)", text, re.MULTILINE)
        version = data.get("sdk_version")
        if pinned and version and pinned[1] != str(version):
            yield matter.place("sdk_version"), f"sdk_version {version}, and requirements.txt pins {pinned[1]}"
