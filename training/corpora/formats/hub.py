"""Reads Hub data sets, by id and full revision.

Two shapes are read. Character spans: columns `text` and `entities` (each with `start`, `end` and
`label`), as in our JSON lines. Tokens: columns `tokens` and `ner_tags` or `tags` (IOB); a row is a
document; how tokens become text: see `iob`.

The meaning of a label number comes from the data set's own ClassLabel, never from a position that
we assume. A recipe may state the names in `tags`: both must then agree. Numbers without names need
it, and must be valid IOB2: under a wrong order of names, some I- tag soon continues nothing.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..document import CorpusError, Document
from ..findings import Findings
from ..iob import check_tag, continues_nothing, make_tagged_document
from .jsonl import parse

if TYPE_CHECKING:  # readers of files work without datasets
    from datasets import Dataset


def read(
    source: str | Path,
    revision: str | None,
    split: str,
    tags: Sequence[str] = (),
    findings: Findings | None = None,
) -> list[Document]:
    """Read documents of one split in its order, with the source's own labels.

    A document's id is its `id` where it has a `text`; token rows are named `SPLIT:ROW`, as their ids often
    start again at 0 in each split.

    Args:
        source: a Hub id, or the folder of a local copy.
        revision: a full commit; None for a local copy.
        split: name of the split in the data set.
        tags: tag names in the source's numbering, as the recipe states them.
        findings: collects what is broken.

    Raises:
        CorpusError: the data set is out of reach, its columns have another shape, label names are missing or
            not as stated, or rows are broken.
    """
    dataset = _load(source, revision, split)
    place = f"{source} ({split})"
    columns = dataset.column_names
    if "text" in columns and "entities" in columns:
        return _from_spans(dataset, split, place, findings or Findings(place))
    tag_column = next((name for name in ("ner_tags", "tags") if name in columns), None)
    if "tokens" in columns and tag_column:
        return _from_tokens(dataset, split, place, tag_column, tags, findings or Findings(place))
    raise CorpusError(
        f"{place}: columns {', '.join(columns)}; a data set needs `text` and `entities`,"
        " or `tokens` and `ner_tags` (or `tags`)"
    )


def _load(source: str | Path, revision: str | None, split: str) -> "Dataset":
    import datasets

    try:
        return datasets.load_dataset(str(source), revision=revision, split=split)
    except (OSError, ValueError, RuntimeError, datasets.exceptions.DatasetsError) as error:
        hint = "--data ID=PATH takes a local copy"
        if "scripts are no longer supported" in str(error):
            hint = "take the full commit of its branch refs/convert/parquet as `revision`"
        at = f" at {revision}" if revision else ""
        raise CorpusError(f"data set {source}{at}, split {split!r}: {error}; {hint}") from error


def _from_spans(dataset: "Dataset", split: str, place: str, findings: Findings) -> list[Document]:
    entity = _leaf(dataset.features["entities"])
    if not isinstance(entity, dict) or "label" not in entity:
        raise CorpusError(f"{place}: an entity needs `start`, `end` and `label`; `entities` is of {entity}")
    names = getattr(_leaf(entity["label"]), "names", None)
    documents = []
    for number, row in enumerate(dataset):
        with findings.at(f"{place} row {number}"):
            entities = [_named(entity, names) for entity in _rows(row["entities"])]
            identifier = row.get("id", f"{split}:{number}")
            documents.append(parse({"id": identifier, "text": row["text"], "entities": entities}, findings))
    findings.check()
    return documents


def _rows(entities: list[dict] | dict[str, list] | None) -> list[dict]:
    """Entities as a list; datasets before 4 kept a list of records as a record of lists."""
    if entities is None:
        return []
    if isinstance(entities, dict):
        return [dict(zip(entities, values, strict=True)) for values in zip(*entities.values(), strict=True)]
    return entities


def _named(entity: dict, names: list[str] | None) -> dict:
    return entity if names is None else {**entity, "label": _name(entity["label"], names)}


def _from_tokens(
    dataset: "Dataset", split: str, place: str, tag_column: str, tags: Sequence[str], findings: Findings
) -> list[Document]:
    leaf = _leaf(dataset.features[tag_column])
    own = getattr(leaf, "names", None)
    if own and tags and list(tags) != own:
        raise CorpusError(
            f"{place}: the recipe states `tags` {', '.join(tags)}, but the data set numbers them"
            f" {', '.join(own)}; correct the recipe (models trained with its order have wrong labels)"
        )
    if not own and not tags and leaf.dtype != "string":
        raise CorpusError(
            f"{place}: `{tag_column}` are numbers without names; state the names in `tags`, in the order"
            " that the data set's card gives (not in the order that seems natural)"
        )
    names = own or (list(tags) if leaf.dtype != "string" else None)
    documents = []
    for number, row in enumerate(dataset):
        with findings.at(f"{place} row {number}"):
            tokens, row_tags = row["tokens"] or [], row[tag_column] or []
            if names is not None:
                row_tags = [_name(tag, names) for tag in row_tags]
            _check_row(tokens, row_tags, numbered_by_recipe=bool(names and not own))
            documents.append(make_tagged_document(f"{split}:{number}", [(tokens, row_tags)], findings))
    findings.check()
    return documents


def _check_row(tokens: list[str], tags: list[str], numbered_by_recipe: bool) -> None:
    if len(tokens) != len(tags):
        raise ValueError(f"{len(tokens)} tokens, but {len(tags)} tags")
    if not all(tokens):
        raise ValueError(f"token {tokens.index('')} is empty")
    for tag in tags:
        check_tag(str(tag))
    if numbered_by_recipe and (wrong := continues_nothing(tags)):
        raise ValueError(f"{wrong} continues no mention: is the order of `tags` the data set's own?")


def _name(number: int | None, names: list[str]) -> str:
    if number is None or not 0 <= number < len(names):
        raise ValueError(f"label number {number}, but the names are {', '.join(names)}")
    return names[number]


def _leaf(feature):
    """The feature inside a list of any kind."""
    while hasattr(feature, "feature"):
        feature = feature.feature
    return feature
