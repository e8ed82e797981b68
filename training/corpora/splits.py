"""Loading of a corpus: every split with the recipe's labels."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from .apart import hash_of
from .definition import Corpus
from .document import CorpusError, Document
from .findings import Findings
from .formats import HUB, READERS, hub
from .labels import count_labels, map_labels
from .location import file_of, folder_of, local_folder


@dataclass
class LeftOut:
    """Mentions of a corpus that its recipe says not to take as they stand.

    mended: how many were left out or trimmed, by the split of the file that they stand in, before a rule cuts
    it. ignored: how many were left out for their label, by the source's label.
    """

    mended: dict[str, int] = field(default_factory=dict)
    ignored: Counter[str] = field(default_factory=Counter)


def load(corpus: Corpus, data: dict[str, Path], left_out: LeftOut | None = None) -> dict[str, list[Document]]:
    """Read all splits of a corpus, in the order of `corpus.split_names`, with the recipe's labels.

    Args:
        corpus: what to read; where it is looked for, see `location`.
        data: folder of a corpus, by the corpus' id (`--data`).
        left_out: is given the counts of this corpus.

    Raises:
        CorpusError: the corpus is not there, a file of it is missing, empty or broken, a label is unknown or
            unused, a split has no document or no mention of a type, or two documents (of any splits) have one
            id.
    """
    left_out = left_out or LeftOut()
    splits: dict[str, list[Document]] = {}
    for split, name in corpus.files.items():
        documents, left_out.mended[split] = _read(corpus, name, data)
        if not documents:
            raise CorpusError(f"corpus {corpus.id}: {name} ({split}) is empty: it has no document")
        splits |= _cut(documents, split, corpus)
    _check_ids(splits, corpus)
    found = count_labels(splits)
    left_out.ignored.update({label: count for label, count in found.items() if label not in corpus.types})
    ours = {source: mapped.label for source, mapped in corpus.types.items()}
    return map_labels(splits, ours, corpus.ignore, corpus.id)


def _read(corpus: Corpus, name: str, data: dict[str, Path]) -> tuple[list[Document], int]:
    """One split, with the source's own labels, and how many of its mentions were mended."""
    findings_of = partial(
        Findings,
        trim=corpus.trim_mentions,
        skip_mismatched=corpus.skip_mismatched,
        labelled=bool(corpus.types),
    )
    if corpus.format == HUB:
        folder = local_folder(corpus, data)
        source, revision = (folder, None) if folder else (str(corpus.repo), corpus.revision)
        findings = findings_of(f"{source} ({name})")
        documents = hub.read(source, revision, name, corpus.tags, findings)
    else:
        path = file_of(corpus, folder_of(corpus, data), name)
        findings = findings_of(path)
        documents = READERS[corpus.format](path, findings)
    return documents, len(findings.mended)


def _cut(documents: list[Document], split: str, corpus: Corpus) -> dict[str, list[Document]]:
    """The documents of a file, by the split that the corpus' rules give each.

    Raises:
        CorpusError: no document is left for a split.
    """
    rules = corpus.cuts(split)
    if not rules:
        return {split: documents}
    parts: dict[str, list[Document]] = {name: [] for name in (split, *rules.values())}
    for document in documents:
        parts[rules.get(int(hash_of(document)[0], 16), split)].append(document)
    for name, part in parts.items():
        if not part:
            raise CorpusError(
                f"corpus {corpus.id}: {name} has none of the {len(documents)} documents of {split}, which"
                " `splits` cuts; give it other digits"
            )
    return parts


def _check_ids(splits: dict[str, list[Document]], corpus: Corpus) -> None:
    places = defaultdict(list)
    for split, documents in splits.items():
        for document in documents:
            places[document.id].append(split)
    twice = [f"{name} ({', '.join(found)})" for name, found in places.items() if len(found) > 1]
    if twice:
        raise CorpusError(
            f"corpus {corpus.id}: {len(twice)} document ids occur more than once, which leaks a text between"
            f" splits or counts it twice: {'; '.join(twice[:10])}{'; ...' if len(twice) > 10 else ''}"
        )
