"""A complete small run folder: two models of `tiny_model` and a ledger that fits them.

The scores and times are invented, but follow from invented counts, so that everything that can be
recomputed holds: sums, means, ratios, bytes, hashes. `make_run(folder)` takes milliseconds.
"""

import hashlib
import json
import math
from datetime import date
from pathlib import Path

import tiny_model
from safetensors import safe_open

from cards.ledger import (
    Artifact,
    Base,
    Claim,
    DataSet,
    Environment,
    Example,
    Interval,
    Ledger,
    Model,
    Source,
    Variant,
    project,
    slug,
    write_ledger,
)

REPOS = {"student": "someone/tiny-student", "teacher": "someone/tiny-teacher"}  # ids to render with
LABELS = ("Chemical", "Disease")
FILES = {"fp32": "onnx/model.onnx", "fp16": "onnx/model_fp16.onnx", "int8": "onnx/model_quantized.onnx"}
VARIANTS = {"teacher": ("fp32", "fp16"), "student": ("fp32", "int8")}

# Correct, found and gold mentions of each type on the invented test split.
COUNTS = {
    "teacher.fp32": ((452, 495, 500), (327, 399, 400)),
    "teacher.fp16": ((451, 494, 500), (328, 401, 400)),
    "student.fp32": ((441, 490, 500), (310, 396, 400)),
    "student.int8": ((439, 492, 500), (309, 398, 400)),
}
# The same without the rules that the student runs with.
BARE = {
    "student.fp32": ((438, 495, 500), (301, 399, 400)),
    "student.int8": ((436, 497, 500), (300, 401, 400)),
}
RULES = {"transitions": "a tag inside an entity follows a tag of the same type"}
# Median milliseconds of each file at each text length.
LATENCY = {
    "teacher.fp32": {128: 21.4, 256: 43.9},
    "teacher.fp16": {128: 21.7, 256: 44.6},
    "student.fp32": {128: 10.3, 256: 22.8},
    "student.int8": {128: 5.2, 256: 11.1},
}
PAIRS = (
    ("student.fp32", "teacher.fp32"),
    ("student.int8", "teacher.fp32"),
    ("student.int8", "student.fp32"),
)
SETTINGS = {
    "teacher": {
        "epochs": ("Epochs", 12),
        "learning_rate": ("Learning rate", 4e-4),
        "batch_size": ("Batch size", 8),
    },
    "student": {
        "epochs": ("Epochs", 6),
        "learning_rate": ("Learning rate", 4e-4),
        "batch_size": ("Batch size", 16),
        "alpha": ("Weight of the distillation term", 0.8),
        "temperature": ("Temperature", 2),
    },
}
# What each snippet prints for a model of `tiny_model`; the tests of cards and of training run them all.
TEXT = "Aspirin caused renal failure."
OUTPUT = "Chemical 0 7 Aspirin 1.0\nDisease 15 28 renal failure 0.99\n"

TODAY = date(2025, 1, 15)
DATA = DataSet(
    id="invented", revision="0123456789abcdef0123456789abcdef01234567", sha256="ab" * 32, documents=60
)
ENVIRONMENT = Environment(
    cpu="Invented CPU 9000 @ 2.50GHz",
    isa="avx512_vnni",
    threads=2,
    versions={"onnxruntime": "1.31.1", "tokenizers": "0.22.2", "python": "3.11.9"},
)


def make_run(folder: Path) -> Path:
    """Write `folder` as a run: ledger.json and models/{teacher,student} with their ledgers; no cards."""
    folder = Path(folder)
    for name, variants in VARIANTS.items():
        tiny_model.make_model(folder / "models" / name, labels=LABELS, variants=variants)
    tiny_model.state(folder / "models" / "student", rules=list(RULES))
    ledger = make_ledger(folder)
    write_ledger(ledger, folder / "ledger.json")
    for name in VARIANTS:
        write_ledger(project(ledger, name), folder / "models" / name / "ledger.json")
    return folder


def make_ledger(run: Path) -> Ledger:
    """The ledger of the models that lie in `run`."""
    claims = [claim for name in VARIANTS for claim in _model_claims(run, name)]
    return Ledger(
        recipe="invented",
        recipe_sha256="cd" * 32,
        test_evaluations=3,
        sources=(
            Source(
                id="invented",
                license="cc0-1.0",
                use="training, development and test",
                url="https://example.org/invented",
                description="invented sentences",
                citation="@misc{invented, title = {Invented sentences}, year = {2025}}",
            ),
            Source(id="example/abstracts", license="cc-by-4.0", use="soft labels"),
        ),
        models={name: _model(name) for name in VARIANTS},
        claims=(*claims, *_comparison_claims(), *_corpus_claims()),
    )


def change(path: Path, claim_id: str, **fields) -> None:
    """Change fields of one claim in the ledger at `path`, unchecked, as a careless hand would."""
    ledger = json.loads(path.read_text(encoding="utf-8"))
    (claim,) = (claim for claim in ledger["claims"] if claim["id"] == claim_id)
    claim.update(fields)
    path.write_text(json.dumps(ledger), encoding="utf-8")


def _model(name: str) -> Model:
    return Model(
        task="token-classification",
        title=f"Invented clinical entity recogniser, {name}",
        summary="Finds chemicals and diseases in invented sentences.",
        labels=LABELS,
        license="apache-2.0",
        base=Base(id="example/MiniLM-L6-H384", license="mit"),
        teacher="teacher" if name == "student" else None,
        rules=RULES if name == "student" else {},
        variants=tuple(Variant(name=variant, file=FILES[variant]) for variant in VARIANTS[name]),
        examples=tuple(
            Example(tool=t, text=TEXT, output=OUTPUT) for t in ("transformers", "optimum", "clinstill")
        ),
    )


def _model_claims(run: Path, name: str) -> list[Claim]:
    parameters = _parameters(run / "models" / name / "model.safetensors")
    claims = [
        _claim(f"{name}.parameters", "Parameters", parameters, "parameters"),
        _claim(f"{name}.training.seconds", "Training time", 1834.2, "s", "total"),
        _claim(f"{name}.training.peak_memory", "Peak memory while training", 3_412_000_000, "bytes", "peak"),
    ]
    if name == "teacher":
        claims.append(_claim("teacher.vocabulary.before", "Word pieces before trimming", 30522, "count"))
        claims.append(_claim("teacher.vocabulary.after", "Word pieces", 11034, "count"))
    else:
        claims.append(_claim("student.sparsity", "Share of zero weights", 0.4, "share"))
    for key, (title, value) in SETTINGS[name].items():
        claims.append(_claim(f"{name}.setting.{key}", title, value, "setting", "setting"))
    for variant in VARIANTS[name]:
        artifact = _artifact(run, name, variant, parameters)
        claims += _score_claims(f"{name}.{variant}", COUNTS[f"{name}.{variant}"], artifact)
        if bare := BARE.get(f"{name}.{variant}"):
            claims += _score_claims(f"{name}.{variant}.bare", bare, artifact)
        claims += _speed_claims(f"{name}.{variant}", artifact)
    return claims


def _score_claims(which: str, counts: tuple, artifact: Artifact) -> list[Claim]:
    groups = {slug(label): scores(*own) for label, own in zip(LABELS, counts, strict=True)}
    kinds = dict.fromkeys(groups, "type") | {"micro": "micro", "macro": "macro"}
    groups["micro"] = scores(*map(sum, zip(*counts, strict=True)))
    types = [groups[slug(label)] for label in LABELS]
    groups["macro"] = {what: sum(s[what] for s in types) / len(types) for what in types[0]}
    claims = [
        _claim(
            f"{which}.test.{group}.{what}",
            f"{group.capitalize()} {what}",
            value,
            "F1" if what == "f1" else what,
            kinds[group],
            n=60,
            split="test",
            data=DATA,
            artifact=artifact,
            interval=_interval(value - 0.021, value + 0.018),
        )
        for group, values in groups.items()
        for what, value in values.items()
    ]
    macro = groups["macro"]["f1"]
    if which.endswith(".bare"):
        gained = _macro_f1(which.removesuffix(".bare")) - macro
        on_test = {"n": 60, "split": "test", "data": DATA, "artifact": artifact}
        interval = _interval(gained - 0.004, gained + 0.005)
        name = "Difference of macro F1"
        difference = f"{which}.test.macro.f1_difference"
        return [*claims, _claim(difference, name, gained, "F1", "difference", interval=interval, **on_test)]
    guard, on_guard = f"{which}.guard.macro.f1", {"n": 10, "split": "guard", "artifact": artifact}
    return [*claims, _claim(guard, "Macro F1 on the guard", macro + 0.004, "F1", "macro", **on_guard)]


def _speed_claims(which: str, artifact: Artifact) -> list[Claim]:
    claims = [_claim(f"{which}.bytes", "Size of the file", artifact.bytes, "bytes", artifact=artifact)]
    for length, median in LATENCY[which].items():
        for aggregation, factor in (("median", 1), ("p95", 1.3), ("min", 0.9)):
            claims.append(
                _claim(
                    f"{which}.latency.{length}.{aggregation}",
                    f"Latency, {aggregation}",
                    median * factor,
                    "ms",
                    aggregation,
                    n=50,
                    artifact=artifact,
                )
            )
    return claims


def _comparison_claims() -> list[Claim]:
    on_test = {"n": 60, "split": "test", "data": DATA}
    claims = []
    for ours, theirs in PAIRS:
        pair = f"{ours}.vs.{theirs}"
        difference = _macro_f1(ours) - _macro_f1(theirs)
        interval = _interval(difference - 0.011, difference + 0.012)
        claims += [
            _claim(
                f"{pair}.macro.f1_difference",
                "Difference of macro F1",
                difference,
                "F1",
                "difference",
                interval=interval,
                **on_test,
            ),
            _claim(f"{pair}.document_f1.wilcoxon_p", "Wilcoxon p, F1", 0.0123, "p", "p-value", **on_test),
            _claim(f"{pair}.latency.128.wilcoxon_p", "Wilcoxon p, latency", 1.2e-9, "p", "p-value", n=50),
        ]
    return claims


def _corpus_claims() -> list[Claim]:
    claims = [_claim("corpus.unlabelled.texts", "Texts without annotations", 4000, "count")]
    for split, documents, mentions in (
        ("training", 120, (1010, 795)),
        ("development", 40, (330, 270)),
        ("test", 60, (500, 400)),
    ):
        claims.append(_claim(f"corpus.{split}.documents", "Documents", documents, "count"))
        for label, count in zip(LABELS, mentions, strict=True):
            claims.append(
                _claim(f"corpus.{split}.{slug(label)}.mentions", f"{label} mentions", count, "count")
            )
    return claims


def _claim(claim_id: str, name: str, value: float, unit: str, aggregation: str = "value", **more) -> Claim:
    return Claim(
        id=claim_id,
        name=name,
        value=value,
        unit=unit,
        aggregation=aggregation,
        environment=ENVIRONMENT,
        command="python -m training run invented --out RUN",
        date=TODAY,
        **more,
    )


def scores(correct: int, found: int, gold: int) -> dict[str, float]:
    return {"f1": 2 * correct / (found + gold), "precision": correct / found, "recall": correct / gold}


def _macro_f1(which: str) -> float:
    return sum(scores(*counts)["f1"] for counts in COUNTS[which]) / len(LABELS)


def _interval(low: float, high: float) -> Interval:
    return Interval(low=low, high=high, method="bootstrap over documents, percentile")


def _artifact(run: Path, name: str, variant: str, parameters: int) -> Artifact:
    data = (run / "models" / name / FILES[variant]).read_bytes()
    return Artifact(
        model=name,
        file=FILES[variant],
        sha256=hashlib.sha256(data).hexdigest(),
        bytes=len(data),
        parameters=parameters,
    )


def _parameters(path: Path) -> int:
    with safe_open(path, framework="numpy") as tensors:
        return sum(math.prod(tensors.get_slice(name).get_shape()) for name in tensors.keys())  # noqa: SIM118
