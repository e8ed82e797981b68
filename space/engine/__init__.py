"""Engine: clinical text to entities with exact character offsets, on the CPU, without torch.

    >>> from clinstill import load          # in this repository: from space.engine import load
    >>> tagger = load("me/model")           # a folder or a Hub id
    >>> tagger(["Lithium caused tremor."])

A text passes `tokens` (sub-tokens and windows), `session` (ONNX Runtime) and `decoding` (labels to entities),
which `tagger` joins. `model_folder`, `onnx_contents`, `tokenizer` and `cpu` refuse what cannot be run.

One policy for threads, in `Tagger`, the command line and the service: a single short text takes all of
them for its window; of many texts, or a long one, as many windows run side by side, on one thread each, which
does more in all. Where other programs take the processors, a single text takes one thread (`contention`).
A text's result is the same in every way.
"""

import importlib
import os
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

# ONNX Runtime reports its use to its maker over the network unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

if TYPE_CHECKING:
    from .decoding import RULES, decode
    from .entity import Entity
    from .errors import EngineError
    from .notices import Notice, notice
    from .tagger import Tagger, load
    from .tokenizer import load_tokenizer, plain, special_tokens
    from .tokens import Tokens, Window, merge, tokenise, windows

# Imported on first use: ONNX Runtime takes its time, which a command line that cannot be run need not wait
# for, and where it is not installed, a sentence shall say so.
_MODULES = {
    "decoding": ["RULES", "decode"],
    "entity": ["Entity"],
    "errors": ["EngineError"],
    "notices": ["Notice", "notice"],
    "tagger": ["Tagger", "load"],
    "tokenizer": ["load_tokenizer", "plain", "special_tokens"],
    "tokens": ["Tokens", "Window", "merge", "tokenise", "windows"],
}
__all__ = [
    "RULES", "EngineError", "Entity", "Notice", "Tagger", "Tokens", "Window", "__version__", "decode", "load",
    "load_tokenizer", "merge", "notice", "plain", "special_tokens", "tokenise", "windows",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    for module, names in _MODULES.items():
        if name in names:
            value = getattr(importlib.import_module(f".{module}", __name__), name)
            globals()[name] = value  # the next one finds it at once
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
