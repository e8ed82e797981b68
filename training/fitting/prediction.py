"""Prediction with a PyTorch model on whole documents, cut and merged as the engine does.

Used while training (guard F1, soft labels); what is published is measured through space.engine.
"""

from collections.abc import Collection

import numpy as np
import torch
from transformers import PreTrainedModel

from space.engine import Entity, Window, decode, merge

from .examples import Cutter, Prepared, pad

BATCH = 16


@torch.inference_mode()
def predict(model: PreTrainedModel, cutter: Cutter, prepared: list[Prepared], bf16: bool) -> list[np.ndarray]:
    """Score the tokens of documents.

    Args:
        model: a token classifier.
        cutter: what cut the documents.
        prepared: the documents.
        bf16: autocast, as in training.

    Returns:
        For each document the logits of its tokens, (tokens, tags), overlapping windows merged.
    """
    was_training = model.training
    model.eval()
    cuts = [(index, window) for index, document in enumerate(prepared) for window in document.windows]
    scores: dict[tuple[int, Window], np.ndarray] = {}
    by_length = sorted(cuts, key=lambda cut: cut[1].stop - cut[1].start)  # little padding
    for start in range(0, len(by_length), BATCH):
        batch = by_length[start : start + BATCH]
        rows = [cutter.input_ids(prepared[index], window) for index, window in batch]
        inputs = {key: tensor.to(model.device) for key, tensor in pad(rows, cutter.pad_id).items()}
        with torch.autocast(model.device.type, torch.bfloat16, enabled=bf16):
            logits = model(**inputs).logits.float().cpu().numpy()
        for cut, row in zip(batch, logits, strict=True):
            index, window = cut
            before = len(prepared[index].prefix)
            scores[cut] = row[before : before + window.stop - window.start]
    model.train(was_training)
    return [
        merge(len(document.tokens), document.windows, [scores[index, window] for window in document.windows])
        if document.windows
        else np.empty((0, len(cutter.tags)), dtype=np.float32)
        for index, document in enumerate(prepared)
    ]


def entities(
    model: PreTrainedModel, cutter: Cutter, prepared: list[Prepared], bf16: bool, rules: Collection[str]
) -> list[list[Entity]]:
    """Find the entities of each document, under these rules of the engine."""
    return [
        decode(document.document.text, document.tokens, logits, cutter.tags, rules)
        for document, logits in zip(prepared, predict(model, cutter, prepared, bf16), strict=True)
    ]
