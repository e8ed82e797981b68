"""PyTorch on the FP32 weights, in FP32 or bfloat16."""

import os
from pathlib import Path

import numpy as np
from bench_worker import Tag, UnavailableError
from windowed import Windowed


def load(models: Path, *, threads: int, workers: int, bfloat16: bool = False) -> Tag:
    """threads: of one run; workers: runs at a time."""
    os.environ["OMP_NUM_THREADS"] = str(
        threads
    )  # holds in every worker's thread; torch's own setting does not
    import torch
    from transformers import AutoModelForTokenClassification

    from training.fitting.hardware import native_bf16

    if bfloat16 and not native_bf16():
        raise UnavailableError("this processor does not multiply bfloat16, and PyTorch would emulate it")
    dtype = torch.bfloat16 if bfloat16 else torch.float32
    model = AutoModelForTokenClassification.from_pretrained(models / "transformers", dtype=dtype).eval()

    def run(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            inputs = {"input_ids": torch.from_numpy(ids)}
            if not mask.all():  # without one, attention takes its fastest way
                inputs["attention_mask"] = torch.from_numpy(mask)
            return model(**inputs).logits.float().numpy()

    return Windowed(models / "transformers", run, workers)
