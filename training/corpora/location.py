"""Location of a corpus: on this machine, or on the Hub.

It is looked for in this order: `data[ID]` (`--data ID=PATH`), $CLINSTILL_DATA/ID, the folder ID beside the
recipes (corpora of our own writing), the Hub data set `repo` at its full `revision`.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from .definition import Corpus
from .document import CorpusError
from .formats import HUB

INVENTED = Path(__file__).parents[1] / "recipes"  # corpora of our own writing lie beside their recipes


def local_folder(corpus: Corpus, data: dict[str, Path]) -> Path | None:
    """Find the folder of a corpus on this machine; None when there is none.

    Raises:
        CorpusError: the folder that `data` names does not exist.
    """
    if corpus.id in data:
        folder = Path(data[corpus.id])
        if not folder.is_dir():
            raise CorpusError(
                f"--data {corpus.id}={folder} is no folder; it takes the one with {_files(corpus)}"
            )
        return folder
    roots = [INVENTED]
    if root := os.environ.get("CLINSTILL_DATA"):
        roots.insert(0, Path(root))
    return next((root / corpus.id for root in roots if (root / corpus.id).is_dir()), None)


def folder_of(corpus: Corpus, data: dict[str, Path]) -> Path:
    """Find the folder of a corpus' files; they are downloaded from the Hub when they are not on this machine.

    Raises:
        CorpusError: they are nowhere; the message says where to get the corpus and how to name its folder.
    """
    if folder := local_folder(corpus, data):
        return folder
    if corpus.repo:
        return _download(corpus, corpus.repo)
    origin = f"get it from {corpus.url} and give" if corpus.url else "give"
    raise CorpusError(
        f"corpus {corpus.id} is not here: {origin} the folder that holds {_files(corpus)} with"
        f" --data {corpus.id}=PATH, or set CLINSTILL_DATA to the folder that holds {corpus.id}/"
    )


def file_of(corpus: Corpus, folder: Path, name: str) -> Path:
    """Find one file (or, for brat, folder) of a corpus.

    Raises:
        CorpusError: it does not exist.
    """
    path = folder / name
    if not path.exists():
        origin = f" (from {corpus.url})" if corpus.url else ""
        raise CorpusError(
            f"corpus {corpus.id}: {path} does not exist; --data {corpus.id}=PATH takes the folder that"
            f" holds {_files(corpus)}{origin}"
        )
    return path


def check(corpora: Iterable[Corpus], data: dict[str, Path]) -> None:
    """Look whether every file of these corpora is on this machine, or will be fetched from the Hub.

    Nothing is read.

    Raises:
        CorpusError: files are missing or empty; the message names all of them.
    """
    problems = list(dict.fromkeys(problem for corpus in corpora for problem in _problems(corpus, data)))
    if problems:
        raise CorpusError("\n".join(problems))


def _problems(corpus: Corpus, data: dict[str, Path]) -> Iterator[str]:
    try:
        if local_folder(corpus, data) is None and corpus.repo:
            return
        folder = folder_of(corpus, data)
    except CorpusError as error:
        yield str(error)
        return
    for name in corpus.files.values() if corpus.format != HUB else ():  # there they name splits
        try:
            path = file_of(corpus, folder, name)
        except CorpusError as error:
            yield str(error)
            continue
        if path.is_file() and not path.stat().st_size:
            yield f"corpus {corpus.id}: {path} is empty"


def fingerprint(corpus: Corpus, data: dict[str, Path]) -> dict[str, str]:
    """Identify a corpus by the SHA-256 of each of its files, or by its Hub revision.

    A finished run compares it to tell whether the corpus changed.

    Raises:
        CorpusError: the corpus is not here.
    """
    if local_folder(corpus, data) is None and corpus.repo and corpus.revision:
        return {"repo": corpus.repo, "revision": corpus.revision}
    folder = folder_of(corpus, data)
    if corpus.format == HUB:
        paths = [folder]  # its `files` name splits
    else:
        paths = [file_of(corpus, folder, name) for name in corpus.files.values()]
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for path in paths
        for file in ([path] if path.is_file() else sorted(path.rglob("*")))
        if file.is_file()
    }


def _download(corpus: Corpus, repo: str) -> Path:
    from huggingface_hub import snapshot_download  # only corpora without a local copy need it

    wanted = [pattern for name in corpus.files.values() for pattern in (name, f"{name}/*")]
    try:
        return Path(
            snapshot_download(repo, repo_type="dataset", revision=corpus.revision, allow_patterns=wanted)
        )
    except OSError as error:
        raise CorpusError(
            f"corpus {corpus.id}: cannot download {repo} at {corpus.revision} ({error});"
            f" --data {corpus.id}=PATH takes a local copy"
        ) from error


def _files(corpus: Corpus) -> str:
    if corpus.format == HUB:
        return "a copy of the Hub data set"
    return ", ".join(corpus.files.values())
