"""Losses of tagging: pure functions of tensors."""

import torch
from torch import Tensor
from torch.nn import functional as F


def marginal_loss(logits: Tensor, allowed: Tensor, smoothing: float = 0.0) -> Tensor:
    """Cross-entropy where a word may have any of several tags: -log of their summed probability.

    That of Greenberg et al. 2018, word by word. A word with one tag has the usual cross-entropy. The mean
    is over the words of which something is known; 0 where a batch has none.

    Args:
        logits: (..., tags).
        allowed: (..., tags) bool; a word that may have none, or all, takes no part.
        smoothing: share that goes to all tags alike (Szegedy et al. 2016, section 7).
    """
    known = allowed.any(-1) & ~allowed.all(-1)
    scores = F.log_softmax(logits[known].float(), dim=-1)
    likelihood = scores.masked_fill(~allowed[known], -torch.inf).logsumexp(-1)
    total = (1 - smoothing) * likelihood + smoothing * scores.mean(-1)
    return -total.sum() / known.sum().clamp(min=1)


def r_drop_loss(first: Tensor, second: Tensor, known: Tensor) -> Tensor:
    """Distance of two passes over one batch, with other dropout: the mean of both directions' KL.

    Liang et al. 2021 (R-Drop); since they add the losses of the two passes, and here their mean is
    taken, half of their weight does the same.

    Args:
        first: (batch, length, tags) logits.
        second: the same.
        known: (batch, length) bool, the tokens that are learned from.
    """
    ours, theirs = (F.log_softmax(logits[known].float(), dim=-1) for logits in (first, second))
    both = (ours.exp() - theirs.exp()) * (ours - theirs)
    return both.sum() / 2 / known.sum().clamp(min=1)
