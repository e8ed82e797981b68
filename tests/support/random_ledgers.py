"""Invented ledgers of every sort, for tests that must hold for any: `random_ledger(seed)`.

A ledger is what a folder of its own would carry: of a model for one of the tasks, or of a labelled
corpus. Values follow from invented counts, so that means and harmonic means hold; sizes, times and counts
take extreme values; stages that a recipe may leave out are sometimes left out.
"""

import itertools
import random
from datetime import date

from tiny_ledger import scores

from cards.ledger import (
    Artifact,
    Base,
    Claim,
    DataFile,
    DataSet,
    Environment,
    Example,
    Interval,
    Labeler,
    LabelledCorpus,
    Ledger,
    Model,
    Source,
    Variant,
    project,
    slug,
)
from cards.render.snippets import tools

LABELS = ("Chemical", "Disease", "Cell line", "Gene", "Symptom", "T-cell/B", "HER2", "Grade III", "x")
LENGTHS = (8, 32, 128, 256, 1024, 8192)
FILES = {
    "fp32": "onnx/model.onnx",
    "fp16": "onnx/model_fp16.onnx",
    "int8": "onnx/model_quantized.onnx",
    "weights": "model.safetensors",
}
DATE = date(2025, 2, 28)


class Maker:
    """Collects the claims of one ledger."""

    def __init__(self, seed: int):
        self.random = random.Random(seed)
        self.claims: list[Claim] = []
        self.machines = [self._machine() for _ in range(self.random.randint(1, 3))]
        self.tested = self.random.choice((1, 60, 100_000))
        self.genre = self.random.choice((None, "clinical-notes"))
        self.labels = tuple(self.random.sample(LABELS, self.random.randint(1, 4)))

    def maybe(self) -> bool:
        return self.random.random() < 0.5

    def size(self) -> float:
        """A whole number, as likely to be tiny as huge."""
        return float(int(10 ** self.random.uniform(0, 12)))

    def add(self, claim_id: str, value: float, unit: str, aggregation: str = "value", **more) -> None:
        self.claims.append(
            Claim(
                id=claim_id,
                name=more.pop("name", claim_id.split(".")[-1].capitalize().replace("_", " ")),
                value=value,
                unit=unit,
                aggregation=aggregation,
                environment=more.pop("environment", self.machines[0]),
                command="python -m training run invented --out RUN",
                date=DATE,
                **more,
            )
        )

    def interval(self, low: float, high: float) -> Interval:
        method = f"bootstrap over documents, {self.random.choice(('1,000', '250'))} resamples"
        return Interval(low=low, high=high, level=self.random.choice((0.9, 0.95, 0.99)), method=method)

    def score(self, claim_id: str, value: float, unit: str, aggregation: str, **more) -> None:
        least = -1.0 if aggregation == "difference" else 0.0
        low = max(least, value - self.random.uniform(0, 0.1))
        high = min(1.0, value + self.random.uniform(0, 0.1))
        self.add(claim_id, value, unit, aggregation, interval=self.interval(low, high), **more)

    def _machine(self) -> Environment:
        return Environment(
            cpu=self.random.choice(("Invented CPU 9000 @ 2.50GHz", "AMD EPYC", "Arm N1 (80 cores)")),
            isa=self.random.choice(("avx2", "avx512_vnni", "neon")),
            threads=self.random.choice((1, 2, 64)),
            versions={"onnxruntime": "1.31.1", "python": "3.11.9"},
        )


def random_ledger(seed: int) -> Ledger:
    """The ledger number `seed`: the same number gives the same ledger."""
    maker = Maker(seed)
    kind = ("token-classification", "text-classification", "fill-mask", "corpus")[seed % 4]
    if kind == "corpus":
        return _corpus_ledger(maker)
    names = ["student"]
    teacher = "teacher" if kind != "fill-mask" and maker.maybe() else None
    parent = "first" if maker.maybe() else None
    models = {n: _model(maker, kind, n, None, None) for n in (parent, teacher) if n}
    models["student"] = _model(maker, kind, "student", teacher, parent)
    lengths = maker.random.sample(LENGTHS, maker.random.randint(0, 3))
    splits = ["test"] + (["elsewhere:other"] if maker.maybe() else [])
    for name in models:
        _measure(maker, name, models[name], splits if name in names else ["test"], lengths)
    for other in (teacher, parent):
        if other and maker.maybe():
            _compare(maker, models, other, lengths)
    _training(maker)
    _splits(maker, kind)
    ledger = Ledger(
        recipe=maker.random.choice(("invented", "recipe2", "v3-large")),
        recipe_sha256="cd" * 32,
        test_evaluations=maker.random.choice((1, 3, 12, 1004)),
        sources=_sources(maker),
        models=models,
        claims=tuple(maker.claims),
    )
    return project(ledger, "student")


def _model(maker: Maker, task: str, name: str, teacher: str | None, parent: str | None) -> Model:
    chosen = maker.random.choice(("fp32", "fp32 int8", "fp32 fp16", "int8 fp32", "weights", "fp32 fp16 int8"))
    variants = tuple(Variant(name=variant, file=FILES[variant]) for variant in chosen.split())
    return Model(
        task=task,
        title=f"Invented model, {name}",
        summary="Does what it was made for.",
        labels=() if task == "fill-mask" else maker.labels,
        license=maker.random.choice(("apache-2.0", "mit", "cc-by-4.0")),
        languages=maker.random.choice((("en",), ("en", "de"))),
        base=Base(
            id="example/MiniLM-L6-H384", license="mit", revision=maker.random.choice((None, "ab12" * 10))
        ),
        teacher=teacher,
        parent=parent,
        variants=variants,
        examples=tuple(
            Example(tool=tool, text="Aspirin 100 mg for [MASK].", output="x 0 7 Aspirin 0.97\n")
            for tool in tools(task, [v.file for v in variants])
        ),
    )


def _measure(maker: Maker, name: str, model: Model, splits: list[str], lengths: list[int]) -> None:
    parameters = int(maker.size())
    bytes_each = {"fp32": 4.01, "weights": 4.0, "fp16": 2.01, "int8": 1.02}
    maker.add(f"{name}.parameters", parameters, "parameters")
    with_bins = model.task == "token-classification" and maker.maybe()
    guard = maker.maybe()
    for variant in model.variants:
        which, size = f"{name}.{variant.name}", int(parameters * bytes_each[variant.name]) + 1
        artifact = Artifact(
            model=name, file=variant.file, sha256="ef" * 32, bytes=size, parameters=parameters
        )
        maker.add(f"{which}.bytes", size, "bytes", artifact=artifact)
        for split in splits:
            data = DataSet(id=f"data-{split}", sha256="ab" * 32, documents=maker.tested, genre=maker.genre)
            more = {"n": maker.tested, "split": split.rpartition(":")[2], "data": data, "artifact": artifact}
            more["environment"] = maker.random.choice(maker.machines)
            counts = _score(maker, f"{which}.{split}", model, more)
            if counts and with_bins and split == "test":
                _trust(maker, f"{which}.test", counts, more)
        if guard:
            unit, end = ("accuracy", "masked.top_1") if model.task == "fill-mask" else ("F1", "macro.f1")
            aggregation = "macro" if unit == "F1" else "value"
            maker.add(f"{which}.guard.{end}", 0.5, unit, aggregation, n=10, split="guard")
        for length in lengths:
            median = 10 ** maker.random.uniform(-3, 6)
            for aggregation, factor in (("median", 1), ("p95", 1.3), ("min", 0.9)):
                claim = f"{which}.latency.{length}.{aggregation}"
                maker.add(claim, median * factor, "ms", aggregation, n=50, artifact=artifact)


def _score(maker: Maker, prefix: str, model: Model, more: dict) -> list[tuple[int, int, int]]:
    """The scores of one file on one split; returns the counts of each type that they follow from."""
    if model.task == "fill-mask":
        shares = sorted(maker.random.random() for _ in range(3))
        for count, share in zip((1, 5, 25), shares, strict=True):
            maker.score(f"{prefix}.masked.top_{count}", share, "accuracy", "value", **more)
        value = 10 ** maker.random.uniform(0, 4)
        interval = maker.interval(value * 0.9, value * 1.1)
        maker.add(f"{prefix}.perplexity", value, "perplexity", interval=interval, **more)
        return []
    counts = [_counts(maker) for _ in model.labels]
    types = [scores(*count) for count in counts]
    rows = {slug(label): (values, "type") for label, values in zip(model.labels, types, strict=True)}
    rows["macro"] = ({what: sum(t[what] for t in types) / len(types) for what in types[0]}, "macro")
    if model.task == "token-classification":
        rows["micro"] = (scores(*map(sum, zip(*counts, strict=True))), "micro")
    else:
        maker.score(f"{prefix}.accuracy", maker.random.random(), "accuracy", "value", **more)
    for group, (values, aggregation) in rows.items():
        for what, value in values.items():
            unit = "F1" if what == "f1" else what
            maker.score(f"{prefix}.{group}.{what}", value, unit, aggregation, **more)
    return counts


def _counts(maker: Maker) -> tuple[int, int, int]:
    """Correct, found and gold mentions, at times none right, or all."""
    gold, found = maker.random.randint(1, 900), maker.random.randint(1, 900)
    most = min(gold, found)
    return maker.random.choice((0, most, maker.random.randint(0, most))), found, gold


def _trust(maker: Maker, prefix: str, counts: list[tuple[int, int, int]], more: dict) -> None:
    """Two bins, both off by as much; errors that add up with the counts."""
    apart = maker.random.uniform(0, 0.05)
    maker.score(f"{prefix}.calibration.ece", apart, "error", "value", **more)
    correct, found, gold = (sum(column) for column in zip(*counts, strict=True))
    for index in (0, 9):
        place, score = f"{prefix}.calibration.bins.{index}", 0.01 + index / 10
        maker.add(f"{place}.entities", 40, "count", **more)
        maker.add(f"{place}.score", score, "score", **more)
        maker.score(f"{place}.precision", score + apart, "precision", "value", **more)
    boundary = maker.random.randint(0, min(found, gold) - correct)
    kinds = {"correct": correct, "missed": gold - correct - boundary, "spurious": found - correct - boundary}
    for kind, count in (kinds | {"boundary": boundary, "type": 0}).items():
        maker.add(f"{prefix}.errors.{kind}", count, "count", **more)


def _compare(maker: Maker, models: dict[str, Model], other: str, lengths: list[int]) -> None:
    reference = f"{other}.{models[other].variants[0].name}"
    values = {claim.id.text: claim.value for claim in maker.claims}
    for variant in models["student"].variants:
        pair = f"student.{variant.name}.vs.{reference}"
        if models["student"].task != "fill-mask":
            ours, theirs = (values[f"{w}.test.macro.f1"] for w in (f"student.{variant.name}", reference))
            maker.score(
                f"{pair}.macro.f1_difference", ours - theirs, "F1", "difference", n=maker.tested, split="test"
            )
            p = maker.random.choice((0.0, 1.0, 0.04999, 1e-12))
            maker.add(f"{pair}.document_f1.wilcoxon_p", p, "p", "p-value", n=maker.tested, split="test")
        for length in lengths:
            maker.add(f"{pair}.latency.{length}.wilcoxon_p", 0.5, "p", "p-value", n=50)


def _training(maker: Maker) -> None:
    if maker.maybe():
        maker.add("student.sparsity", maker.random.random(), "share")
    if maker.maybe():
        maker.add("student.vocabulary.before", maker.size(), "count")
        maker.add("student.vocabulary.after", maker.size(), "count")
    if maker.maybe():
        maker.add("student.training.seconds", maker.size(), "s", "total")
        maker.add("student.training.peak_memory", maker.size(), "bytes", "peak")
    if maker.maybe():
        method = "estimated from the processors' rated power of 180 W"
        value = 10 ** maker.random.uniform(-6, 4)
        maker.add("student.training.energy", value, "kWh", "total", method=method)
        method = "the energy times 369.5 g/kWh, the mean of a country in 2024"
        maker.add("student.training.co2", 10 ** maker.random.uniform(-3, 7), "g", "total", method=method)
    settings = ("epochs", "learning_rate", "seed", "window")
    for key in maker.random.sample(settings, maker.random.randint(0, 4)):
        value = maker.random.choice((0.0, 1.0, 3e-5, 512.0))
        maker.add(f"student.setting.{key}", value, "setting", "setting")


def _splits(maker: Maker, task: str) -> None:
    if task == "fill-mask":
        return
    counted = "mentions" if task == "token-classification" else "texts"
    for split in ("train", "test"):
        counts = [maker.size() for _ in maker.labels]
        documents = maker.tested if split == "test" else maker.size()
        if task == "text-classification":  # each text has one class
            counts = [documents, *[0.0 for _ in counts[1:]]] if split == "test" else counts
            documents = sum(counts)
        maker.add(f"corpus.{split}.documents", documents, "count")
        for label, count in zip(maker.labels, counts, strict=True):
            maker.add(f"corpus.{split}.{slug(label)}.{counted}", count, "count")
    if maker.maybe():
        maker.add("corpus.unlabelled.texts", maker.size(), "count")


def _sources(maker: Maker) -> tuple[Source, ...]:
    return (
        Source(
            id="data-test",
            license="cc0-1.0",
            use="training, development and test",
            url="https://example.org/v2/data-test" if maker.maybe() else None,
            citation="@misc{data, title = {Data}, year = {1999}}" if maker.maybe() else None,
        ),
        Source(id="example/abstracts2", license="cc-by-4.0", use="soft labels"),
    )


def _corpus_ledger(maker: Maker) -> Ledger:
    names = ["lexicon", "tagger3", "llm"][: maker.random.randint(1, 3)]
    licenses = {"lexicon": "cc-by-4.0", "tagger3": "mit", "llm": "apache-2.0"}
    kinds = {"lexicon": "lexicon", "tagger3": "recogniser", "llm": "language model"}
    labelers = tuple(
        Labeler(name=n, kind=kinds[n], id=f"example/{n}-7B", license=licenses[n], revision="2024-08-06")
        for n in names
    )
    corpus = LabelledCorpus(
        title="Invented corpus",
        summary="Sentences with labels that no person made.",
        labels=maker.labels,
        license="cc-by-4.0",
        genre=maker.random.choice((None, "clinical-notes")),
        labelers=labelers,
        rule=maker.random.choice(("union", "k of n", "one labeler")),
        rule_description="Keeps a mention that enough labelers found with the same start, end and type.",
        sources=_sources(maker),
        files=(DataFile(file="data/train-00.jsonl", split="train", sha256="0a" * 32),),
    )
    documents = maker.size()
    maker.add("weak.documents", documents, "count")
    maker.add("weak.train.documents", documents, "count")
    for label in maker.labels:
        maker.add(f"weak.train.{slug(label)}.mentions", maker.size(), "count")
        for name in names:
            maker.add(f"weak.labeler.{name}.{slug(label)}.mentions", maker.size(), "count")
    for name in names:
        if maker.maybe():
            maker.add(f"weak.labeler.{name}.strings", 1000 + maker.size(), "count")
            maker.add(f"weak.labeler.{name}.hallucinated", maker.random.randint(0, 1000), "count")
    if maker.maybe():
        maker.add("weak.setting.least_votes", 2, "setting", "setting", name="Labelers that must agree")
    for one, other in itertools.pairwise(names):
        if maker.maybe():
            maker.score(f"weak.agreement.{one}.vs.{other}.f1", maker.random.random(), "F1", "micro")
    if maker.maybe():
        _gold(maker, [*names, "combined"])
    ledger = Ledger(
        recipe="invented",
        recipe_sha256="cd" * 32,
        test_evaluations=0,
        sources=(),
        models={},
        datasets={"weak": corpus},
        claims=tuple(maker.claims),
    )
    return project(ledger, "weak")


def _gold(maker: Maker, judged: list[str]) -> None:
    data = DataSet(id="gold-2", sha256="ab" * 32, documents=60)
    more = {"n": 60, "split": "development", "data": data}
    for each in judged:
        types = [scores(*_counts(maker)) for _ in maker.labels]
        rows = {slug(label): values for label, values in zip(maker.labels, types, strict=True)}
        for group, values in rows.items():
            for what, value in values.items():
                unit = "F1" if what == "f1" else what
                maker.score(f"weak.gold.{each}.{group}.{what}", value, unit, "type", **more)
        for what in types[0]:
            mean = sum(values[what] for values in types) / len(types)
            unit = "F1" if what == "f1" else what
            maker.score(f"weak.gold.{each}.macro.{what}", mean, unit, "macro", **more)
