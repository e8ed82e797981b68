"""Reads the data to measure on: `--data NAME=SOURCE`, a file or folder here, or a Hub data set.

For a corpus of the model's recipe, that says how its files are read, what their labels mean, which splits
are cut out of them, and which documents are the guard. Any other source is one labelled file, whose format
shows in its name. The recipe comes with the model, so it may be a stranger's: it decides how the files below
the given folder are read, and leads nowhere else.
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cards.ledger import GUARD, ClaimId, DataSet, FolderLedger
from training import corpora
from training.corpora import Corpus, CorpusError, Document
from training.corpora.formats import HUB
from training.corpora.labels import map_labels
from training.recipe import Recipe, RecipeError, load_recipe, recipes

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
RECIPE = "recipe.yaml"  # in a model's folder


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
    given: Sequence[str],
    labels: Sequence[str],
    ledger: FolderLedger | None,
    hub: Hub,
    folder: Path | None = None,
) -> dict[str, Split]:
    """Read the splits that options name.

    Args:
        given: The options, "NAME=SOURCE", see `check_given`.
        labels: The entity types of the model.
        ledger: The model's, where it has one.
        hub: Where data sets are downloaded from.
        folder: The model's, with its recipe.

    Returns:
        The splits by their names in the ids of the ledger's claims (`ClaimId.place`).

    Raises:
        PublishError: Something cannot be read; the message says what to give instead.
    """
    found: dict[str, Split] = {}
    recipe = _recipe(ledger, folder)
    try:
        for option in given:
            name, _, source = option.partition("=")
            place, revision = _locate(source, hub)
            keys = _keys(recipe, name)
            for key in keys:
                assert recipe
                found |= _of_recipe(recipe, key, place, revision)
            if not keys:
                found[_place(ledger, name)] = _one_file(name, place, revision, labels)
    except CorpusError as error:
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


def unknown_names(given: Sequence[str], ledger: FolderLedger, folder: Path | None = None) -> str:
    """What to say of names in `given` under which the ledger has no numbers; "" where it has all."""
    known = {claim.data.id for claim in ledger.claims if claim.data}
    recipe, names = _recipe(ledger, folder), [option.partition("=")[0] for option in given]
    strange = [name for name in names if name not in known and not _keys(recipe, name)]
    if not strange:
        return ""
    return (
        f"--data {', '.join(strange)}: the ledger's numbers are on {listed(known)}. What has another name is "
        "read as one labelled file, and compared as other data where its texts differ."
    )


def _recipe(ledger: FolderLedger | None, folder: Path | None) -> Recipe | None:
    """The recipe in a model's folder; else that of this project which the ledger names, if it is one.

    Raises:
        PublishError: The model's own cannot be read, or is of other labels than the ledger.
    """
    if ledger is None:
        return None
    labels, own = ledger.models[ledger.subject].labels, folder / RECIPE if folder else None
    if own is None or not own.is_file():
        named = load_recipe(ledger.recipe) if ledger.recipe in recipes() else None
        return named if named and named.labels == labels else None
    try:
        recipe = load_recipe(str(own))
    except RecipeError as error:
        raise PublishError(str(error).replace(f"{folder}/", "")) from error
    if recipe.labels != labels:
        wanted, found = ", ".join(labels), ", ".join(recipe.labels)
        raise PublishError(f"{RECIPE} labels {found}, and ledger.json {wanted}: they are of two models")
    return recipe


def _keys(recipe: Recipe | None, name: str) -> list[str]:
    """What the recipe calls its labelled corpora of that name or id."""
    every = recipe.corpora.items() if recipe else ()
    return [key for key, corpus in every if corpus.types and name in (key, corpus.id, corpus.repo)]


def _place(ledger: FolderLedger | None, name: str) -> str:
    """The split under which the ledger has scores on the data set `name`; else the models' own test."""
    if ledger is None:
        return "test"
    scores = ledger.find(model=ledger.subject, metric="f1", vs_model=None)
    places = {c.data.id: c.id.place for c in scores if c.data and c.id.split != GUARD}
    return places.get(name) or ledger.own_test(ledger.subject)


def _of_recipe(recipe: Recipe, key: str, place: Path, revision: str | None) -> dict[str, Split]:
    """The splits of a recipe's corpus that are there, the guard set apart as training does it."""
    corpus, guard = recipe.corpora[key], recipe.guard
    folder, files = _files(corpus, recipe.measure.get(key), place)
    _refuse_empty(folder / name for name in files.values())
    splits = corpora.load(corpus.model_copy(update={"files": files}), {corpus.id: folder})
    if key == guard.corpus and guard.split in splits:
        with suppress(CorpusError):  # of so few documents none was set apart
            apart, rest = corpora.set_apart(splits[guard.split], guard)
            splits |= ({GUARD: apart} if apart else {}) | {guard.split: rest}
    named, data = corpus.repo or corpus.id, recipe.data_name(key)
    found = {}
    for split, documents in splits.items():
        own = Split(documents, _described(named, revision or corpus.revision, documents))
        found[str(ClaimId("corpus", data=data, split=split, metric="documents").place)] = own
        if split == GUARD:  # as scores on it are called, of whatever corpus it is
            found[split] = own
    return found


def _files(corpus: Corpus, measured: str | None, place: Path) -> tuple[Path, dict[str, str]]:
    """The folder of a corpus' files, and which are there: split -> name in the folder.

    One file that is given is that of its name in the recipe, else that of the measured split.
    """
    if place.is_file() and corpus.format in (HUB, "brat"):
        raise PublishError(f"{place}: is a file; give the folder that the corpus {corpus.id} is read from")
    if corpus.format == HUB:
        return place, corpus.files  # which are names of splits
    if place.is_file() or (corpus.format == "brat" and any(place.glob("*.ann"))):
        named = [split for split, name in corpus.files.items() if Path(name).name == place.name]
        cut = [split for split in corpus.files if measured in (split, *corpus.cuts(split).values())]
        return place.parent, {(*named, *cut, *corpus.files)[0]: place.name}
    there = {split: name for split, name in corpus.files.items() if (place / name).exists()}
    if not there:
        raise PublishError(
            f"{place}: holds none of {', '.join(corpus.files.values())}; there is "
            f"{listed(entry.name for entry in place.iterdir())}. Give the folder of those files, or one of "
            "them."
        )
    return place, there


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
