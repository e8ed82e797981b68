"""A run of a recipe with three labelled corpora and two teachers, measured on all three, without training.

    mine      JSON lines, both labels: the models' own test is here
    reports   brat, one folder, a rule cuts `measure` out of it; diseases, and some of the chemicals
    trials    PubTator, diseases alone
    notes     bare text

The models are those of `tiny_model`. Counts are those of the node `corpora`, and scores are of what the files
find, with invented intervals; a few settings are invented too.
"""

import hashlib
import json
from functools import partial
from pathlib import Path

import tiny_model
import yaml
from tiny_ledger import FILES, OUTPUT, TEXT

from cards.ledger import (
    Artifact,
    Base,
    Claim,
    ClaimId,
    Example,
    Interval,
    Ledger,
    Model,
    Variant,
    project,
    write_ledger,
)
from space.engine import Tagger, load
from training.corpora import preparing
from training.corpora.document import Document
from training.measuring import provenance
from training.measuring.metrics import RATES, of_types, table
from training.measuring.metrics.matching import OVERLAP, STRICT, Matching
from training.recipe import Recipe, load_recipe
from training.run_context import Context
from training.run_folder import RunFolder
from training.sources import sources

RECIPE = {
    "name": "mine",
    "title": "Ward notes",
    "summary": "Finds drugs and illnesses in ward notes.",
    "license": "cc-by-4.0",
    "author": "Ada Example and Carl Invented",
    "language": ["en", "de"],
    "citation": "@misc{example2026wards, title = {Ward notes}, year = {2026}}",
    "labels": ["Chemical", "Disease"],
    "corpora": {
        "mine": {
            "format": "jsonl",
            "license": "cc0-1.0",
            "genre": "clinical-notes",
            "description": "ward notes",
            "files": {"train": "train.jsonl", "choose": "choose.jsonl", "final": "final.jsonl"},
            "types": {"Drug": "Chemical", "Illness": "Disease"},
        },
        "reports": {
            "format": "brat",
            "license": "cc-by-4.0",
            "genre": "articles",
            "files": {"train": "all"},
            "splits": {"measure": {"sha256_of_id": [0, 1, 2, 3, 4, 5, 6, 7]}},
            "types": {"Sickness": "Disease", "Medication": {"as": "Chemical", "partial": True}},
            "ignore": "*",
        },
        "trials": {
            "format": "pubtator",
            "license": "cc0-1.0",
            "files": {"train": "train.txt", "measure": "measure.txt"},
            "types": {"Disorder": "Disease"},
        },
        "notes": {"format": "lines", "license": "mit", "files": {"all": "notes.txt"}},
    },
    "guard": {"corpus": "mine", "split": "choose", "documents": 4},
    "measure": {"mine": "final", "reports": "measure", "trials": "measure"},
    "evaluation": {"resamples": 50, "threads": 1},
    "window": 64,
    "overlap": 16,
    "rules": ["transitions"],
    "steps": {
        "encoder": {
            "do": "vocabulary",
            "base": {"id": "example/base", "license": "mit"},
        },
        "first": {
            "do": "finetune",
            "encoder": "encoder",
            "on": {"mine": ["train"], "reports": ["train"]},
            "epochs": 1,
            "learning_rate": 1e-4,
            "batch_size": 4,
        },
        "second": {"do": "finetune", "like": "first", "on": {"trials": ["train"]}},
        "small": {
            "do": "distil",
            "like": "first",
            "start": {"layers": [0], "of": "first"},
            "teachers": ["first", "second"],
            "on": {"mine": ["train"]},
            "texts": ["notes"],
            "draw": 4,
            "loss": {"preset": "hinton"},
        },
    },
    "models": {
        "large": {"from": "first"},
        "other": {"from": "second"},
        "small": {"from": "small", "int8": {}},
    },
}
WORDS = (
    ("aspirin", "ibuprofen", "quinine"),
    ("headache", "nausea", "hypertension"),
)  # of which the models do not know quinine
VARIANTS = {"large": ("fp32",), "other": ("fp32",), "small": ("fp32", "int8")}
COPIED = (
    "The very same sentence stands here, word by word, in a text that is learned from and in one that is not."
)


def make_data(folder: Path) -> dict[str, Path]:
    """Write the corpora; returns the folder of each. Two texts to learn from share a sentence with a test."""
    folders = {name: folder / name for name in RECIPE["corpora"]}
    for each in folders.values():
        each.mkdir(parents=True)
    for split, count in (("train", 8), ("choose", 8), ("final", 9)):
        documents = [_document(f"{split}-{n}", n) for n in range(count)]
        if split in ("train", "final"):
            documents.append(_document(f"{split}-copied", 1, f" {COPIED}"))
        lines = [
            {
                "id": name,
                "text": text,
                "entities": [
                    {"start": s, "end": e, "label": ("Drug", "Illness")[kind]} for s, e, kind in found
                ],
            }
            for name, text, found in documents
        ]
        path = folders["mine"] / f"{split}.jsonl"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (folders["reports"] / "all").mkdir()
    for number in range(12):
        name, text, found = _document(f"report{number}", number)
        kinds = ("Medication", "Sickness")
        marks = [
            f"T{n}\t{kinds[kind]} {s} {e - 1}\t{text[s : e - 1]}" for n, (s, e, kind) in enumerate(found)
        ]
        marks.append("T9\tPerson 0 7\tPatient")
        (folders["reports"] / "all" / f"{name}.txt").write_text(text, encoding="utf-8")
        (folders["reports"] / "all" / f"{name}.ann").write_text("\n".join(marks) + "\n", encoding="utf-8")
    for split, first in (("train", 100), ("measure", 200)):
        records = [_document(str(number), number) for number in range(first, first + 5)]
        lines = [
            "\n".join(
                [f"{name}|t|{text}", *(f"{name}\t{s}\t{e}\t{text[s:e]}\tDisorder" for s, e, k in found if k)]
            )
            for name, text, found in records
        ]
        (folders["trials"] / f"{split}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    texts = [f"Patients of ward {number} slept well." for number in range(6)]
    (folders["notes"] / "notes.txt").write_text("\n".join([*texts, COPIED]) + "\n", encoding="utf-8")
    return folders


def _document(name: str, number: int, more: str = "") -> tuple[str, str, list[tuple[int, int, int]]]:
    """Id, text, and (start, end, kind) of its drug and its illness."""
    drug, illness = (words[(number + 1) * (kind + 1) % 3] for kind, words in enumerate(WORDS))
    text = f"Patient {number} had {illness} and was given {drug} in ward {name}.{more}"
    found = [
        (text.index(word), text.index(word) + len(word), kind) for kind, word in ((1, illness), (0, drug))
    ]
    return name, text, found


def make_run(folder: Path) -> Path:
    """Write `folder` as a finished run beside its corpora in `folder`/data, without cards."""
    data = make_data(folder / "data")
    (folder / "given.yaml").write_text(yaml.safe_dump(RECIPE, sort_keys=False), encoding="utf-8")
    recipe = load_recipe(str(folder / "given.yaml"))
    run = RunFolder(folder)
    run.recipe.write_text(recipe.written(), encoding="utf-8")
    context = Context(recipe, run, data)
    claims = preparing.run(context.of("corpora"), recipe)
    for name, variants in VARIANTS.items():
        tiny_model.make_model(run.models / name, variants=variants)
        tiny_model.state(run.models / name, rules=["transitions"])
        for variant in variants:
            claims += _file_claims(context, name, variant)
    for key, value in {"teachers": 2, "kl": 1, "ce": 0.5, "temperature": 2}.items():
        setting = ClaimId("small", topic="setting", metric=key)
        claims.append(context.claim(setting, key, value, "setting", "setting"))
    ledger = make_ledger(recipe, claims)
    write_ledger(ledger, run.ledger)
    for name in ledger.models:
        write_ledger(project(ledger, name), run.models / name / "ledger.json")
        (run.models / name / "recipe.yaml").write_text(recipe.published().written(), encoding="utf-8")
    return folder


def _file_claims(context: Context, name: str, variant: str) -> list[Claim]:
    """What one file is and finds: in each measured split with its rules and without, and on the guard."""
    recipe, folder = context.recipe, context.run.models / name
    artifact = provenance.artifact(folder, FILES[variant])
    size, parameters = ClaimId(name, variant=variant, metric="bytes"), ClaimId(name, metric="parameters")
    claims = [context.claim(size, "File size", artifact.bytes, "bytes", artifact=artifact)]
    if variant == "fp32":
        claims.append(context.claim(parameters, "Parameters", artifact.parameters, "parameters"))
    shipped, bare = load(folder, file=FILES[variant]), load(folder, file=FILES[variant], rules=())
    for corpus, split in recipe.measure.items():
        data = None if corpus == "mine" else corpus
        score = ClaimId(name, variant=variant, data=data, split=split, metric="f1")
        documents = context.split(corpus, split)
        make = partial(_scores, context, corpus, documents, artifact)
        own, without = make(score, shipped, STRICT), make(score.replace(decoding="bare"), bare, STRICT)
        claims += [*own, *without, *(make(score, shipped, OVERLAP) if data else ())]
        gained = own[-1].value - without[-1].value
        interval = Interval(low=gained - 0.1, high=gained + 0.1, method="invented")
        changed = {"id": without[-1].id.replace(metric="f1_difference"), "aggregation": "difference"}
        claims.append(without[-1].model_copy(update=changed | {"value": gained, "interval": interval}))
    guard = ClaimId(name, variant=variant, split="guard", metric="f1")
    return [*claims, _scores(context, "mine", context.guard(), artifact, guard, shipped, STRICT)[-1]]


def _scores(
    context: Context,
    corpus: str,
    documents: list[Document],
    artifact: Artifact,
    score: ClaimId,
    tagger: Tagger,
    matching: Matching,
) -> list[Claim]:
    """Precision, recall and F1 of what is annotated, micro and macro: the last is macro F1."""
    annotated = context.recipe.corpora[corpus].annotates
    labels = [label for label in context.recipe.labels if label in annotated]
    found = of_types(tagger([document.text for document in documents]), labels)
    rows = table(
        matching.count([document.spans for document in documents], found, labels).sum(axis=0), matching.rates
    )
    return [
        context.claim(
            score.replace(group=group, metric=matching.prefix + rate),
            f"{group} {matching.prefix}{rate}",
            value,
            "F1" if rate == "f1" else rate,
            group if group in ("micro", "macro") else "type",
            interval=Interval(low=max(0, value - 0.1), high=min(1, value + 0.1), method="invented"),
            method=f"mean of {', '.join(labels)}" if group == "macro" else None,
            split=score.split,
            data=provenance.data_set(context.recipe.corpora[corpus], documents),
            n=len(documents),
            artifact=artifact,
            environment=provenance.environment(1),
        )
        for row, group in zip(rows.tolist(), (*labels, "micro", "macro"), strict=True)
        for value, rate in zip(row, RATES, strict=True)
    ]


def make_ledger(recipe: Recipe, claims: list) -> Ledger:
    return Ledger(
        recipe=recipe.name,
        recipe_sha256=hashlib.sha256(recipe.published().written().encode()).hexdigest(),
        author=recipe.author,
        citation=recipe.citation,
        guard_split=recipe.guard.split,
        sources=sources(recipe),
        models={name: _model(recipe, name) for name in recipe.models},
        claims=tuple(claims),
    )


def _model(recipe: Recipe, name: str) -> Model:
    teachers = ("large", "other") if name == "small" else ()
    return Model(
        task="token-classification",
        title=f"{recipe.title}, {name}",
        summary=recipe.summary,
        labels=recipe.labels,
        license=recipe.license,
        languages=recipe.language,
        base=Base(id="example/base", license="mit"),
        teacher=next(iter(teachers), None),
        teachers=teachers,
        rules={"transitions": "a tag inside an entity follows a tag of the same type"},
        variants=tuple(Variant(name=variant, file=FILES[variant]) for variant in VARIANTS[name]),
        examples=tuple(
            Example(tool=tool, text=TEXT, output=OUTPUT) for tool in ("transformers", "optimum", "clinstill")
        ),
    )
