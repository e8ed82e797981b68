"""The stages of a run, in the order of the data's way."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One arrow of the data's way: `training.MODULE.run(context) -> claims`.

    settings: keys of the recipe that it reads; needs: stages whose output it reads;
    leaves: what it writes, relative to the run folder.
    """

    name: str
    module: str
    settings: tuple[str, ...]
    needs: tuple[str, ...]
    leaves: tuple[str, ...]


STAGES = (
    Stage("corpus", "corpus", ("corpus", "unlabelled", "guard_documents", "guard_split", "labels"), (), ("work/corpus",)),
    Stage("encoders", "encoders", ("vocabulary", "teacher.base", "student.base"), ("corpus",), ("work/encoders",)),
    Stage("teacher", "teacher", ("labels", "window", "overlap", "teacher.fitting"), ("corpus", "encoders"), ("work/teacher/model",)),
    Stage("student", "student", ("labels", "window", "overlap", "student"), ("corpus", "encoders", "teacher"), ("work/student/model",)),
    Stage("prune", "pruning", ("labels", "window", "overlap", "student", "pruning"), ("corpus", "teacher", "student"), ("work/prune/model",)),
    Stage("export", "export", (), ("corpus", "teacher", "student", "prune"), ("models",)),
    Stage("quantize", "quantize", ("quantization",), ("corpus", "export"), ("models/student/onnx/model_quantized.onnx",)),
    Stage("evaluate", "evaluation", ("evaluation", "labels"), ("corpus", "export", "quantize"), ("work/evaluate",)),
    Stage("ledger", "ledger", (), ("corpus", "encoders", "teacher", "student", "prune", "export", "quantize", "evaluate"), ("ledger.json",)),
)  # fmt: skip
