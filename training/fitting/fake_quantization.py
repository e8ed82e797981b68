"""Quantization-aware training: linear layers compute in FP32 what they will compute in INT8.

As `onnx.int8` writes them and ONNX Runtime runs them with dynamic activations: weights of 7 bits with a scale
for each output, activations of 8 bits with a scale for each window. Rounding has the gradient of the identity
(Jacob et al. 2018, section 3; Bengio et al. 2013).
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor
from torch.nn import functional as F

WEIGHT_LEVELS = 64  # -64 to 64: see `onnx.conversion.convert`
ACTIVATION_LEVELS = 255
SMALLEST = torch.finfo(torch.float32).tiny


class FakeQuantization:
    """Makes a model's linear layers round, where it is asked to; nothing of it is in the state dict."""

    def __init__(self, model: torch.nn.Module):
        self.layers = [module for module in model.modules() if isinstance(module, torch.nn.Linear)]
        self._rounds = False
        for layer in self.layers:
            layer.forward = self._forward_of(layer)  # type: ignore[method-assign, assignment]

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Inside, the layers round."""
        self._rounds = True
        try:
            yield
        finally:
            self._rounds = False

    def remove(self) -> None:
        """Give the layers their own forward back."""
        for layer in self.layers:
            del layer.forward

    def _forward_of(self, layer: torch.nn.Linear) -> Callable[[Tensor], Tensor]:
        def forward(activations: Tensor) -> Tensor:
            if not self._rounds:
                return F.linear(activations, layer.weight, layer.bias)
            return F.linear(rounded_activations(activations), rounded_weight(layer.weight), layer.bias)

        return forward


def rounded_weight(weight: Tensor) -> Tensor:
    """A weight (outputs, inputs) as its 7 bits give it back, with a scale for each output."""
    scale = (weight.detach().abs().amax(1, keepdim=True) / WEIGHT_LEVELS).clamp(min=SMALLEST)
    return _straight_through(weight, (weight.detach() / scale).round() * scale)


def rounded_activations(activations: Tensor) -> Tensor:
    """Activations (windows, ...) as 8 bits give them back, with scale and zero point for each window.

    ONNX, operator DynamicQuantizeLinear; the engine runs windows one by one, so that each has its own range.
    """
    values = activations.detach().float()
    others = tuple(range(1, values.ndim))
    low = values.amin(others, keepdim=True).clamp(max=0)
    high = values.amax(others, keepdim=True).clamp(min=0)
    scale = ((high - low) / ACTIVATION_LEVELS).clamp(min=SMALLEST)
    zero = (-low / scale).round()
    levels = ((values / scale).round() + zero).clamp(0, ACTIVATION_LEVELS)
    return _straight_through(activations, ((levels - zero) * scale).to(activations.dtype))


def _straight_through(exact: Tensor, rounded: Tensor) -> Tensor:
    return exact + (rounded - exact).detach()
