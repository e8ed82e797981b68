"""An ONNX Runtime session that tags one window a call."""

from pathlib import Path

import numpy as np
import onnxruntime

from . import cpu, graph
from .errors import EngineError

_REQUIRED = {"input_ids", "attention_mask"}
_KNOWN = _REQUIRED | {"token_type_ids"}
SAFE_INT8 = (
    "This processor does not report VNNI instructions, without which 8-bit sums can overflow; the INT8 "
    "model runs on ONNX Runtime's exact but slower path (session.x64quantprecision)."
)


class Session:
    """One ONNX file on the CPU.

    A window is run alone and unpadded: the scales of dynamic INT8 are taken over the whole input,
    so that in a batch a text's result would depend on its neighbours and on padding.
    """

    def __init__(self, path: Path, threads: int):
        """Raises EngineError when the file must not (see `graph.check`) or cannot be run."""
        contents = graph.check(path)
        self.path = path
        self.notes: list[str] = []
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        # Threads spin while a window runs: the small operators of INT8 gain a seventh by it. They stop
        # when it ends, or a teacher and a student in one server would slow each other down.
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.add_session_config_entry("session.force_spinning_stop", "1")
        options.log_severity_level = 3  # errors; they are raised as well
        if contents.integer and cpu.int8_may_saturate():
            options.add_session_config_entry("session.x64quantprecision", "1")
            self.notes.append(SAFE_INT8)
        try:
            self._session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # the runtime has no common class of its errors
            raise EngineError(
                f"{path}: ONNX Runtime {onnxruntime.__version__} cannot load it ({error})"
            ) from error
        self._inputs = self._check_names()

    def _check_names(self) -> set[str]:
        inputs = {value.name for value in self._session.get_inputs()}
        if not _REQUIRED <= inputs <= _KNOWN:
            raise EngineError(
                f"{self.path}: has the inputs {', '.join(sorted(inputs))}; expected input_ids, "
                "attention_mask and perhaps token_type_ids"
            )
        outputs = [value.name for value in self._session.get_outputs()]
        if "logits" not in outputs:
            raise EngineError(f"{self.path}: has the outputs {', '.join(outputs)}; expected logits")
        return inputs

    def __call__(self, ids: np.ndarray) -> np.ndarray:
        """Logits of one window.

        ids: (tokens,) int64, special tokens included. Returns (tokens, tags).
        """
        feed = {"input_ids": ids[None], "attention_mask": np.ones((1, len(ids)), dtype=np.int64)}
        if "token_type_ids" in self._inputs:
            feed["token_type_ids"] = np.zeros((1, len(ids)), dtype=np.int64)
        return self._session.run(["logits"], feed)[0][0]

    def check(self, tags: int, window: int, highest_id: int) -> None:
        """Run one full window of the vocabulary's last id: only so can it be told that labels,
        window and vocabulary fit a graph whose shapes are symbolic. It also warms the session up.

        Raises EngineError naming what does not fit.
        """
        try:
            logits = self(np.full(window, highest_id, dtype=np.int64))
        except Exception as error:  # the runtime has no common class of its errors
            raise EngineError(
                f"{self.path}: cannot run a window of {window} tokens with the tokenizer's last id, "
                f"{highest_id}; tokenizer.json or config.json may belong to another model ({error})"
            ) from error
        if logits.shape != (window, tags):
            raise EngineError(
                f"{self.path}: gives scores of shape {logits.shape} for {window} tokens, but config.json "
                f"names {tags} labels; the label map belongs to another model"
            )
