"""Parity check: two forms of a model must give the same logits, or nothing is written."""

import inspect
from collections.abc import Callable, Iterable, Sequence
from itertools import cycle, islice
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from transformers import AutoTokenizer, PreTrainedModel

from ..encoders.checkpoints import load_model
from ..encoders.families import positions
from ..errors import StageError

# Largest difference of a logit, relative to the largest logit. FP32 arithmetic in another order gives
# about 1e-6 of it; a lost mask or a wrong weight gives 1e-2 and more.
TOLERANCE = 1e-4

Inputs = dict[str, np.ndarray]  # input_ids, attention_mask, ...: each (batch, tokens) int64
Logits = Callable[[Inputs], np.ndarray]  # to (batch, tokens, tags), or (batch, classes)


def window(model: PreTrainedModel) -> int:
    """Tokens of a full window of a model, special tokens included."""
    settings = getattr(model.config, "clinstill", {})
    return settings.get("window", min(256, positions(model.config)))


def probes(folder: Path, texts: Sequence[str], window: int) -> list[Inputs]:
    """Make inputs to compare on: one word, each text, a full window, and batches padded right and left.

    Args:
        folder: model folder with the tokenizer.
        texts: at least one, with at least one word in all.
        window: tokens, special tokens included.

    Raises:
        ValueError: the texts hold no word.
    """
    joined = " ".join(texts)
    words = joined.split()
    if not words:
        raise ValueError("parity needs at least one word of text")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    full = " ".join(islice(cycle(words), window))  # each gives a token at least

    def encode(batch: list[str], side: str | None) -> Inputs:
        encoded = tokenizer(
            batch,
            truncation=True,
            max_length=window,
            return_tensors="np",
            padding=side is not None,
            padding_side=side,
        )
        return {name: values.astype(np.int64) for name, values in encoded.items()}

    alone = [encode([text], None) for text in (words[0], *texts, full)]
    batch = [words[0], full, texts[0]]
    return alone + [encode(batch, side) for side in ("right", "left")]


def torch_logits(model: PreTrainedModel) -> Logits:
    """Make a PyTorch model a function of the inputs that it knows."""
    known = set(inspect.signature(model.forward).parameters)
    model.eval()

    def logits(inputs: Inputs) -> np.ndarray:
        with torch.inference_mode():
            tensors = {
                name: torch.from_numpy(v).to(model.device) for name, v in inputs.items() if name in known
            }
            return model(**tensors).logits.cpu().numpy()

    return logits


def onnx_logits(file: Path) -> Logits:
    """Run an ONNX file under plain ONNX Runtime on the CPU, as any other user would."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    known = {value.name for value in session.get_inputs()}

    def logits(inputs: Inputs) -> np.ndarray:
        return session.run(["logits"], {name: v for name, v in inputs.items() if name in known})[0]

    return logits


def check(what: str, ours: Logits, reference: Logits, inputs: Iterable[Inputs]) -> None:
    """Compare all logits, but for those of tokens that are padding.

    Raises:
        StageError: any differs by more than TOLERANCE; the message names `what`.
    """
    for probe in inputs:
        seen = probe["attention_mask"] == 1
        expected, found = reference(probe), ours(probe)
        if expected.ndim > seen.ndim:  # of each token
            expected, found = expected[seen], found[seen]
        allowed = TOLERANCE * max(1.0, float(np.abs(expected).max()))
        difference = float(np.abs(found - expected).max())
        if not difference <= allowed:  # so that NaN fails
            batch, tokens = seen.shape
            raise StageError(
                f"{what} lost parity: logits differ by {difference:.2g} (allowed: {allowed:.2g}) for a "
                f"batch of {batch} with {tokens} tokens. It must not ship. Check the versions of torch, "
                "transformers, optimum-onnx and onnxruntime against training/requirements.txt."
            )


def check_reload(model: PreTrainedModel, folder: Path, texts: Sequence[str]) -> None:
    """Hold a model against its checkpoint as everybody loads it.

    What the configuration cannot say of the model in memory is lost there, without a message.

    Args:
        model: As it was saved.
        folder: With its checkpoint and tokenizer.
        texts: What they are compared on, see `probes`.

    Raises:
        StageError: Logits differ.
    """
    inputs = probes(folder, texts, window(model))
    check(f"the checkpoint {folder}", torch_logits(load_model(folder)), torch_logits(model), inputs)
