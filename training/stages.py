"""Stages of a run, in the order of the data's way."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .recipe import Fitting, Recipe


@dataclass(frozen=True)
class Stage:
    """One arrow of the data's way: `training.MODULE.run(context) -> claims`.

    Attributes:
        name: of the stage, and of its verb.
        module: in `training`.
        settings: keys of the recipe that it reads.
        needs: stages whose output it reads.
        leaves: patterns of the files that it writes, relative to the run folder.
        reads_claims: whether it reads the claims and cost of the stages that it needs, too.
        fitting: the recipe's fine-tuning that it does, where it trains.
    """

    name: str
    module: str
    settings: tuple[str, ...]
    needs: tuple[str, ...]
    leaves: tuple[str, ...]
    reads_claims: bool = False
    fitting: Callable[[Recipe], Fitting | None] = lambda _: None


_TAGGING = ("labels", "window", "overlap", "rules")
_CORPUS = Stage(
    "corpus",
    module="corpus",
    settings=("corpus", "unlabelled", "guard_documents", "guard_split", "labels"),
    needs=(),
    leaves=("work/corpus/*.jsonl",),
)
_CONFIG = "models/*/config.json"
_MODELS = (
    "models/*/model.safetensors",
    "models/*/tokenizer.json",
    "models/*/onnx/model.onnx",
    "models/*/onnx/model_fp16.onnx",
)
_INT8 = "models/*/onnx/model_quantized.onnx"
_QUANTIZATION = Stage(
    "quantize",
    module="quantize",
    settings=("quantization", "labels", "rules"),
    needs=("corpus", "export"),
    leaves=(_INT8,),
)
_CALIBRATION = Stage(
    "calibrate",
    module="calibrate",
    settings=("rules",),
    needs=("corpus", "export", "quantize"),
    leaves=(_CONFIG,),
)
_EVALUATION = Stage(
    "evaluate",
    module="evaluation",
    settings=("evaluation", "labels"),
    needs=("corpus", "export", "quantize", "calibrate"),
    leaves=("work/evaluate/*.jsonl",),
)
_LEDGER = Stage(
    "ledger",
    module="ledger",
    settings=tuple(Recipe.model_fields),  # it names the recipe by its hash
    needs=(
        "corpus",
        "encoders",
        "teacher",
        "student",
        "prune",
        "export",
        "quantize",
        "calibrate",
        "evaluate",
    ),
    leaves=("ledger.json", "models/*/ledger.json", "models/*/golden.json", "figures/*"),
    reads_claims=True,
)

STAGES = (
    _CORPUS,
    Stage(
        "encoders",
        module="encoders",
        settings=("vocabulary", "teacher.base", "student.base"),
        needs=("corpus",),
        leaves=("work/encoders/*/*",),
    ),
    Stage(
        "teacher",
        module="teacher",
        settings=(*_TAGGING, "teacher.fitting"),
        needs=("corpus", "encoders"),
        leaves=("work/teacher/model/*",),
        fitting=lambda recipe: recipe.teacher.fitting,
    ),
    Stage(
        "student",
        module="student",
        settings=(*_TAGGING, "student"),
        needs=("corpus", "encoders", "teacher"),
        leaves=("work/student/model/*",),
        fitting=lambda recipe: recipe.student.fitting,
    ),
    Stage(
        "prune",
        module="pruning",
        settings=(*_TAGGING, "student", "pruning"),
        needs=("corpus", "teacher", "student"),
        leaves=("work/prune/model/*",),
        fitting=lambda recipe: recipe.pruning.recovery if recipe.pruning else None,
    ),
    Stage(
        "export",
        module="export",
        settings=(),
        needs=("corpus", "teacher", "student", "prune"),
        leaves=_MODELS,
    ),
    _QUANTIZATION,
    _CALIBRATION,
    _EVALUATION,
    _LEDGER,
)

# What made the models of an unbundled run, in place of all stages up to `export`; and what is left to do.
UNBUNDLE = Stage("unbundle", module="unbundling", settings=(), needs=(), leaves=(*_MODELS, _CONFIG, _INT8))
UNTRAINED = (
    _CORPUS,
    replace(_QUANTIZATION, needs=("corpus", "unbundle")),
    replace(_CALIBRATION, needs=("corpus", "unbundle", "quantize")),
    replace(_EVALUATION, needs=("corpus", "unbundle", "quantize", "calibrate")),
    replace(_LEDGER, module="unbundling", needs=("corpus", "unbundle", "quantize", "calibrate", "evaluate")),
)
