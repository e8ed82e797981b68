"""Sections of hand-written READMEs that come from the bundled student's ledger: the project's results,
and the models that the Space shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import CardError
from ..ledger import Ledger, read_ledger
from . import fill, subject
from .card_map import Numbers


@dataclass(frozen=True)
class Section:
    """What stands between two marking lines of a README."""

    begin: str
    end: str
    template: str

    def fill(self, ledger: Ledger, repos: Mapping[str, str], number: Numbers) -> str:
        return fill(self.template, ledger, subject(ledger), repos, number)


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
    """Put what a student's ledger says between the markers of `readme`.

    write: whether to change the file. Returns whether its text differed. Raises CardError when the
    README or its markers are missing, or the ledger lacks a claim.
    """
    try:
        old = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise CardError(f"{readme}: cannot be read ({error.strerror})") from error
    wanted = MODELS if MODELS.begin in old else RESULTS
    before, after = section(old, wanted, str(readme))
    ledger = read_ledger(Path(model_folder) / "ledger.json")
    number = Numbers(ledger)
    text, _ = number.place(wanted.fill(ledger, {name: name for name in ledger.models}, number))
    new = f"{before}{wanted.begin}\n{text}\n{wanted.end}{after}"
    if write and new != old:
        readme.write_text(new, encoding="utf-8")
    return new != old


def section(text: str, wanted: Section, where: str) -> tuple[str, str]:
    """What stands before and after a section, its marking lines left out. Raises CardError without them."""
    before, begin, rest = text.partition(wanted.begin)
    _, end, after = rest.partition(wanted.end)
    if not (begin and end):
        raise CardError(
            f"{where}: put the two lines {wanted.begin!r} and {wanted.end!r} where the section belongs"
        )
    return before, after
