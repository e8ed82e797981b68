"""Reads the data to measure on: `--data NAME=SOURCE`, a file or folder here, or a Hub data set.

For a corpus of one of our recipes, the recipe says how its files are read and which documents are the
guard. Any other source is one labelled file, whose format shows in its name.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cards.ledger import DataSet, Ledger
from training import corpora
from training.corpora import CorpusError, Document
from training.corpora.labels import map_labels
from training.recipe import Recipe, RecipeError, load_recipe

from ..errors import PublishError, UnreachableError
from ..hub.client import Hub
from ..hub.repo_ids import check_repo_id
from ..terminal import listed

FORMATS = {
    "jsonl": (".jsonl", ".jsonl.gz"),
    "conll": (".conll", ".iob", ".iob2", ".bio", ".tsv"),
    "pubtator": (".pubtator", ".pubtator.txt", ".txt"),
}
ENDINGS = tuple(end for ends in FORMATS.values() for end in ends)


@dataclass(frozen=True)
class Split:
    """Documents to measure on, with the labels of the model, and how the ledger would name them."""

    documents: list[Document]
    data: DataSet


def check_given(given: Sequence[str]) -> None:
    """Raise PublishError where an option cannot be meant, before the Hub is asked for anything."""
    for option in given:
        name, equals, source = option.partition("=")
        if not (name and equals and source):
            raise PublishError(
                f"--data takes NAME=PATH or NAME=OWNER/DATASET, found {option!r}. NAME is the ledger's "
                "name of the data, or any of your own, e.g. --data mine=notes.jsonl"
            )
        path = Path(source).expanduser()
        if path.exists():
            continue
        repo_id = source.partition("@")[0]
        if source.startswith((".", "/", "~")) or repo_id.count("/") != 1:
            raise PublishError(
                f"--data: {_missing(path)}. A Hub data set is written OWNER/NAME or OWNER/NAME@COMMIT."
            )
        check_repo_id(repo_id)


def read_data(
    given: Sequence[str], labels: Sequence[str], ledger: Ledger | None, hub: Hub
) -> dict[str, Split]:
    """Read the splits that options name.

    Args:
        given: The options, "NAME=SOURCE", see `check_given`.
        labels: The entity types of the model.
        ledger: The model's, where it has one.
        hub: Where data sets are downloaded from.

    Returns:
        The splits by the ledger's names of them; "test" for a source that neither recipe nor ledger knows.

    Raises:
        PublishError: Something cannot be read; the message says what to give instead.
    """
    found: dict[str, Split] = {}
    try:
        for option in given:
            name, _, source = option.partition("=")
            place, revision = _locate(source, hub)
            recipe = _recipe(ledger, name)
            if recipe is None:
                found[_split(ledger, name)] = _one_file(name, place, revision, labels)
            else:
                found |= _of_recipe(recipe, place, revision)
    except (CorpusError, RecipeError) as error:
        raise PublishError(str(error)) from error
    except ModuleNotFoundError as error:  # of the `datasets` library, which the light environment has not
        raise PublishError(
            f"--data {option}: reading it needs the package {error.name!r}; install the version that "
            "training/requirements.txt pins, or give the corpus as a file"
        ) from error
    return found


def _locate(source: str, hub: Hub) -> tuple[Path, str | None]:
    """The file or folder, and the full commit where it is a Hub data set (downloaded)."""
    path = Path(source).expanduser()  # no shell does that behind NAME=
    if path.exists():
        return path, None
    repo_id, _, revision = source.partition("@")
    try:
        commit = hub.find("dataset", repo_id, revision or None)
    except UnreachableError:
        raise
    except PublishError as error:
        raise PublishError(f"--data: {_missing(path)}, and as a Hub data set:\n{error}") from error
    sizes = {path: file.size for path, file in hub.files("dataset", repo_id, commit).items()}
    return hub.download("dataset", repo_id, commit, sizes), commit


def _missing(path: Path) -> str:
    """That it is not here, and what is in the nearest folder that is."""
    folder = next(parent for parent in path.absolute().parents if parent.is_dir())
    names = [entry.name for entry in folder.iterdir() if not entry.name.startswith(".")]
    return f"{path} is not here ({folder} holds {listed(names)})"


def unknown_names(given: Sequence[str], ledger: Ledger) -> str:
    """What to say of names in `given` under which the ledger has no numbers; "" where it has all."""
    known = {claim.data.id for claim in ledger.claims if claim.data}
    names = [option.partition("=")[0] for option in given]
    strange = [name for name in names if name not in known and _recipe(ledger, name) is None]
    if not strange:
        return ""
    return (
        f"--data {', '.join(strange)}: the ledger's numbers are on {listed(known)}. What has another name is "
        "read as one labelled file, and compared as other data where its texts differ."
    )


def _recipe(ledger: Ledger | None, name: str) -> Recipe | None:
    """The recipe of the ledger, where it is one of ours and reads the corpus `name`."""
    try:
        recipe = load_recipe(ledger.recipe) if ledger else None
    except RecipeError:
        return None
    return recipe if recipe and name in (recipe.corpus.id, recipe.corpus.repo) else None


def _split(ledger: Ledger | None, name: str) -> str:
    """The split under which the ledger has claims on the data set `name`."""
    claims = ledger.claims if ledger else ()
    return next((c.split for c in claims if c.split and c.data and c.data.id == name), "test")


def _of_recipe(recipe: Recipe, place: Path, revision: str | None) -> dict[str, Split]:
    """The splits of a recipe's corpus that are there, the guard set apart as training does it."""
    corpus = recipe.corpus
    if place.is_file():
        folder, there = place.parent, {recipe.evaluation.split: place.name}
    else:
        folder = place
        there = {split: name for split, name in corpus.files.items() if (folder / name).exists()}
    if corpus.format == "hub":  # its files name splits, not files
        there = dict(corpus.files)
    if not there:
        raise PublishError(
            f"{place}: holds none of {', '.join(corpus.files.values())}; there is "
            f"{listed(entry.name for entry in place.iterdir())}. Give the folder of those files, or the "
            f"one file of the split {recipe.evaluation.split}."
        )
    _refuse_empty(folder / name for name in there.values())
    read_now = corpus.model_copy(update={"files": there})
    splits = corpora.load(read_now, {corpus.id: folder})
    if recipe.guard_split in splits and recipe.guard_documents <= len(splits[recipe.guard_split]):
        guard, rest = corpora.guard(splits[recipe.guard_split], recipe.guard_documents)
        splits |= {"guard": guard, recipe.guard_split: rest}
    named = corpus.repo or corpus.id
    return {
        split: Split(documents, _described(named, revision or corpus.revision, documents))
        for split, documents in splits.items()
    }


def _one_file(name: str, place: Path, revision: str | None, labels: Sequence[str]) -> Split:
    """One labelled file, or the test split of a data set stored as tables. Mentions of types that the
    model has not are left out."""
    file, documents = _documents(place)
    found = sorted({span.label for document in documents for span in document.spans})
    if not found:
        raise PublishError(
            f"{file}: holds {len(documents)} documents and no mention to compare with. Give labelled data."
        )
    known = {label.lower(): label for label in labels}
    ours = {label: known[label.lower()] for label in found if label.lower() in known}
    if not ours:
        raise PublishError(
            f"{file}: its types ({', '.join(found)}) are none of the model's ({', '.join(labels)})"
        )
    ignored = tuple(label for label in found if label not in ours)
    documents = map_labels({"test": documents}, ours, ignored, name)["test"]
    return Split(documents, _described(name, revision, documents))


def _documents(place: Path) -> tuple[Path, list[Document]]:
    """The file or folder that holds the documents, and these."""
    if place.is_dir() and any(place.rglob("*.parquet")):
        return place, _test_split(place)
    file = place if place.is_file() else _test_file(place)
    if file.is_dir():
        return file, corpora.READERS["brat"](file, None)
    _refuse_empty([file])
    form = next((form for form, ends in FORMATS.items() if file.name.lower().endswith(ends)), None)
    if form is None:
        raise PublishError(
            f"{file}: its format does not show in its name; give a file that ends in {', '.join(ENDINGS)}"
        )
    return file, corpora.READERS[form](file, None)


def _refuse_empty(files: Iterable[Path]) -> None:
    for file in files:
        if file.is_file() and not file.stat().st_size:
            raise PublishError(f"{file}: is empty. Give a file with labelled documents.")


def _test_split(place: Path) -> list[Document]:
    """Of a data set stored as tables."""
    try:
        return corpora.formats.hub.read(place, None, "test")
    except CorpusError as error:
        there = re.search(r"Unknown split .*? one of \[(.*?)\]", str(error))
        if not there:
            raise
        raise PublishError(
            f"{place}: has no split 'test', which is measured on, but {there[1]}. Write the one that you "
            "mean to a file of JSON lines, and give that."
        ) from error


def _test_file(folder: Path) -> Path:
    """The one labelled file of a folder, or the one that is called a test."""
    if any(folder.glob("*.ann")):
        return folder
    files = [file for file in sorted(folder.rglob("*")) if file.name.lower().endswith(ENDINGS)]
    tests = [file for file in files if "test" in file.name.lower()] if len(files) > 1 else files
    if len(tests) != 1:
        listed = ", ".join(file.name for file in files[:10]) or "none"
        raise PublishError(f"{folder}: give the one file to measure on; labelled files found: {listed}")
    return tests[0]


def _described(name: str, revision: str | None, documents: Sequence[Document]) -> DataSet:
    return DataSet(id=name, revision=revision, sha256=corpora.sha256(documents), documents=len(documents))
