"""The distillation losses on values computed by hand."""

import math

import pytest
import torch

from training.distillation import Agreement, attention_loss, hard_loss, soft_loss, state_loss

NAN = float("nan")


def test_soft_loss_is_t_squared_times_the_divergence_of_known_words():
    logits = torch.tensor([[[0.0, 0.0], [5.0, -5.0]]])
    soft = torch.tensor([[[0.75, 0.25], [NAN, NAN]]])
    divergence = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert soft_loss(logits, soft, 1.0).item() == pytest.approx(divergence)
    assert soft_loss(logits, soft, 3.0).item() == pytest.approx(9 * divergence)  # 0/T stays 0


def test_soft_loss_vanishes_where_the_student_says_the_same():
    logits = torch.tensor([[[1.0, 2.0, -1.0]]])
    assert soft_loss(logits, torch.softmax(logits / 2, -1), 2.0).item() == pytest.approx(0, abs=1e-6)


def test_hard_loss_is_the_mean_over_labelled_words():
    logits = torch.zeros(1, 3, 4)
    assert hard_loss(logits, torch.tensor([[2, -100, 0]])).item() == pytest.approx(math.log(4))
    assert hard_loss(logits, torch.full((1, 3), -100)).item() == 0  # a batch of unlabelled windows


def test_no_loss_is_nan_in_a_batch_without_labels():
    logits = torch.zeros(1, 2, 3, requires_grad=True)
    loss = soft_loss(logits, torch.full((1, 2, 3), NAN), 2.0) + hard_loss(logits, torch.full((1, 2), -100))
    loss.backward()
    assert logits.grad is not None
    assert loss.item() == 0 and not logits.grad.isnan().any()


def test_intermediate_terms_leave_padding_out():
    mask = torch.tensor([[1, 0]])
    ours = (torch.tensor([[[1.0, 1.0], [9.0, 9.0]]]),)
    theirs = (torch.tensor([[[0.0, 2.0], [0.0, 0.0]]]),)
    assert state_loss(ours, theirs, mask).item() == pytest.approx(1.0)
    maps = torch.zeros(1, 2, 2, 2)
    others = maps.clone()
    others[:, :, 0, 0] = 0.5
    others[:, :, 1, :] = 7
    assert attention_loss((maps,), (others,), mask).item() == pytest.approx(0.25)


def test_agreement_counts_labelled_words_with_soft_labels():
    agreement = Agreement()
    soft = torch.tensor([[[0.9, 0.1], [0.2, 0.8], [NAN, NAN], [0.6, 0.4]]])
    agreement.update(soft, torch.tensor([[0, 0, 1, -100]]))
    assert agreement.take() == 0.5
    assert agreement.take() == 0  # nothing since
