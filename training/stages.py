"""The stages of a run, in the order of the data's way."""

from collections.abc import Callable
from dataclasses import dataclass

from .recipe import Fitting, Recipe


@dataclass(frozen=True)
class Stage:
    """One arrow of the data's way: `training.MODULE.run(context) -> claims`.

    settings: keys of the recipe that it reads; needs: stages whose output it reads, and
    whose claims and cost as well where `reads_claims`;
    leaves: patterns of the files it writes, relative to the run folder;
    fitting: the recipe's fine-tuning that it does, where it trains.
    """

    name: str
    module: str
    settings: tuple[str, ...]
    needs: tuple[str, ...]
    leaves: tuple[str, ...]
    reads_claims: bool = False
    fitting: Callable[[Recipe], Fitting | None] = lambda _: None


_WINDOWS = ("labels", "window", "overlap")

STAGES = (
    Stage(
        "corpus",
        module="corpus",
        settings=("corpus", "unlabelled", "guard_documents", "guard_split", "labels"),
        needs=(),
        leaves=("work/corpus/*.jsonl",),
    ),
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
        settings=(*_WINDOWS, "teacher.fitting"),
        needs=("corpus", "encoders"),
        leaves=("work/teacher/model/*",),
        fitting=lambda recipe: recipe.teacher.fitting,
    ),
    Stage(
        "student",
        module="student",
        settings=(*_WINDOWS, "student"),
        needs=("corpus", "encoders", "teacher"),
        leaves=("work/student/model/*",),
        fitting=lambda recipe: recipe.student.fitting,
    ),
    Stage(
        "prune",
        module="pruning",
        settings=(*_WINDOWS, "student", "pruning"),
        needs=("corpus", "teacher", "student"),
        leaves=("work/prune/model/*",),
        fitting=lambda recipe: recipe.pruning and recipe.pruning.recovery,
    ),
    Stage(
        "export",
        module="export",
        settings=(),
        needs=("corpus", "teacher", "student", "prune"),
        leaves=(
            "models/*/config.json",
            "models/*/model.safetensors",
            "models/*/tokenizer.json",
            "models/*/onnx/model.onnx",
            "models/*/onnx/model_fp16.onnx",
        ),
    ),
    Stage(
        "quantize",
        module="quantize",
        settings=("quantization", "labels"),
        needs=("corpus", "export"),
        leaves=("models/*/onnx/model_quantized.onnx",),
    ),
    Stage(
        "evaluate",
        module="evaluation",
        settings=("evaluation", "labels"),
        needs=("corpus", "export", "quantize"),
        leaves=("work/evaluate/*.jsonl",),
    ),
    Stage(
        "ledger",
        module="ledger",
        settings=tuple(Recipe.model_fields),  # it names the recipe by its hash
        needs=("corpus", "encoders", "teacher", "student", "prune", "export", "quantize", "evaluate"),
        leaves=("ledger.json", "models/*/ledger.json", "models/*/golden.json", "figures/*"),
        reads_claims=True,
    ),
)
