"""A model folder in the programs that its users load it with: transformers, optimum, transformers.js.

Each runs in an environment that has it, in a process of its own (`publish/loaders/`), and is asked for
the logits of windows. Windows, merging and decoding are the engine's, so that entities can be compared
one by one on texts of any length; the ids are those of the loader's own tokenizer.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from space.engine import Entity, cpu, decode, load_tokenizer, merge, special_tokens, tokenise, windows
from space.engine.model_folder import read_config

from ..errors import PublishError

ROOT = Path(__file__).resolve().parents[2]
LOADERS = ROOT / "publish" / "loaders"
ENVIRONMENTS = (".venv-downstream", ".venv-training")
MODULES = {"transformers": ("transformers", "torch"), "optimum": ("optimum.onnxruntime", "torch")}
TOOLS = (*MODULES, "transformers.js")
REMEDY = "`make loaders` sets up all three"
# Which of a model's files a loader can be told to load.
NAMED = {
    "transformers": ("model.safetensors",),
    "optimum": ("onnx/model.onnx", "onnx/model_quantized.onnx", "onnx/model_fp16.onnx"),
    "transformers.js": ("onnx/model.onnx", "onnx/model_quantized.onnx", "onnx/model_fp16.onnx"),
}


class LoaderError(PublishError):
    """A loader cannot load or run a model. The message ends with what it said."""


@dataclass(frozen=True)
class Program:
    """How to start a loader here."""

    tool: str
    command: tuple[str, ...]


def find(tool: str) -> Program | None:
    """The loader's program; None when no environment here has it."""
    if tool == "transformers.js":
        node = shutil.which("node")
        there = (LOADERS / "node_modules" / "@huggingface" / "transformers").is_dir()
        return Program(tool, (node, str(LOADERS / "load.mjs"))) if node and there else None
    own = [ROOT / folder / "bin" / "python" for folder in ENVIRONMENTS]
    for python in [*(str(path) for path in own if path.is_file()), sys.executable]:
        if _has(python, MODULES[tool]):
            return Program(tool, (python, str(LOADERS / "load.py"), tool))
    return None


class Loader:
    """A running loader with one file of one model. `tagger(texts)` finds entities as the engine does.

    version: of the program; labels: of the model, as the loader reads them; ids_differ: the texts of
    which its tokenizer made other ids than the engine's
    """

    def __init__(self, folder: Path, process: subprocess.Popen):
        self._process = process
        loaded = self._read()
        self.version, self.labels = loaded["version"], loaded["labels"]
        config = read_config(folder / "config.json")
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._prefix, self._suffix = special_tokens(self._tokenizer)
        self._size = config.window - len(self._prefix) - len(self._suffix)
        self._overlap = config.overlap
        self.ids_differ: list[str] = []

    def __call__(self, texts: Iterable[str]) -> list[list[Entity]]:
        """Entities of each text. Raises LoaderError when the program ends."""
        return [self._tag(text) for text in texts]

    def _tag(self, text: str) -> list[Entity]:
        tokens = tokenise(self._tokenizer, text)
        if self._ask({"text": text})["ids"] != [*self._prefix, *tokens.ids.tolist(), *self._suffix]:
            self.ids_differ.append(text)
        if len(tokens) == 0:
            return []
        cuts = windows(len(tokens), self._size, self._overlap)
        logits = (self._logits(tokens.ids[cut.start : cut.stop].tolist()) for cut in cuts)
        return decode(text, tokens, merge(len(tokens), cuts, logits), self.labels)

    def _logits(self, ids: list[int]) -> np.ndarray:
        """(len(ids), tags) of one window, its special tokens added for the model and taken off again."""
        rows = self._ask({"ids": [*self._prefix, *ids, *self._suffix]})["logits"]
        return np.array(rows[len(self._prefix) : len(rows) - len(self._suffix)], dtype=np.float32)

    def _ask(self, question: dict) -> dict:
        with suppress(BrokenPipeError):  # it has ended, which reading tells
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        return self._read()

    def _read(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise LoaderError("the program ended")
        return json.loads(line)


@contextmanager
def start(program: Program, folder: Path, file: str) -> Iterator[Loader]:
    """Load one file of a model folder. Raises LoaderError, with the end of what the program said, when
    it cannot be loaded or run."""
    precision = "exact" if cpu.int8_may_saturate() else "fast"
    hidden = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")  # no loader needs to know it
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1", "PYTHONIOENCODING": "utf-8"}
    command = [*program.command, str(folder), file, precision]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stderr=log, **pipes)
        try:
            yield Loader(folder, process)
        except LoaderError as error:
            log.seek(0)
            said = log.read().decode("utf-8", errors="replace").strip().splitlines()
            raise LoaderError(f"{error}: {' '.join(said[-3:])}") from error
        finally:
            process.kill()
            with suppress(BrokenPipeError):  # a question that it never read
                process.stdin.close()
            process.stdout.close()
            process.wait()


def _has(python: str, modules: Iterable[str]) -> bool:
    """Whether the interpreter has these modules; they are looked for, not loaded."""
    code = f"from importlib.util import find_spec; assert all(map(find_spec, {tuple(modules)}))"
    return subprocess.run([python, "-c", code], capture_output=True).returncode == 0
