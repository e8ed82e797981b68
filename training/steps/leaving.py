"""Leaving a trained model for later steps, once its checkpoint is shown to be the same model."""

from typing import TYPE_CHECKING

from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ..encoders.checkpoints import save
from ..onnx.parity import check_reload

if TYPE_CHECKING:
    from ..run_context import Context

TEXTS = 8  # guard documents that both are compared on


def leave(context: "Context", model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast) -> None:
    """Write a step's model to its folder.

    Raises:
        StageError: loaded again it would give other logits.
    """
    folder = context.run.output(context.name)
    save(model, tokenizer, folder)
    check_reload(model, folder, [document.text for document in context.guard()[:TEXTS]])
