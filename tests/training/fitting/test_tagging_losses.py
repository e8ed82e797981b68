"""The losses on values computed by hand."""

import math

import pytest
import torch
from torch.nn import functional as F

from training.fitting.tagging_losses import marginal_loss, r_drop_loss

LOGITS = torch.tensor([[[math.log(0.5), math.log(0.3), math.log(0.2)]]])  # of probabilities .5, .3 and .2


def sets(*rows: list[int]) -> torch.Tensor:
    return torch.tensor([rows], dtype=torch.bool)


def test_marginal_loss_sums_over_what_a_word_may_be():
    assert marginal_loss(LOGITS, sets([1, 0, 1])).item() == pytest.approx(-math.log(0.7))
    assert marginal_loss(LOGITS, sets([0, 1, 0])).item() == pytest.approx(-math.log(0.3))


def test_marginal_loss_draws_within_the_set_by_what_the_model_believes():
    logits = LOGITS.clone().requires_grad_()
    marginal_loss(logits, sets([1, 0, 1])).backward()
    # p - p / (sum of the set) inside it, p outside
    torch.testing.assert_close(logits.grad, torch.tensor([[[0.5 - 0.5 / 0.7, 0.3, 0.2 - 0.2 / 0.7]]]))


def test_marginal_loss_of_single_tags_is_cross_entropy_with_and_without_smoothing():
    logits, labels = torch.randn(1, 6, 5), torch.tensor([[0, 4, 2, 0, 1, 3]])
    one_hot = F.one_hot(labels, 5).bool()
    for smoothing in (0.0, 0.1):
        expected = F.cross_entropy(logits[0], labels[0], label_smoothing=smoothing)
        torch.testing.assert_close(marginal_loss(logits, one_hot, smoothing), expected)


def test_words_of_which_nothing_is_known_take_no_part():
    logits = torch.randn(1, 3, 3, requires_grad=True)
    allowed = sets([0, 0, 0], [1, 1, 1], [0, 1, 0])
    loss = marginal_loss(logits, allowed)
    torch.testing.assert_close(loss, F.cross_entropy(logits[0, 2:], torch.tensor([1])))
    loss.backward()
    assert logits.grad is not None and not logits.grad[0, :2].any()
    assert marginal_loss(logits, allowed[:, :2].repeat(1, 2, 1)[:, :3]).item() == 0  # a batch of such words


def test_r_drop_is_the_mean_of_both_divergences():
    first, second = (
        torch.tensor([[0.5, 0.5], [0.1, 0.9]]).log()[None],
        torch.tensor([[0.8, 0.2], [0.9, 0.1]]).log()[None],
    )
    forth = 0.5 * math.log(0.5 / 0.8) + 0.5 * math.log(0.5 / 0.2)
    back = 0.8 * math.log(0.8 / 0.5) + 0.2 * math.log(0.2 / 0.5)
    known = torch.tensor([[True, False]])
    assert r_drop_loss(first, second, known).item() == pytest.approx((forth + back) / 2)
    assert r_drop_loss(second, first, known).item() == pytest.approx((forth + back) / 2)
    assert r_drop_loss(first, first, known).item() == 0
    assert r_drop_loss(first, second, ~known & False).item() == 0


def test_r_drop_pulls_both_passes():
    first = torch.zeros(1, 1, 2, requires_grad=True)
    second = torch.tensor([[[1.0, 0.0]]], requires_grad=True)
    r_drop_loss(first, second, torch.tensor([[True]])).backward()
    assert first.grad is not None and first.grad[0, 0, 0] < 0 < first.grad[0, 0, 1]
    assert second.grad is not None and second.grad[0, 0, 1] < 0 < second.grad[0, 0, 0]
