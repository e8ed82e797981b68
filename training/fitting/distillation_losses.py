"""Losses of distillation: pure functions of what student and teacher say of a batch.

A new one is a function here, marked as a `term`, and a weight of its name in the recipe's `Loss`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from .tagging_losses import marginal_loss

Pairs = tuple[tuple[Tensor, Tensor], ...]  # of the student and of the teacher


@dataclass(frozen=True)
class Seen:
    """What student and teacher say of a batch.

    Attributes:
        logits: (batch, length, tags) of the student.
        allowed: (batch, length, tags) bool, the tags that each token may have.
        soft: (batch, length, tags) log-probabilities of the teachers at `temperature`, NaN where they say
            nothing, -inf where a tag cannot be.
        mask: (batch, length), 1 where a token is no padding.
        temperature: T.
        smoothing: of the gold labels.
        states: hidden states of the embedding, then of the matched layers, (batch, length, width).
        attentions: attention maps of the matched layers, (batch, heads, length, length).
    """

    logits: Tensor
    allowed: Tensor
    soft: Tensor
    mask: Tensor
    temperature: float
    smoothing: float
    states: Pairs = ()
    attentions: Pairs = ()


@dataclass(frozen=True)
class Term:
    """A loss, and which outputs of the teacher's layers it needs in every step, beside the soft labels."""

    loss: Callable[[Seen], Tensor]
    needs: Literal["states", "attentions"] | None


TERMS: dict[str, Term] = {}


def term(name: str, needs: Literal["states", "attentions"] | None = None) -> Callable:
    """Make a loss known by the name of its weight in the recipe."""

    def known(loss: Callable[[Seen], Tensor]) -> Callable[[Seen], Tensor]:
        TERMS[name] = Term(loss, needs)
        return loss

    return known


@term("kl")
def soft_loss(seen: Seen) -> Tensor:
    """T^2 * KL(teachers || student) at T, mean over the tokens that have soft labels.

    Hinton et al. 2015, section 2.
    """
    known = ~seen.soft[..., 0].isnan()
    predicted = F.log_softmax(seen.logits[known].float() / seen.temperature, dim=-1)
    divergence = F.kl_div(predicted, seen.soft[known].exp(), reduction="sum")
    return seen.temperature**2 * divergence / known.sum().clamp(min=1)


@term("ce")
def hard_loss(seen: Seen) -> Tensor:
    """Cross-entropy with the gold labels, see `marginal_loss`."""
    return marginal_loss(seen.logits, seen.allowed, seen.smoothing)


@term("logits")
def logit_loss(seen: Seen) -> Tensor:
    """Mean squared distance of the logits, each token's less their mean, which changes no probability.

    The limit of `soft_loss` at a high temperature (Hinton et al. 2015, section 2.1). A tag that the teacher
    rules out takes no part.
    """
    known = ~seen.soft[..., 0].isnan()
    targets = seen.temperature * seen.soft[known]
    possible = targets.isfinite()
    targets = targets.masked_fill(~possible, 0)
    ours = seen.logits[known].float().masked_fill(~possible, 0)
    difference = ours - targets
    difference = difference - difference.sum(-1, keepdim=True) / possible.sum(-1, keepdim=True)
    return (difference**2 * possible).sum() / possible.sum().clamp(min=1)


@term("hidden", needs="states")
def state_loss(seen: Seen) -> Tensor:
    """Mean squared distance of hidden states, of the embedding and of each matched layer, padding left out.

    Jiao et al. 2020 (TinyBERT), section 3.1.
    """
    weights = seen.mask[..., None].float()
    losses = [
        ((ours.float() - theirs.float()) ** 2 * weights).sum() / (weights.sum() * ours.shape[-1])
        for ours, theirs in seen.states
    ]
    return torch.stack(losses).mean()


@term("attention", needs="attentions")
def attention_loss(seen: Seen) -> Tensor:
    """Mean squared distance of attention maps, averaged over heads, padding left out.

    After Jiao et al. 2020 (TinyBERT), section 3.1, which compares single heads before the
    softmax; averaged, the two may differ in their number of heads.
    """
    pairs = (seen.mask[:, :, None] * seen.mask[:, None, :]).float()
    losses = [
        ((ours.float().mean(1) - theirs.float().mean(1)) ** 2 * pairs).sum() / pairs.sum()
        for ours, theirs in seen.attentions
    ]
    return torch.stack(losses).mean()


@term("patient", needs="states")
def patient_loss(seen: Seen) -> Tensor:
    """Mean squared distance of hidden states of length 1, of every matched layer but the last.

    Sun et al. 2019 (PKD), section 3.2, on the tokens that have soft labels where they take [CLS],
    since a tagger reads words.
    """
    known = ~seen.soft[..., 0].isnan()
    losses = [
        F.mse_loss(
            F.normalize(ours[known].float(), dim=-1),
            F.normalize(theirs[known].float(), dim=-1),
            reduction="sum",
        )
        / (known.sum().clamp(min=1) * ours.shape[-1])
        for ours, theirs in seen.states[1:-1]
    ]
    return torch.stack(losses).mean()
