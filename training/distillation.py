"""Distillation objective: `alpha * T^2 * KL(teacher || student) + (1 - alpha) * CE`.

Hinton et al. 2015, section 2, over word scores; optional terms pull hidden states and attention maps
to the teacher's (Jiao et al. 2020, TinyBERT, section 3.1).
"""

from dataclasses import dataclass, field
from typing import Unpack

import torch
from torch import Tensor
from torch.nn import functional as F
from transformers.modeling_outputs import TokenClassifierOutput

from .recipe import Distillation
from .trainer import Options, WordTrainer
from .training_examples import IGNORED


def soft_loss(logits: Tensor, soft_labels: Tensor, temperature: float) -> Tensor:
    """T^2 * KL(soft_labels || softmax(logits / T)), mean over the words that have soft labels.

    Args:
        logits: (..., tags) of the student.
        soft_labels: (..., tags) probabilities; rows that are NaN take no part.
        temperature: T.
    """
    known = ~soft_labels[..., 0].isnan()
    predicted = F.log_softmax(logits[known].float() / temperature, dim=-1)
    divergence = F.kl_div(predicted, soft_labels[known], reduction="sum")
    return temperature**2 * divergence / known.sum().clamp(min=1)


def hard_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy, mean over the labelled words; 0 where a batch has none.

    Args:
        logits: (..., tags).
        labels: (...) tag index or IGNORED.
    """
    total = F.cross_entropy(
        logits.float().flatten(0, -2), labels.flatten(), ignore_index=IGNORED, reduction="sum"
    )
    return total / (labels != IGNORED).sum().clamp(min=1)


def state_loss(student: tuple[Tensor, ...], teacher: tuple[Tensor, ...], mask: Tensor) -> Tensor:
    """Mean squared distance of matched hidden states, padding left out.

    Args:
        student: (batch, length, width) of each matched layer.
        teacher: the same.
        mask: (batch, length).
    """
    weights = mask[..., None].float()
    losses = [
        ((ours.float() - theirs.float()) ** 2 * weights).sum() / (weights.sum() * ours.shape[-1])
        for ours, theirs in zip(student, teacher, strict=True)
    ]
    return torch.stack(losses).mean()


def attention_loss(student: tuple[Tensor, ...], teacher: tuple[Tensor, ...], mask: Tensor) -> Tensor:
    """Mean squared distance of matched attention maps, averaged over heads, padding left out.

    Args:
        student: (batch, heads, length, length) of each matched layer.
        teacher: the same, with heads of its own number.
        mask: (batch, length).
    """
    pairs = (mask[:, :, None] * mask[:, None, :]).float()
    losses = [
        ((ours.float().mean(1) - theirs.float().mean(1)) ** 2 * pairs).sum() / pairs.sum()
        for ours, theirs in zip(student, teacher, strict=True)
    ]
    return torch.stack(losses).mean()


@dataclass
class Agreement:
    """How often the teacher's most likely tag is the gold tag, over labelled words.

    A fall while training says that soft and hard labels pull apart, or that labels are mixed up.
    """

    equal: int = field(default=0, init=False)
    words: int = field(default=0, init=False)

    def update(self, soft_labels: Tensor, labels: Tensor) -> None:
        both = (labels != IGNORED) & ~soft_labels[..., 0].isnan()
        self.equal += int((soft_labels[both].argmax(-1) == labels[both]).sum())
        self.words += int(both.sum())

    def take(self) -> float:
        """The share since the last call."""
        share = self.equal / max(1, self.words)
        self.equal = self.words = 0
        return share


class DistillationTrainer(WordTrainer):
    """Trains a student on soft and hard labels."""

    def __init__(
        self,
        *,
        distillation: Distillation,
        teacher: torch.nn.Module | None,
        layers: tuple[int, ...],
        **options: Unpack[Options],
    ):
        """Prepare the teacher.

        Args:
            distillation: weights of the terms, temperature.
            teacher: needed for the hidden-state and attention terms alone.
            layers: the teacher's layers that the student's were copied from, in order.
            options: see `Options`.
        """
        super().__init__(**options)
        self.distillation = distillation
        self.layers = layers
        self.agreement = Agreement()
        self.teacher = None if teacher is None else teacher.to(self.args.device).eval()

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | None = None,
    ) -> Tensor | tuple[Tensor, TokenClassifierOutput]:
        labels, soft_labels = inputs.pop("labels"), inputs.pop("soft_labels")
        self.agreement.update(soft_labels, labels)
        wanted = {
            "output_hidden_states": self.distillation.hidden_weight > 0,
            "output_attentions": self.distillation.attention_weight > 0,
        }
        outputs = model(**inputs, **wanted)
        alpha = self.distillation.alpha
        loss = alpha * soft_loss(outputs.logits, soft_labels, self.distillation.temperature)
        loss = loss + (1 - alpha) * hard_loss(outputs.logits, labels)
        if self.teacher is not None:
            with torch.no_grad():
                targets = self.teacher(**inputs, **wanted)
            loss = loss + self._intermediate_loss(outputs, targets, inputs["attention_mask"])
        return (loss, outputs) if return_outputs else loss

    def _intermediate_loss(
        self, outputs: TokenClassifierOutput, targets: TokenClassifierOutput, mask: Tensor
    ) -> Tensor:
        """Terms of the student's `outputs` against the teacher's `targets`, where they have a weight."""
        loss = torch.zeros((), device=mask.device)
        if self.distillation.hidden_weight > 0:
            # hidden_states[0] is the embedding; layer i's output is hidden_states[i + 1]
            matched = tuple(targets["hidden_states"][layer + 1] for layer in self.layers)
            loss = loss + self.distillation.hidden_weight * state_loss(
                outputs["hidden_states"][1:], matched, mask
            )
        if self.distillation.attention_weight > 0:
            matched = tuple(targets["attentions"][layer] for layer in self.layers)
            loss = loss + self.distillation.attention_weight * attention_loss(
                outputs["attentions"], matched, mask
            )
        return loss

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        if "loss" in logs:
            logs["teacher_gold_agreement"] = round(self.agreement.take(), 4)
        super().log(logs, start_time)
