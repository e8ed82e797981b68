"""ONNX Runtime on the shipped INT8 file, without the engine around it."""

from pathlib import Path

import numpy as np
import onnxruntime
from bench_worker import Tag
from windowed import Windowed


def load(models: Path, *, threads: int, workers: int) -> Tag:
    """threads: of one session; workers: sessions at a time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    file = models / "shipped" / "onnx" / "model_quantized.onnx"
    session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    inputs = {value.name for value in session.get_inputs()}

    def run(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return session.run(["logits"], {name: feed[name] for name in inputs})[0]

    return Windowed(models / "shipped", run, workers)
