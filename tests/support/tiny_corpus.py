"""A small labelled corpus in a run, as labelling leaves it: `datasets/weak` with its data and ledger.

Two labelers read the sentences below; a mention that both found is kept. Every count follows from them.
"""

import hashlib
import json
from pathlib import Path

from tiny_ledger import ENVIRONMENT, TODAY, scores

from cards.ledger import (
    Claim,
    DataFile,
    DataSet,
    Interval,
    Labeler,
    LabelledCorpus,
    Source,
    project,
    read_ledger,
    slug,
    write_ledger,
)

NAME = "weak"
LABELS = ("Chemical", "Disease")
# Split -> (text, what the lexicon found, what the language model answered, what a person marked).
TEXTS = {
    "train": (
        ("Aspirin caused renal failure.", "C Aspirin|D renal failure", "C Aspirin|D renal failure", ""),
        ("Tremor followed lithium.", "C lithium|D Tremor", "C lithium|D Tremor|D seizure", ""),
        ("No rash was seen with penicillin.", "C penicillin", "C penicillin|D rash", ""),
    ),
    "development": (
        ("Nausea after cisplatin.", "C cisplatin|D Nausea", "C cisplatin", "C cisplatin|D Nausea"),
        ("Fever, then jaundice.", "D jaundice", "D Fever|D jaundice|D then|C drug", "D Fever|D jaundice"),
    ),
}
LABELERS = ("lexicon", "llm")

Mention = tuple[str, int, int]  # label, start, end


def add(run: Path) -> Path:
    """Add the corpus to a run that has a ledger; returns its folder, `datasets/weak`, without a card."""
    folder = run / "datasets" / NAME
    (folder / "data").mkdir(parents=True)
    files = tuple(_write(folder, split) for split in TEXTS)
    ledger = read_ledger(run / "ledger.json")
    claims = (*ledger.claims, *_counts(), *_agreement(), *_against_people(files))
    ledger = ledger.model_copy(update={"datasets": {NAME: _corpus(files)}, "claims": claims})
    write_ledger(ledger, run / "ledger.json")
    write_ledger(project(ledger, NAME), folder / "ledger.json")
    return folder


def _corpus(files: tuple[DataFile, ...]) -> LabelledCorpus:
    return LabelledCorpus(
        title="Invented sentences with weak labels",
        summary="Invented sentences, labelled by a lexicon and a language model.",
        labels=LABELS,
        license="cc-by-4.0",
        genre="invented",
        labelers=(
            Labeler(name="lexicon", kind="lexicon", id="example/word-list", license="cc0-1.0", revision="v2"),
            Labeler(name="llm", kind="language model", id="example/answers", license="apache-2.0"),
        ),
        rule="intersection",
        rule_description="Keeps a mention that every labeler found with the same start, end and type.",
        sources=(Source(id="example/sentences", license="cc0-1.0", use="texts", description="invented"),),
        files=files,
    )


def _found(text: str, answers: str) -> set[Mention]:
    """The answers that the text holds, as mentions."""
    wanted = [(LABELS["CD".index(answer[0])], answer[2:]) for answer in answers.split("|") if answer]
    return {(label, text.index(word), text.index(word) + len(word)) for label, word in wanted if word in text}


def _mentions(split: str, labeler: str) -> set[tuple[int, Mention]]:
    """What a labeler, "combined" or "people" found in a split, each with its text's number."""
    if labeler == "combined":
        return set.intersection(*(_mentions(split, each) for each in LABELERS))
    column = {"lexicon": 1, "llm": 2, "people": 3}[labeler]
    return {(number, each) for number, row in enumerate(TEXTS[split]) for each in _found(row[0], row[column])}


def _write(folder: Path, split: str) -> DataFile:
    """One JSON line for each text, as `training/corpora/formats/jsonl.py` reads them."""
    kept, lines = _mentions(split, "combined"), []
    for number, (text, *_) in enumerate(TEXTS[split]):
        spans = sorted((start, end, label) for at, (label, start, end) in kept if at == number)
        entities = [{"start": start, "end": end, "label": label} for start, end, label in spans]
        lines.append(json.dumps({"id": f"{split}-{number}", "text": text, "entities": entities}) + "\n")
    data, file = "".join(lines).encode(), f"data/{split}.jsonl"
    (folder / file).write_bytes(data)
    return DataFile(file=file, split=split, sha256=hashlib.sha256(data).hexdigest())


def _counts() -> list[Claim]:
    claims = [_claim("documents", sum(map(len, TEXTS.values())))]
    for split, rows in TEXTS.items():
        claims.append(_claim(f"{split}.documents", len(rows)))
        kept = _mentions(split, "combined")
        claims += [_claim(f"{split}.{slug(x)}.mentions", _of(kept, x)) for x in LABELS]
    for labeler in LABELERS:
        found = _everywhere(labeler)
        claims += [_claim(f"labeler.{labeler}.{slug(x)}.mentions", _of(found, x)) for x in LABELS]
    answers = sum(len(row[2].split("|")) for rows in TEXTS.values() for row in rows)
    claims.append(_claim("labeler.llm.strings", answers))
    claims.append(_claim("labeler.llm.hallucinated", answers - len(_everywhere("llm"))))
    return claims


def _agreement() -> list[Claim]:
    one, other = map(_everywhere, LABELERS)
    f1 = scores(len(one & other), len(one), len(other))["f1"]
    return [_score("agreement.lexicon.vs.llm.f1", f1, "F1", "micro")]


def _against_people(files: tuple[DataFile, ...]) -> list[Claim]:
    (sha256,) = (file.sha256 for file in files if file.split == "development")
    data = DataSet(id="example/sentences", sha256=sha256, documents=len(TEXTS["development"]))
    more = {"n": data.documents, "split": "development", "data": data}
    claims, gold = [], _mentions("development", "people")
    for each in (*LABELERS, "combined"):
        found = _mentions("development", each)
        values = {
            x: scores(_of(found & gold, x), _of(found, x), _of(gold, x)) for x in LABELS
        }  # both types are there
        values["macro"] = {what: sum(v[what] for v in values.values()) / 2 for what in values[LABELS[0]]}
        for group, by_metric in values.items():
            kind = "macro" if group == "macro" else "type"
            for what, value in by_metric.items():
                unit = "F1" if what == "f1" else what
                claims.append(_score(f"gold.{each}.{slug(group)}.{what}", value, unit, kind, **more))
    return claims


def _everywhere(labeler: str) -> set[tuple[str, int, Mention]]:
    return {(split, *found) for split in TEXTS for found in _mentions(split, labeler)}


def _of(found: set, label: str) -> int:
    return sum(mention[-1][0] == label for mention in found)


def _score(end: str, value: float, unit: str, aggregation: str, **more) -> Claim:
    low, high = max(0.0, value - 0.1), min(1.0, value + 0.1)
    interval = Interval(low=low, high=high, method="bootstrap over documents")
    return _claim(end, value, unit, aggregation, interval=interval, **more)


def _claim(end: str, value: float, unit: str = "count", aggregation: str = "value", **more) -> Claim:
    return Claim(
        id=f"{NAME}.{end}",
        name=end.replace(".", " ").capitalize(),
        value=value,
        unit=unit,
        aggregation=aggregation,
        environment=ENVIRONMENT,
        command="python -m training run invented --out RUN",
        date=TODAY,
        **more,
    )
