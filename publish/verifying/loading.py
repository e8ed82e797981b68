"""Loads a model in the programs that its users load it with: transformers, optimum, transformers.js.

Each runs in an environment that has it, in a process of its own (`publish/loaders/`), and is asked for
the logits of windows. Windows, merging and decoding are the engine's, so that entities can be compared
one by one on texts of any length; the ids are those of the loader's own tokenizer. All is compared on the
bare model: the rules that a model runs with in the engine are no part of its files' weights.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np

from space.engine import (
    EngineError,
    Entity,
    cpu,
    decode,
    load,
    load_tokenizer,
    merge,
    special_tokens,
    tokenise,
    windows,
)
from space.engine.model_folder import read_config

from ..errors import PublishError
from .report import Check

ROOT = Path(__file__).resolve().parents[2]
LOADERS = ROOT / "publish" / "loaders"
ENVIRONMENTS = (".venv-downstream", ".venv-training")
MODULES = {"transformers": ("transformers", "torch"), "optimum": ("optimum.onnxruntime", "torch")}
TOOLS = (*MODULES, "transformers.js")
REMEDY = "`make loaders` sets up all three"
FP32 = "onnx/model.onnx"
ONNX = (FP32, "onnx/model_quantized.onnx", "onnx/model_fp16.onnx")
# Which of a model's files a loader can be told to load.
NAMED = {"transformers": ("model.safetensors",), "optimum": ONNX, "transformers.js": ONNX}

Found = list[list[Entity]]  # of each text


class LoaderError(PublishError):
    """A loader cannot load or run a model. The message ends with what it said."""


@dataclass(frozen=True)
class Program:
    """How to start a loader here."""

    tool: str
    command: tuple[str, ...]


def check_loaders(folder: Path, texts: Sequence[str], say: Callable[[str], None]) -> Iterator[Check]:
    """Check that every program loads the model and finds what the engine finds with the same weights.

    Args:
        folder: The model.
        texts: Texts to tag.
        say: Is told what takes time.

    Yields:
        One check for the engine and one for each other program, for all of the folder's files that it can
        load.
    """
    by_engine, refused = _by_engine(folder, texts)
    if by_engine or refused:
        loaded = [f"{file}: {sum(map(len, found))} entities" for file, found in by_engine.items()]
        yield Check.judged("loads in clinstill", not refused, "\n".join(refused or loaded))
    for tool in TOOLS:
        what, program = f"loads in {tool}", find(tool)
        weights = {path.name for path in folder.glob("*.safetensors")}
        files = [file for file in NAMED[tool] if file in by_engine or file in weights]
        if not files:
            yield Check.skipped(what, f"nothing to load: needs {' or '.join(NAMED[tool])}")
        elif program is None:
            yield Check.skipped(what, f"no environment here has it: {REMEDY}")
        else:
            say(f"loading with {tool}")
            done = [_loaded(program, folder, file, texts, by_engine) for file in files]
            wrong = [line for holds, line in done if not holds]
            yield Check.judged(what, not wrong, "\n".join(wrong or [line for _, line in done]))


def spans(found: Iterable[Entity]) -> list[tuple[int, int, str]]:
    """What two programs have to agree on: a score may differ by rounding."""
    return [(entity.start, entity.end, entity.label) for entity in found]


def find(tool: str) -> Program | None:
    """The loader's program; None when no environment here has it."""
    if tool == "transformers.js":
        node = shutil.which("node")
        there = (LOADERS / "node_modules" / "@huggingface" / "transformers").is_dir()
        return Program(tool, (node, str(LOADERS / "load.mjs"))) if node and there else None
    own = [ROOT / folder / "bin" / "python" for folder in ENVIRONMENTS]
    # Its modules are looked for, not loaded.
    code = f"from importlib.util import find_spec; assert all(map(find_spec, {MODULES[tool]}))"
    for python in [*(str(path) for path in own if path.is_file()), sys.executable]:
        if subprocess.run([python, "-c", code], capture_output=True).returncode == 0:
            return Program(tool, (python, str(LOADERS / "load.py"), tool))
    return None


@contextmanager
def start(program: Program, folder: Path, file: str) -> Iterator["Loader"]:
    """Load one file of a model folder.

    Raises:
        LoaderError: It cannot be loaded or run. The message ends with what the program said.
    """
    precision = "exact" if cpu.int8_may_saturate() else "fast"
    hidden = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")  # no loader needs to know it
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment |= {"HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1", "PYTHONIOENCODING": "utf-8"}
    command = [*program.command, str(folder), file, precision]
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, env=environment, stdin=pipe, stdout=pipe, stderr=log, encoding="utf-8"
        )
        assert process.stdin and process.stdout  # both are pipes
        try:
            yield Loader(folder, process.stdin, process.stdout)
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


class Loader:
    """A running loader with one file of one model. `loader(texts)` finds entities as the bare engine does.

    Attributes:
        version: Of the program.
        labels: Of the model, as the program reads them.
        ids_differ: The texts of which its tokenizer made other ids than the engine's.
    """

    def __init__(self, folder: Path, questions: IO[str], answers: IO[str]):
        self._questions, self._answers = questions, answers
        loaded = self._read()
        self.version, self.labels = loaded["version"], loaded["labels"]
        config = read_config(folder / "config.json")
        self._tokenizer = load_tokenizer(folder / "tokenizer.json")
        self._prefix, self._suffix = special_tokens(self._tokenizer)
        self._size = config.window - len(self._prefix) - len(self._suffix)
        self._overlap = config.overlap
        self.ids_differ: list[str] = []

    def __call__(self, texts: Iterable[str]) -> Found:
        """Entities of each text. Raises LoaderError when the program ends."""
        return [self._tag(text) for text in texts]

    def _tag(self, text: str) -> list[Entity]:
        tokens = tokenise(self._tokenizer, text)
        if self._ask({"text": text})["ids"] != [*self._prefix, *tokens.ids.tolist(), *self._suffix]:
            self.ids_differ.append(text)
        if len(tokens) == 0:
            return []
        cuts = windows(len(tokens), self._size, self._overlap)
        logits = [self._logits(tokens.ids[cut.start : cut.stop].tolist()) for cut in cuts]
        return decode(text, tokens, merge(len(tokens), cuts, logits), self.labels)

    def _logits(self, ids: list[int]) -> np.ndarray:
        """(len(ids), tags) of one window, its special tokens added for the model and taken off again."""
        rows = self._ask({"ids": [*self._prefix, *ids, *self._suffix]})["logits"]
        return np.array(rows[len(self._prefix) : len(rows) - len(self._suffix)], dtype=np.float32)

    def _ask(self, question: Mapping[str, object]) -> dict[str, Any]:
        with suppress(BrokenPipeError):  # it has ended, which reading tells
            self._questions.write(json.dumps(question) + "\n")
            self._questions.flush()
        return self._read()

    def _read(self) -> dict[str, Any]:  # what the program answers, see publish/loaders/load.py
        line = self._answers.readline()
        if not line:
            raise LoaderError("the program ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _by_engine(folder: Path, texts: Sequence[str]) -> tuple[dict[str, Found], list[str]]:
    """What the engine finds without rules, by ONNX file, and one line for each file that it refuses: such a
    file is given to no other program either."""
    found, refused = {}, []
    for file in sorted(path.relative_to(folder).as_posix() for path in folder.glob("onnx/*.onnx")):
        try:
            found[file] = load(folder, file=file, rules=())(texts)
        except EngineError as error:
            refused.append(f"{file}: {error}")
    return found, refused


def _loaded(
    program: Program, folder: Path, file: str, texts: Sequence[str], by_engine: Mapping[str, Found]
) -> tuple[bool, str]:
    """Whether the file loads and finds the engine's entities, and one line that says so."""
    reference = by_engine.get(FP32 if file.endswith(".safetensors") else file)
    try:
        with start(program, folder, file) as loader:
            found = loader(texts)
    except (LoaderError, EngineError) as error:  # of the program; of config or tokenizer
        return False, f"{file}: {error}"
    if loader.ids_differ:
        return False, f"{file}: its tokenizer reads {len(loader.ids_differ)} of {len(texts)} texts otherwise"
    line = f"{file}: {sum(map(len, found))} entities, {program.tool} {loader.version}"
    if reference is None:
        return True, f"{line}; no {FP32} to compare with"
    apart = sum(spans(ours) != spans(theirs) for ours, theirs in zip(found, reference, strict=True))
    if apart:
        return False, f"{line}; other entities than the engine's in {apart}"
    return True, f"{line}; the engine's own"
