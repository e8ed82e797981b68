"""CTranslate2 on the encoder in INT8, as its own converter made it; the classifier's one product in NumPy."""

import os
from pathlib import Path

import numpy as np
from bench_worker import Tag
from windowed import Windowed


def load(models: Path, *, threads: int, workers: int, packed: bool) -> Tag:
    """threads: of one run (intra_threads); workers: runs at a time (inter_threads); packed: weights laid out
    for the processor beforehand, an experiment of its makers."""
    os.environ["CT2_USE_EXPERIMENTAL_PACKED_GEMM"] = str(int(packed))
    import ctranslate2

    folder = models / "ctranslate2"
    encoder = ctranslate2.Encoder(
        str(folder), compute_type="int8", inter_threads=workers, intra_threads=threads
    )
    classifier = np.load(folder / "classifier.npz")
    weight, bias = classifier["weight"], classifier["bias"]

    def run(ids: np.ndarray, mask: np.ndarray) -> np.ndarray:
        output = encoder.forward_batch(
            ctranslate2.StorageView.from_array(ids.astype(np.int32)),
            ctranslate2.StorageView.from_array(mask.sum(axis=1, dtype=np.int32)),
        )
        return np.asarray(output.last_hidden_state) @ weight + bias

    return Windowed(models / "transformers", run, workers)
