"""Moving average of weights: smoother than the last step's, and often better."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

FILE = "trained.safetensors"  # of a checkpoint, whose model.safetensors has the average


class MovingAverage:
    """The exponential moving average of a model's weights while it is trained.

    The decay grows to its value as (1 + steps) / (10 + steps), so that the random weights of the start are
    forgotten in a short training, too.
    """

    def __init__(self, model: torch.nn.Module, decay: float):
        self.weights, self.decay = dict(model.named_parameters()), decay
        self.average = {name: weight.detach().clone() for name, weight in self.weights.items()}

    @torch.no_grad()
    def update(self, steps: int) -> None:
        """Take in the weights after so many steps."""
        decay = min(self.decay, (1 + steps) / (10 + steps))
        for name, weight in self.weights.items():
            self.average[name].lerp_(weight, 1 - decay)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """The model has the averaged weights inside."""
        self._swap()
        try:
            yield
        finally:
            self._swap()

    def save(self, checkpoint: Path) -> None:
        """Write the weights that are trained beside the averaged ones."""
        own = {name: weight.detach().contiguous() for name, weight in self.weights.items()}
        save_file(own, checkpoint / FILE)

    @torch.no_grad()
    def load(self, checkpoint: Path) -> None:
        """Go on from a checkpoint whose averaged weights the model has."""
        trained = load_file(checkpoint / FILE)
        for name, weight in self.weights.items():
            self.average[name].copy_(weight)
            weight.copy_(trained[name])

    def _swap(self) -> None:
        for name, weight in self.weights.items():
            weight.data, self.average[name] = self.average[name], weight.data
