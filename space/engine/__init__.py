"""Clinical text to entities with exact character offsets, on the CPU, without torch.

    >>> from clinstill import load          # in this repository: from space.engine import load
    >>> tagger = load("me/model")           # a folder or a Hub id
    >>> tagger(["Lithium caused tremor."])

The way of a text: `tokens` (sub-tokens and windows), `session` (ONNX Runtime), `decode` (labels to
entities), put together in `tagger`; `bundle`, `graph` and `cpu` see to it that the model can be run.
"""

import os

# ONNX Runtime reports its use to its maker over the network unless this is set before it is imported.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from .decode import decode
from .entity import Entity
from .errors import EngineError
from .notice import Notice, notice
from .tagger import Tagger, load
from .tokenizer import load_tokenizer, plain, special_tokens
from .tokens import Tokens, Window, merge, tokenise, windows

__all__ = [
    "EngineError",
    "Entity",
    "Notice",
    "Tagger",
    "Tokens",
    "Window",
    "decode",
    "load",
    "load_tokenizer",
    "merge",
    "notice",
    "plain",
    "special_tokens",
    "tokenise",
    "windows",
]
