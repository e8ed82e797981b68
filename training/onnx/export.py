"""Node `MODEL.export`: writes checkpoints as ONNX files that compute the same, or writes nothing.

`onnx/model.onnx` is optimum's FP32 export. `onnx/model_fp16.onnx` stores the same weights in half the
bytes and computes in FP32 all the same: FP16 arithmetic is slow or missing on CPUs, and the cast back
is folded when the session is made.
"""

import shutil
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from optimum.exporters.onnx import main_export
from optimum.exporters.tasks import TasksManager
from transformers import AutoConfig, PreTrainedModel

from cards.ledger import Claim, ClaimId

from ..encoders.checkpoints import class_of, load_model
from ..errors import StageError
from ..run_folder import VARIANTS
from . import parity
from .operations import multiply_adds

if TYPE_CHECKING:
    from ..recipe.models import Model
    from ..run_context import Context

OPSET = 18  # has LayerNormalization as one operator; run by every onnxruntime and onnxruntime-web since 2023
FP32, FP16 = VARIANTS["fp32"], VARIANTS["fp16"]
PARITY_TEXTS = 8


def run(context: "Context", model: "Model") -> list[Claim]:
    """Make a model's folder in the Hub's layout: checkpoint, tokenizer and ONNX files."""
    texts = [document.text for document in context.guard()[:PARITY_TEXTS]]
    folder = context.model_folder
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(context.run.output(model.step), folder)
    export(folder, texts)
    files = [FP32]
    if model.storage == "fp16":
        store_fp16(folder, texts)
        files.append(FP16)
    for file in files:
        print(f"{context.node}: {file}, {(folder / file).stat().st_size / 1e6:.1f} MB", flush=True)
    width = AutoConfig.from_pretrained(folder).hidden_size
    count = multiply_adds(folder / FP32, context.recipe.window, width)
    claim_id, title = (
        ClaimId(context.name, metric="multiply_adds"),
        "Multiply-adds per token of a full window",
    )
    return [context.claim(claim_id, title, count, "count")]


def export(model_folder: Path, texts: Sequence[str]) -> None:
    """Write `onnx/model.onnx` beside the checkpoint: one file, FP32, any batch size and length.

    Args:
        model_folder: with the checkpoint and its tokenizer.
        texts: what PyTorch and ONNX Runtime are compared on, see `parity.probes`.

    Raises:
        StageError: logits differ, or the model is too large for one file; the folder is left as it was.
    """
    kind = class_of(AutoConfig.from_pretrained(model_folder))
    with tempfile.TemporaryDirectory(prefix=".export-", dir=model_folder) as work:
        with warnings.catch_warnings():
            # Parity is what tells whether tracing went well and the older exporter still serves.
            warnings.simplefilter("ignore", torch.jit.TracerWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            main_export(
                str(model_folder),
                output=work,
                task=TasksManager.infer_task_from_model(kind),
                opset=OPSET,
                framework="pt",
                library_name="transformers",
                do_validation=False,  # `parity` is stricter and takes real text
            )
        file = Path(work) / "model.onnx"
        if list(Path(work).glob("*.onnx_data")):
            raise StageError(f"{model_folder}: over 2 GB, too much for one ONNX file; use a smaller base")
        _ship(file, model_folder / FP32, load_model(model_folder), texts)


def store_fp16(model_folder: Path, texts: Sequence[str]) -> None:
    """Write `onnx/model_fp16.onnx` from `onnx/model.onnx`.

    It must compute what PyTorch computes with the rounded weights.

    Raises:
        StageError: logits differ, or a weight is beyond FP16; the folder is left as it was.
    """
    graph = onnx.load(model_folder / FP32)
    halve(graph.graph)
    model = load_model(model_folder)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    with tempfile.TemporaryDirectory(prefix=".export-", dir=model_folder) as work:
        onnx.save(graph, Path(work) / "model.onnx")
        _ship(Path(work) / "model.onnx", model_folder / FP16, model, texts)


def halve(graph: onnx.GraphProto) -> None:
    """Store every FP32 weight of a graph as FP16, followed by a Cast back to FP32. In place.

    Raises:
        StageError: a weight is beyond FP16's range.
    """
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT:
            continue
        name, values = tensor.name, numpy_helper.to_array(tensor)
        with np.errstate(over="ignore"):
            half = values.astype(np.float16)
        if not np.isfinite(half).all():
            raise StageError(f"weight {name} reaches {np.abs(values).max():.3g}; FP16 ends at 65504")
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_fp16"))
        casts.append(helper.make_node("Cast", [f"{name}_fp16"], [name], to=TensorProto.FLOAT))
    computing = list(graph.node)
    del graph.node[:]
    graph.node.extend(casts + computing)


def _ship(file: Path, to: Path, model: PreTrainedModel, texts: Sequence[str]) -> None:
    """Move a finished file to its place, once it is shown to compute what `model` does."""
    onnx.checker.check_model(str(file))
    probes = parity.probes(to.parent.parent, texts, parity.window(model))
    parity.check(to.name, parity.onnx_logits(file), parity.torch_logits(model), probes)
    to.parent.mkdir(exist_ok=True)
    file.replace(to)
