"""Distillation: a student learns the weighted sum of the recipe's terms, see `distillation_losses`.

Soft labels are the same in every epoch and made before; the first teacher runs along only for the terms
that compare layers.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Unpack

import torch
from torch import Tensor
from transformers import PretrainedConfig, PreTrainedModel
from transformers.modeling_outputs import TokenClassifierOutput

from ..errors import StageError
from .distillation_losses import TERMS, Pairs, Seen
from .trainer import Options, WordTrainer

if TYPE_CHECKING:
    from ..recipe.distil import Loss

PROJECTION = "projection_of_distillation"  # name in the model, of what is dropped after the training


def compares_layers(loss: "Loss") -> bool:
    """Whether a loss needs the first teacher in every step, whose tokens must then be the student's own."""
    return any(TERMS[name].needs for name in loss.weights)


def matched_layers(
    loss: "Loss", student: PretrainedConfig, teacher: PretrainedConfig, made_of: Sequence[int] | None
) -> tuple[int, ...]:
    """Choose the teacher's layers that the student's are compared with, in order.

    Args:
        loss: whose `match` has them, where it is given.
        student: its configuration.
        teacher: that of the first teacher.
        made_of: the teacher's layers that the student's were copied from; without them they are spread evenly
            up to the last (Jiao et al. 2020).

    Raises:
        StageError: they are not as many as the student's layers, or the teacher has no such layer.
    """
    count, depth = student.num_hidden_layers, teacher.num_hidden_layers
    chosen = loss.match or made_of or [(layer + 1) * depth // count - 1 for layer in range(count)]
    if len(chosen) != count or not all(0 <= layer < depth for layer in chosen):
        raise StageError(
            f"loss.match: the student has {count} layers, the first teacher layers 0 to {depth - 1}; "
            f"found {list(chosen)}"
        )
    if loss.patient > 0 and count < 2:
        raise StageError("loss.patient: compares all layers but the last, and the student has one alone")
    return tuple(chosen)


@dataclass
class Agreement:
    """How often tags are equal, over the words that two sides know; counted while training."""

    equal: int = field(default=0, init=False)
    words: int = field(default=0, init=False)

    def update(self, ours: Tensor, theirs: Tensor, known: Tensor) -> None:
        """Count a batch. ours, theirs: (batch, length) tags; known: where they are compared."""
        self.equal += int((ours == theirs)[known].sum())
        self.words += int(known.sum())

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
        distillation: "Loss",
        teacher: PreTrainedModel | None,
        layers: tuple[int, ...],
        **options: Unpack[Options],
    ):
        """Prepare the teacher, and a projection of the student's states where the teacher's width differs.

        Args:
            distillation: weights of the terms, temperature.
            teacher: the first, needed for the terms that compare layers alone.
            layers: its layers that the student's are compared with, see `matched_layers`.
            options: see `Options`.
        """
        self.terms = {TERMS[name]: weight for name, weight in distillation.weights.items()}
        self.needs = {term.needs for term in self.terms}
        self.agreements = {
            pair: Agreement() for pair in ("student_teachers", "student_gold", "teachers_gold")
        }
        model = options["model"]
        if teacher is not None and "attentions" in self.needs:
            for each in (model, teacher):
                each.set_attn_implementation("eager")  # the fused kernels do not return attention maps
        super().__init__(**options)
        self.distillation, self.layers = distillation, layers
        self.teacher = teacher
        if teacher is not None:
            torch.nn.Module.to(teacher, self.args.device)
            teacher.eval()
            if "states" in self.needs:
                _project(model, teacher.config.hidden_size, self.fitting.seed)
        self.wanted = {
            "output_hidden_states": "states" in self.needs,
            "output_attentions": "attentions" in self.needs,
        }

    def loss(self, outputs: TokenClassifierOutput, batch: dict[str, Tensor]) -> Tensor:
        states, attentions = self._matched(outputs, batch)
        seen = Seen(
            logits=outputs["logits"],
            allowed=batch["allowed"],
            soft=batch["soft"],
            mask=batch["attention_mask"],
            temperature=self.distillation.temperature,
            smoothing=self.fitting.label_smoothing,
            states=states,
            attentions=attentions,
        )
        self._count(seen)
        return torch.stack([weight * term.loss(seen) for term, weight in self.terms.items()]).sum()

    def epoch_figures(self) -> dict[str, float]:
        return {f"{pair}_agreement": round(own.take(), 4) for pair, own in self.agreements.items()}

    def finish(self) -> None:
        super().finish()
        if hasattr(self.classifier, PROJECTION):
            delattr(self.classifier, PROJECTION)

    def _matched(self, outputs: TokenClassifierOutput, batch: dict[str, Tensor]) -> tuple[Pairs, Pairs]:
        """Hidden states and attention maps of the student with the teacher's, where a term compares them."""
        if self.teacher is None:
            return (), ()
        with torch.no_grad():
            targets = self.teacher(
                input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], **self.wanted
            )
        states: Pairs = ()
        attentions: Pairs = ()
        if "states" in self.needs:
            # hidden_states[0] is the embedding; layer i's output is hidden_states[i + 1]
            project = getattr(self.classifier, PROJECTION, torch.nn.Identity())
            theirs = [targets["hidden_states"][place] for place in (0, *(layer + 1 for layer in self.layers))]
            states = tuple(zip(map(project, outputs["hidden_states"]), theirs, strict=True))
        if "attentions" in self.needs:
            maps = [targets["attentions"][layer] for layer in self.layers]
            attentions = tuple(zip(outputs["attentions"], maps, strict=True))
        return states, attentions

    def _count(self, seen: Seen) -> None:
        """Count who agrees with whom."""
        student, teachers = seen.logits.argmax(-1), seen.soft.nan_to_num(0).argmax(-1)
        labelled, gold = seen.allowed.sum(-1) == 1, seen.allowed.int().argmax(-1)
        told = ~seen.soft[..., 0].isnan()
        self.agreements["student_teachers"].update(student, teachers, told)
        self.agreements["student_gold"].update(student, gold, labelled)
        self.agreements["teachers_gold"].update(teachers, gold, told & labelled)


def _project(model: PreTrainedModel, width: int, seed: int) -> None:
    """Give a model a projection of its hidden states to this width, where they are of another.

    It is the model's own while that is trained, so that optimizer and checkpoints know it.
    """
    own = model.config.hidden_size
    if own != width:
        projection = torch.nn.Linear(own, width, bias=False)
        torch.nn.init.orthogonal_(projection.weight, generator=torch.Generator().manual_seed(seed))
        setattr(model, PROJECTION, projection.to(model.device))
