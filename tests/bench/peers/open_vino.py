"""OpenVINO on the FP32 weights, or on what its own quantiser (NNCF) made of them."""

import sys
import threading
from pathlib import Path

import numpy as np
from bench_worker import Tag
from windowed import Windowed

# It tells its maker of every use unless it cannot be imported.
sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


def load(models: Path, *, threads: int, workers: int, file: str) -> Tag:
    """threads: of all runs together; workers: runs at a time."""
    import openvino

    model = openvino.Core().compile_model(
        models / "openvino" / file, "CPU", {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": workers}
    )
    own = threading.local()

    def run(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        if not hasattr(own, "request"):
            own.request = model.create_infer_request()
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return own.request.infer(inputs)["logits"].copy()

    return Windowed(models / "transformers", run, workers)
