"""Multiply-adds are counted from the graph."""

from tiny_bert import HIDDEN, LAYERS, TAGS, WINDOW

from training.onnx.operations import multiply_adds


def test_multiply_adds_of_a_bert_are_its_weights_and_its_attention(exported):
    attention, feed_forward = 4 * HIDDEN * HIDDEN, 2 * HIDDEN * 4 * HIDDEN
    products = 2 * WINDOW * HIDDEN  # queries with keys, and weights with values
    expected = LAYERS * (attention + feed_forward + products) + HIDDEN * len(TAGS)
    assert multiply_adds(exported / "onnx/model.onnx", WINDOW, HIDDEN) == expected
