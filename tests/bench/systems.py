"""The systems that are compared: where each runs, and the settings among which the sweep finds its best."""

from collections.abc import Callable
from dataclasses import dataclass

LIGHT, TRAINING, PEERS = ".venv", ".venv-training", ".venv-peers"
# Those that promises name.
ENGINE, PIPELINE, OPTIMUM, CTRANSLATE = "engine", "transformers-fp32", "optimum-int8", "ctranslate2-int8"
DEFAULTS = "engine-defaults"  # takes all processors, as ENGINE is told to: what the two differ by is noise

UNBATCHED = (0,)

Settings = dict[str, int | str | bool]  # what a peer's `load` takes


@dataclass(frozen=True)
class System:
    """One system.

    Attributes:
        name: Its name in the report's JSON.
        title: Its name for people.
        environment: The folder of its Python.
        module: In `peers`.
        variants: From processors to settings that each need a process of their own.
        packages: Whose versions are told.
        batches: Sizes of batches to try.
        needs: Steps of `bench_models` that make its files.
        judged_by: The system with the same words and decoding, beside which its F1 shows whether it computes
            the model; None where there is none.
        finds_entities: Whether it does the engine's task.
    """

    name: str
    title: str
    environment: str
    module: str
    variants: Callable[[int], list[Settings]]
    packages: tuple[str, ...]
    batches: tuple[int, ...] = (1, 8, 32)
    needs: tuple[str, ...] = ()
    judged_by: str | None = ENGINE
    finds_entities: bool = True


def _threads(processors: int) -> list[Settings]:
    return [{"threads": processors}]


def _split(processors: int) -> list[Settings]:
    """All threads on one run, or as many runs as processors at a time, of one thread each."""
    return [{"threads": processors // workers, "workers": workers} for workers in sorted({1, processors})]


def _streams(processors: int) -> list[Settings]:
    """The same for OpenVINO, whose threads are those of all runs together."""
    return [{"threads": processors, "workers": workers} for workers in sorted({1, processors})]


def _with(variants: Callable[[int], list[Settings]], **fixed: str | bool) -> Callable[[int], list[Settings]]:
    return lambda processors: [{**settings, **fixed} for settings in variants(processors)]


def _ctranslate(processors: int) -> list[Settings]:
    return [{**own, "packed": packed} for own in _split(processors) for packed in (False, True)]


ORT = ("onnxruntime",)
TORCH = ("torch", "transformers")
SYSTEMS = (
    System(
        name=ENGINE,
        title="Clinstill",
        environment=LIGHT,
        module="engine",
        variants=_threads,
        packages=ORT,
        batches=UNBATCHED,
        judged_by=None,
    ),
    System(
        name=DEFAULTS,
        title="Clinstill, no setting",
        environment=LIGHT,
        module="engine",
        variants=lambda _: [{}],
        packages=ORT,
        batches=UNBATCHED,
    ),
    System(
        name="onnxruntime-int8",
        title="ONNX Runtime alone, INT8",
        environment=LIGHT,
        module="onnx_runtime",
        variants=_split,
        packages=ORT,
        batches=(1, 4, 16),
    ),
    System(
        name=CTRANSLATE,
        title="CTranslate2, INT8",
        environment=PEERS,
        module="ctranslate",
        variants=_ctranslate,
        packages=("ctranslate2",),
        batches=(1, 4, 16),
        needs=("transformers", "ctranslate2"),
    ),
    System(
        name="openvino-int8",
        title="OpenVINO, INT8",
        environment=PEERS,
        module="open_vino",
        variants=_with(_streams, file="int8.xml"),
        packages=("openvino", "nncf"),
        needs=("transformers", "openvino"),
    ),
    System(
        name="openvino-fp32",
        title="OpenVINO, FP32",
        environment=PEERS,
        module="open_vino",
        variants=_with(_streams, file="fp32.xml"),
        packages=("openvino",),
        needs=("transformers", "openvino"),
    ),
    System(
        name="torch-fp32",
        title="PyTorch, FP32",
        environment=TRAINING,
        module="pytorch",
        variants=_split,
        packages=TORCH,
        needs=("transformers",),
    ),
    System(
        name="torch-bf16",
        title="PyTorch, bfloat16",
        environment=TRAINING,
        module="pytorch",
        variants=_with(_split, bfloat16=True),
        packages=TORCH,
        needs=("transformers",),
    ),
    System(
        name=OPTIMUM,
        title="optimum pipeline, INT8",
        environment=TRAINING,
        module="pipelines",
        variants=_with(_threads, runtime="optimum", file="model_quantized.onnx"),
        packages=("optimum-onnx", *ORT, *TORCH),
        needs=("transformers", "optimum"),
        judged_by=PIPELINE,
    ),
    System(
        name="optimum-fp32",
        title="optimum pipeline, FP32",
        environment=TRAINING,
        module="pipelines",
        variants=_with(_threads, runtime="optimum", file="model.onnx"),
        packages=("optimum-onnx", *ORT, *TORCH),
        needs=("transformers",),
        judged_by=PIPELINE,
    ),
    System(
        name=PIPELINE,
        title="transformers pipeline, FP32",
        environment=TRAINING,
        module="pipelines",
        variants=_with(_threads, runtime="transformers"),
        packages=TORCH,
        needs=("transformers",),
        judged_by=None,
    ),
    System(
        name="spacy-tagger",
        title="spaCy's tagger, for orientation",
        environment=PEERS,
        module="spacy_tagger",
        variants=lambda _: [{}],
        packages=("spacy",),
        batches=(64,),
        judged_by=None,
        finds_entities=False,
    ),
)
