"""ONNX Runtime session that tags one window a call."""

import ctypes
import os
import threading
from pathlib import Path
from weakref import WeakSet

import numpy as np
import onnxruntime

from . import cpu, onnx_contents
from .contention import Contention
from .errors import EngineError, explained
from .time_limit import within_limit

_REQUIRED = {"input_ids", "attention_mask"}
_KNOWN = _REQUIRED | {"token_type_ids"}
_FATAL = 4  # what the runtime prints by itself; its errors are raised, and told once
SAFE_INT8 = (
    "This processor does not report VNNI instructions, without which 8-bit sums can overflow; the INT8 "
    "model runs on ONNX Runtime's exact but slower path (session.x64quantprecision)."
)


class Session:
    """One ONNX file on the CPU.

    A window is run alone and unpadded: the scales of dynamic INT8 are taken over the whole input,
    so that in a batch a text's result would depend on its neighbours and on padding.

    A process that was forked off may use it: it makes a runtime session of its own when it needs one.
    """

    def __init__(self, path: Path, threads: int):
        """Open a session.

        Args:
            path: The ONNX file.
            threads: Threads of one run.

        Raises:
            EngineError: The file must not (see `onnx_contents.check`) or cannot be run.
        """
        contents = onnx_contents.check(path)
        self.path = path
        self.notes: list[str] = []
        self._threads = threads
        self._careful = contents.saturating and cpu.int8_may_saturate()
        if self._careful:
            self.notes.append(SAFE_INT8)
        self._contention = Contention(threads)
        self._lock = threading.Lock()
        self._opened: dict[int, onnxruntime.InferenceSession] = {}  # by their threads
        self._inputs = self._check_names(self._runtime(1))
        _sessions.add(self)

    def _runtime(self, threads: int) -> onnxruntime.InferenceSession:
        if (there := self._opened.get(threads)) is not None:
            return there
        with self._lock:
            if threads not in self._opened:
                self._opened[threads] = self._open(threads)
            return self._opened[threads]

    def _open(self, threads: int) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        # Threads spin while a window runs: the small operators of INT8 gain a seventh by it. They stop
        # when it ends, or a teacher and a student in one server would slow each other down.
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.add_session_config_entry("session.force_spinning_stop", "1")
        options.log_severity_level = _FATAL
        if self._careful:
            options.add_session_config_entry("session.x64quantprecision", "1")

        def load() -> onnxruntime.InferenceSession:
            with explained(f"{self.path}: ONNX Runtime {onnxruntime.__version__} cannot load it"):
                return onnxruntime.InferenceSession(self.path, options, providers=["CPUExecutionProvider"])

        return within_limit(
            f"{self.path}: loading", load, stop=lambda: options.set_load_cancellation_flag(True)
        )

    def _check_names(self, session: onnxruntime.InferenceSession) -> set[str]:
        inputs = {value.name for value in session.get_inputs()}
        if not _REQUIRED <= inputs <= _KNOWN:
            raise EngineError(
                f"{self.path}: has the inputs {', '.join(sorted(inputs))}; expected input_ids, "
                "attention_mask and perhaps token_type_ids"
            )
        outputs = [value.name for value in session.get_outputs()]
        if "logits" not in outputs:
            raise EngineError(f"{self.path}: has the outputs {', '.join(outputs)}; expected logits")
        return inputs

    def __call__(self, ids: np.ndarray, alone: bool = False) -> np.ndarray:
        """Run one window.

        Args:
            ids: Its token ids, special tokens included, (tokens,) int64.
            alone: Whether nothing else waits, so that the run may take all threads. It takes one all the same
                where other programs keep it from its processors. The logits are the same.

        Returns:
            Logits, (tokens, tags).

        Raises:
            EngineError: The runtime fails, or a score is no number.
        """
        with explained(f"{self.path}: cannot run a window of {len(ids)} tokens"):
            if alone and self._threads > 1 and not self._contention.expected():
                with self._contention.watched():
                    logits = self._run(ids, self._threads)
            else:
                logits = self._run(ids)
        self._check_finite(logits)
        window: np.ndarray = logits[0]
        return window

    def _run(
        self, ids: np.ndarray, threads: int = 1, options: onnxruntime.RunOptions | None = None
    ) -> np.ndarray:
        """ids: (tokens,). Returns (1, tokens, tags)."""
        feed = {"input_ids": ids[None], "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros((1, len(ids)), dtype=np.int64)
        logits: np.ndarray = self._runtime(threads).run(["logits"], feed, options)[0]
        return logits

    def _check_finite(self, logits: np.ndarray) -> None:
        if not np.isfinite(logits).all():
            raise EngineError(
                f"{self.path}: gives scores that are NaN or infinite; its weights are damaged or its numbers "
                "overflow: export it again, or choose another file"
            )

    def check(self, tags: int, window: int, highest_id: int) -> None:
        """Run a window of two tokens and a full one, of the vocabulary's last id: only so can it be told that
        labels, window and vocabulary fit a graph whose shapes are symbolic. It also warms the session up.

        Args:
            tags: Output columns, by config.json.
            window: Tokens of a window, special tokens included.
            highest_id: The vocabulary's last id.

        Raises:
            EngineError: They do not fit, or a run does not end in time.
        """
        for length in sorted({min(2, window), window}):
            ids = np.full(length, highest_id, dtype=np.int64)
            with explained(
                f"{self.path}: cannot run a window of {length} tokens with the tokenizer's last id, "
                f"{highest_id}; tokenizer.json or config.json may belong to another model"
            ):
                logits = self._try(ids)
                self._check_finite(logits)
            if logits.shape != (1, length, tags):
                raise EngineError(
                    f"{self.path}: gives scores of shape {logits.shape[1:]} for {length} tokens, but "
                    f"config.json names {tags} labels; the label map belongs to another model"
                )

    def _try(self, ids: np.ndarray) -> np.ndarray:
        """`_run`, ended when it takes too long: a graph may hold a loop without an end."""
        options = onnxruntime.RunOptions()
        options.log_severity_level = _FATAL

        def stop() -> None:
            options.terminate = True

        return within_limit(f"{self.path}: a run", lambda: self._run(ids, options=options), stop)


_sessions: WeakSet[Session] = WeakSet()
_forked: list[tuple[Session, list[onnxruntime.InferenceSession]]] = []


def _before_fork() -> None:
    # Held until the fork is done, lest the child frees one: see below.
    _forked[:] = [(session, list(session._opened.values())) for session in _sessions]


def _after_fork_in_child() -> None:
    """The child's copies of the runtime's sessions have lost their threads: to run one would wait for ever,
    and so would freeing it. They stay in memory, and each `Session` opens new ones when it is used."""
    for session, runtimes in _forked:
        for runtime in runtimes:
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(runtime))
        session._opened = {}
        session._lock = threading.Lock()  # a thread that is no more may have held the old one
    _forked.clear()


if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
    os.register_at_fork(
        before=_before_fork, after_in_parent=_forked.clear, after_in_child=_after_fork_in_child
    )
