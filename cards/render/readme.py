"""READMEs that are written by hand but for one section, which comes from the bundled student's ledger: the
project's results, and the models of the Space."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import CardError
from ..ledger import FolderLedger, read_folder_ledger
from .card_map import CardMap, Numbers
from .metadata import canonical
from .rendering import Card, fill
from .sections import digests, front_matter_of, mark


@dataclass(frozen=True)
class Section:
    """What stands between two marking lines of a README."""

    begin: str
    end: str
    template: str

    def around(self, text: str, where: str) -> tuple[str, str]:
        """What stands before and after the section, its marking lines left out. Raises CardError without
        them."""
        before, begin, rest = text.partition(self.begin)
        _, end, after = rest.partition(self.end)
        if not (begin and end):
            raise CardError(
                f"{where}: put the two lines {self.begin!r} and {self.end!r} where the section belongs"
            )
        return before, after


RESULTS = Section(
    "<!-- results: begin (python -m cards readme README.md space/bundled/student) -->",
    "<!-- results: end -->",
    "readme.md.j2",
)
MODELS = Section(
    "<!-- models: begin (python -m cards readme space/README.md space/bundled/student) -->",
    "<!-- models: end -->",
    "space.md.j2",
)


def update(readme: Path, model_folder: Path, write: bool = True) -> bool:
    """Put what a student's ledger says between the markers of a README.

    Args:
        readme: The project's README or the Space's.
        model_folder: The student's.
        write: Whether to change the file.

    Returns:
        Whether the text of the file differed.

    Raises:
        CardError: The README or its markers are missing, or the ledger lacks a claim.
    """
    try:
        old = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise CardError(f"{readme}: cannot be read ({error.strerror})") from error
    wanted = MODELS if MODELS.begin in old else RESULTS
    before, after = wanted.around(old, str(readme))
    ledger = read_folder_ledger(Path(model_folder) / "ledger.json")
    number = Numbers(ledger)
    text, _ = number.place(fill(wanted.template, ledger, {name: name for name in ledger.models}, number))
    new = f"{before}{wanted.begin}\n{text}\n{wanted.end}{after}"
    if write and new != old:
        readme.write_text(new, encoding="utf-8")
    return new != old


def space_card(readme: str, ledger: FolderLedger, repos: Mapping[str, str]) -> Card:
    """The card of a published Space, every section of which is ours on the Hub.

    Args:
        readme: The text of space/README.md.
        ledger: The ledger of the student that the Space shows, with its teacher's claims.
        repos: Hub ids of both, which the card names.

    Raises:
        CardError: The README has no front matter or no place for the models.
    """
    data, body = front_matter_of(readme)
    if not data:
        raise CardError("the Space's README has no front matter; the Hub needs sdk and app_file there")
    before, after = MODELS.around(body, "the Space's README")
    ids = {name: repos.get(name, name) for name in ledger.models}
    number = Numbers(ledger)
    shown = [repo for repo in ids.values() if "/" in repo]
    data |= {"models": shown} if shown else {}
    text = f"{canonical(data)}\n{before}{fill(MODELS.template, ledger, ids, number)}{after}"
    text, entries = number.place(mark(text))
    return Card(text, CardMap(repos=ids, numbers=entries, regions=digests(text)))
