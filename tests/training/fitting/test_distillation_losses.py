"""The losses of distillation on values computed by hand."""

import math
from dataclasses import replace

import pytest
import torch

from training.fitting.distillation_losses import (
    TERMS,
    Seen,
    attention_loss,
    hard_loss,
    logit_loss,
    patient_loss,
    soft_loss,
    state_loss,
)
from training.recipe.distil import Loss

NAN, INF = float("nan"), float("inf")


def seen(logits, soft, **more) -> Seen:
    """A batch of one window; soft as probabilities."""
    logits = torch.as_tensor(logits)[None]
    shape = logits.shape
    return Seen(
        logits=logits,
        allowed=more.pop("allowed", torch.zeros(shape, dtype=torch.bool)),
        soft=torch.tensor(soft)[None].log(),
        mask=torch.ones(shape[:2]),
        temperature=more.pop("temperature", 1.0),
        smoothing=0.0,
        **more,
    )


def test_every_weight_of_the_recipe_is_a_term_and_every_term_has_one():
    assert set(Loss.terms()) == set(TERMS)


def test_soft_loss_is_t_squared_times_the_divergence_of_known_words():
    batch = seen([[0.0, 0.0], [5.0, -5.0]], [[0.75, 0.25], [NAN, NAN]])
    divergence = 0.75 * math.log(0.75 / 0.5) + 0.25 * math.log(0.25 / 0.5)
    assert soft_loss(batch).item() == pytest.approx(divergence)
    assert soft_loss(replace(batch, temperature=3.0)).item() == pytest.approx(9 * divergence)  # 0/T stays 0


def test_soft_loss_vanishes_where_the_student_says_the_same():
    logits = [[1.0, 2.0, -1.0]]
    soft = torch.softmax(torch.tensor(logits) / 2, -1).tolist()
    assert soft_loss(seen(logits, soft, temperature=2.0)).item() == pytest.approx(0, abs=1e-6)


def test_soft_loss_pulls_down_what_the_teacher_rules_out():
    logits = torch.zeros(1, 2, requires_grad=True)
    loss = soft_loss(seen(logits, [[1.0, 0.0]]))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    torch.testing.assert_close(logits.grad, torch.tensor([[-0.5, 0.5]]))


def test_hard_loss_speaks_of_gold_labels_alone():
    allowed = torch.tensor([[[0, 1], [0, 0]]], dtype=torch.bool)
    batch = seen([[0.0, 0.0], [9.0, 0.0]], [[0.5, 0.5]] * 2, allowed=allowed)
    assert hard_loss(batch).item() == pytest.approx(math.log(2))


def test_logit_loss_compares_logits_up_to_a_constant():
    # T * log p less its mean is +-T/2 * log(p/q); that of the student +-1
    batch = seen([[7.0, 5.0], [0.0, 0.0]], [[0.8, 0.2], [NAN, NAN]], temperature=2.0)
    assert logit_loss(batch).item() == pytest.approx((1 - math.log(4)) ** 2)


def test_logit_loss_leaves_out_what_the_teacher_rules_out():
    logits = torch.tensor([[1.0, 100.0, 3.0]], requires_grad=True)
    loss = logit_loss(seen(logits, [[0.5, 0.0, 0.5]]))
    loss.backward()
    assert loss.item() == pytest.approx(1.0)  # -1 and 1 against 0 and 0
    torch.testing.assert_close(logits.grad, torch.tensor([[-1.0, 0.0, 1.0]]))


def test_no_loss_is_nan_in_a_batch_without_labels():
    logits = torch.zeros(2, 3, requires_grad=True)
    states = ((torch.ones(1, 2, 4), torch.zeros(1, 2, 4)),) * 3
    batch = seen(logits, [[NAN] * 3] * 2, states=states)
    loss = soft_loss(batch) + hard_loss(batch) + logit_loss(batch) + patient_loss(batch)
    loss.backward()
    assert logits.grad is not None
    assert loss.item() == 0 and not logits.grad.isnan().any()


def test_comparisons_of_layers_leave_padding_out():
    ours, theirs = torch.tensor([[[1.0, 1.0], [9.0, 9.0]]]), torch.tensor([[[0.0, 2.0], [0.0, 0.0]]])
    maps = torch.zeros(1, 2, 2, 2)
    others = torch.zeros(1, 4, 2, 2)  # another number of heads
    others[:, :, 0, 0] = 0.5
    others[:, :, 1, :] = 7
    batch = seen([[0.0], [0.0]], [[1.0], [1.0]], states=((ours, theirs),), attentions=((maps, others),))
    batch = replace(batch, mask=torch.tensor([[1, 0]]))
    assert state_loss(batch).item() == pytest.approx(1.0)
    assert attention_loss(batch).item() == pytest.approx(0.25)


def test_patient_loss_compares_directions_of_words_in_all_layers_between():
    far = (torch.full((1, 2, 2), 5.0), torch.zeros(1, 2, 2))  # the embedding, and the last layer
    between = (torch.tensor([[[3.0, 0.0], [1.0, 1.0]]]), torch.tensor([[[0.0, 8.0], [9.0, -1.0]]]))
    batch = seen([[0.0, 0.0]] * 2, [[0.5, 0.5], [NAN, NAN]], states=(far, between, far))
    assert patient_loss(batch).item() == pytest.approx(1.0)  # (1, 0) and (0, 1): a mean of 1 and 1
    longer = (between[0] * 7, between[1] * 0.1)
    assert patient_loss(replace(batch, states=(far, longer, far))).item() == pytest.approx(1.0)
