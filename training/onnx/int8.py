"""Node `MODEL.int8`: writes the FP32 file as INT8, choosing the setting by F1 on the guard documents."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from pydantic import BaseModel, ConfigDict
from transformers import AutoConfig

from cards.ledger import Claim
from space.engine import Entity, Tagger, load

from ..corpora.document import Document
from ..errors import StageError
from ..measuring import latency, scoring, statistics
from ..recipe.models import Int8, Model
from ..run_folder import VARIANTS
from ..tasks.lookup import TASKS, import_named
from . import parity
from .conversion import Setting, calibration_inputs, convert
from .export import PARITY_TEXTS
from .fusion import fuse

if TYPE_CHECKING:
    from ..run_context import Context

FP32, INT8 = VARIANTS["fp32"], VARIANTS["int8"]
REPORT = "report.json"  # in the node's folder
TRIES = ".quantize-"  # a folder's prefix
RESAMPLES = 1000
SAME_SIZE = 1.01  # files whose sizes differ by less count as equally small; the faster one is kept
LATENCY_TOKENS, LATENCY_REPEATS = 128, 20

Count = Callable[[Sequence[Document], Sequence[list[Entity]]], np.ndarray]  # to (documents, labels, 3)


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class Try(_Record):
    """Result of one setting.

    `loss` is what it loses of FP32's macro F1 on the guard, `least_loss` the lower end of its 95% interval.
    `latency_ms` is the median for one text of LATENCY_TOKENS tokens, or a full window where that is less.
    """

    setting: Setting
    bytes: int
    loss: float
    least_loss: float
    latency_ms: float

    def __str__(self) -> str:
        size = f"{self.bytes / 1e6:.2f} MB"
        loss = f"guard F1 {-self.loss:+.4f} (at most {-self.least_loss:+.4f})"
        return f"{self.setting}: {size}, {loss}, {self.latency_ms:.1f} ms"


class QuantizationReport(_Record):
    """Every try, and the one that ships; F1 is the macro F1 on the guard documents."""

    fp32_guard_f1: float
    f1_budget: float
    tries: tuple[Try, ...]
    chosen: Try


def run(context: "Context", model: Model) -> list[Claim]:
    """Quantize a model; report.json in the node's folder tells of every try."""
    assert model.int8 is not None  # the graph has this node for no other model
    counts = import_named(TASKS[context.recipe.task].metric).document_counts
    reports = [(fold.step(context.node) / REPORT).read_bytes() for fold in context.folds]
    report = quantize(
        context.model_folder,
        model.int8,
        context.guard(),
        partial(counts, labels=context.recipe.labels),
        context.recipe.rules,
        [QuantizationReport.model_validate_json(text) for text in reports],
    )
    (context.work / REPORT).write_text(report.model_dump_json(indent=1) + "\n", encoding="utf-8")
    print(f"{context.node}: FP32 has guard F1 {report.fp32_guard_f1:.4f}", flush=True)
    for attempt in report.tries:
        kept = "  <- kept" if attempt == report.chosen else ""
        print(f"{context.node}: {attempt}{kept}", flush=True)
    if report.chosen.loss > model.int8.f1_budget:
        print(
            f"{context.node}: warning: that is more than the budget of {model.int8.f1_budget}, and may be "
            "chance on so few guard documents; more of them, or `guard.folds`, would tell",
            flush=True,
        )
    return []


def quantize(
    model_folder: Path,
    settings: Int8,
    guard: Sequence[Document],
    count: Count,
    rules: Sequence[str],
    folds: Sequence[QuantizationReport] = (),
) -> QuantizationReport:
    """Try every combination of the settings, and keep one as `onnx/model_quantized.onnx`: see `choose`.

    Each is made of `onnx/model.onnx` and measured through the engine as the file that would ship, with the
    rules that the model will run with. Of a model that learned from the guard, F1 and losses are the means of
    what its `folds` report.

    Raises:
        StageError: none is within the F1 budget, a layer to exclude is not there, or fusing fails (see
            `fusion.fuse`); the folder is left as it was.
    """
    for left in model_folder.glob(f"{TRIES}*"):  # by a run that was killed
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(prefix=TRIES, dir=model_folder) as work:
        taggers = candidates(model_folder, settings, guard, rules, Path(work))
        fp32_f1, tries = measure(load(model_folder, file=FP32, rules=rules), taggers, guard, count)
        if folds:
            tries = [_crossed(attempt, folds) for attempt in tries]
            fp32_f1 = float(np.mean([report.fp32_guard_f1 for report in folds]))
        chosen = choose(tries, settings.f1_budget)
        taggers[chosen.setting].file.replace(model_folder / INT8)
    return QuantizationReport(
        fp32_guard_f1=fp32_f1, f1_budget=settings.f1_budget, tries=tuple(tries), chosen=chosen
    )


def _crossed(attempt: Try, folds: Sequence[QuantizationReport]) -> Try:
    """A try with the mean loss of the same setting in the folds; its 95% interval is two standard errors."""
    losses = [own.loss for report in folds for own in report.tries if own.setting == attempt.setting]
    mean, error = np.mean(losses), np.std(losses, ddof=1) / len(losses) ** 0.5
    return attempt.model_copy(update={"loss": float(mean), "least_loss": float(mean - 2 * error)})


def candidates(
    model_folder: Path, settings: Int8, guard: Sequence[Document], rules: Sequence[str], work: Path
) -> dict[Setting, Tagger]:
    """Quantize a model in every combination of the settings, into the folder `work`.

    Raises:
        StageError: a layer to exclude is not there, or fusing fails.
    """
    config = AutoConfig.from_pretrained(model_folder)
    for name in ("config.json", "tokenizer.json"):
        shutil.copy(model_folder / name, work)
    fp32 = load(model_folder, file=FP32, rules=rules)
    texts = [document.text for document in guard[:PARITY_TEXTS]]
    fused = work / "fused.onnx"
    fuse(model_folder / FP32, config, fused, parity.probes(model_folder, texts, fp32.window))
    inputs = calibration_inputs(fp32, guard, settings.calibration_windows)

    (work / "onnx").mkdir()
    taggers: dict[Setting, Tagger] = {}
    for number, setting in enumerate(grid(settings)):
        file = work / "onnx" / f"{number}.onnx"
        convert(fused, file, setting, config, inputs)
        taggers[setting] = load(work, file=file.name, rules=rules)
    return taggers


def grid(settings: Int8) -> list[Setting]:
    """List all combinations of the recipe's settings."""
    axes = ("activations", "per_channel", "embeddings", "exclude_layers")
    combinations = itertools.product(*(getattr(settings, axis) for axis in axes))
    return [Setting(**dict(zip(axes, values, strict=True))) for values in combinations]


def choose(tries: Sequence[Try], budget: float) -> Try:
    """Choose the smallest file that loses at most `budget` against FP32; of equally small ones the fastest.

    Where none does, those count that may lose no more: on few guard documents a loss may be chance.

    Raises:
        StageError: all lose more for certain.
    """
    within = [attempt for attempt in tries if attempt.loss <= budget]
    within = within or [attempt for attempt in tries if attempt.least_loss <= budget]
    if not within:
        raise StageError(
            f"every INT8 setting loses more than {budget} of FP32's macro F1 on the guard documents:\n"
            + "".join(f"  {attempt}\n" for attempt in tries)
            + "Nothing was written. Offer more in the model's `int8`: exclude_layers (the last "
            "layers first), embeddings: [false], or a larger f1_budget."
        )
    limit = SAME_SIZE * min(attempt.bytes for attempt in within)
    small = [attempt for attempt in within if attempt.bytes <= limit]
    return min(small, key=lambda attempt: attempt.latency_ms)


def measure(
    fp32: Tagger, taggers: Mapping[Setting, Tagger], guard: Sequence[Document], count: Count
) -> tuple[float, list[Try]]:
    """Measure the guard F1 of FP32, and size, loss and latency of each file."""
    texts = [document.text for document in guard]
    reference, draws = count(guard, fp32(texts)), statistics.resample(len(guard), RESAMPLES)
    timing = latency.measure(taggers, guard, _latency_tokens(taggers), LATENCY_REPEATS)
    tries = []
    for setting, tagger in taggers.items():
        loss, interval = scoring.f1_difference(reference, count(guard, tagger(texts)), draws)
        tries.append(
            Try(
                setting=setting,
                bytes=tagger.file.stat().st_size,
                loss=loss,
                least_loss=interval.low,
                latency_ms=float(np.median(timing.milliseconds[setting])),
            )
        )
    return scoring.macro_f1(reference), tries


def _latency_tokens(taggers: Mapping[Setting, Tagger]) -> int:
    return min(LATENCY_TOKENS, *(tagger.window for tagger in taggers.values()))
