"""Runs a model folder in transformers or in optimum, in an environment that has them.

    python publish/loaders/load.py transformers FOLDER model.safetensors fast
    python publish/loaders/load.py optimum FOLDER onnx/model_quantized.onnx exact

`verifying/loading.py` starts it and asks: one JSON object a line, {"text"} for the tokenizer's ids with
special tokens, {"ids"} for the logits of one window. The first line that it prints says what was loaded.
"exact" is for processors on which 8-bit sums saturate (see space/engine/cpu.py).
"""

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch
import transformers
from transformers import AutoModelForTokenClassification, AutoTokenizer

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedTokenizerBase
    from transformers.modeling_outputs import TokenClassifierOutput

answers = sys.stdout
sys.stdout = sys.stderr  # libraries may print; answers go to the real one alone


class Model(Protocol):
    """What transformers and optimum have in common."""

    config: "PretrainedConfig"

    def __call__(self, **inputs: torch.Tensor) -> "TokenClassifierOutput": ...


def load_transformers(folder: Path, _file: str, _exact: bool) -> Model:
    return AutoModelForTokenClassification.from_pretrained(folder, use_safetensors=True).eval()


def load_optimum(folder: Path, file: str, exact: bool) -> Model:
    from onnxruntime import SessionOptions
    from optimum.onnxruntime import ORTModelForTokenClassification

    options = SessionOptions()
    options.log_severity_level = 3
    if exact:
        options.add_session_config_entry("session.x64quantprecision", "1")
    subfolder, _, name = file.rpartition("/")
    return ORTModelForTokenClassification.from_pretrained(
        folder, subfolder=subfolder, file_name=name, session_options=options
    )


LOADERS = {
    "transformers": load_transformers,
    "optimum": load_optimum,
}
PACKAGES = {"transformers": "transformers", "optimum": "optimum-onnx"}


def logits(model: Model, tokenizer: "PreTrainedTokenizerBase", ids: Sequence[int]) -> list[list[float]]:
    """(tokens, tags) of one window, special tokens included."""
    window = torch.tensor([ids])
    inputs = {"input_ids": window, "attention_mask": torch.ones_like(window)}
    if "token_type_ids" in tokenizer.model_input_names:
        inputs["token_type_ids"] = torch.zeros_like(window)
    with torch.inference_mode():
        return np.asarray(model(**inputs).logits[0], dtype=np.float32).tolist()


def main() -> None:
    tool, folder, file, precision = sys.argv[1:]
    transformers.logging.set_verbosity_error()
    model = LOADERS[tool](Path(folder), file, precision == "exact")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    labels = [model.config.id2label[number] for number in range(len(model.config.id2label))]
    answer({"labels": labels, "version": version(PACKAGES[tool])})
    for line in sys.stdin:
        asked = json.loads(line)
        if "text" in asked:
            answer({"ids": tokenizer(asked["text"])["input_ids"]})
        else:
            answer({"logits": logits(model, tokenizer, asked["ids"])})


def answer(value: dict) -> None:
    print(json.dumps(value), file=answers, flush=True)


main()
