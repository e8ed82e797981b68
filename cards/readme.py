"""The results section of the project's README, written from the bundled model's ledger."""

from pathlib import Path

from .errors import CardError
from .ledger import read_ledger
from .numbers import Numbers
from .render import fill, subject

BEGIN = "<!-- results: begin (python -m cards readme README.md space/bundled/student) -->"
END = "<!-- results: end -->"


def update(readme: Path, model_folder: Path, write: bool = True) -> bool:
    """Put the results of a model folder between the markers of `readme`.

    write: whether to change the file. Returns whether its text differed. Raises CardError when the
    README or a marker is missing, or the ledger lacks a claim.
    """
    try:
        old = readme.read_text(encoding="utf-8")
    except OSError as error:
        raise CardError(f"{readme}: cannot be read ({error.strerror})") from error
    before, begin, rest = old.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise CardError(f"{readme}: put the two lines {BEGIN!r} and {END!r} where the results belong")
    new = f"{before}{BEGIN}\n{results(model_folder)}\n{END}{after}"
    if write and new != old:
        readme.write_text(new, encoding="utf-8")
    return new != old


def results(model_folder: Path) -> str:
    """The results of a model folder and its teacher, as Markdown."""
    ledger = read_ledger(Path(model_folder) / "ledger.json")
    number = Numbers(ledger)
    names = {model: model for model in ledger.models}
    return number.place(fill("readme.md.j2", ledger, subject(ledger), names, number))[0]
