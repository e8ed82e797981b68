"""Estimates of how long trainings take on this machine, from a few steps of an untrained copy."""

import time

import torch

from .fitting.hardware import use_threads, uses_bf16
from .graph import FOLDS, Node, graph
from .recipe.distil import Distilling
from .recipe.fitting import Fitting
from .recipe.origin import origin
from .run_context import Context
from .steps.documents import chosen
from .steps.learning import CHARACTERS_PER_TOKEN
from .steps.untrained import untrained

STEPS = 2  # that are timed, after one that is not


class Estimates:
    """Of the trainings of a run; models that are built alike are timed once."""

    def __init__(self, context: Context):
        self._context = context
        self._rates: dict[object, float] = {}
        self.threads = use_threads(context.recipe.threads)

    def seconds(self, node: Node) -> float | None:
        """About how long a node trains; None where it does not train, or the corpora were not read yet.

        What teachers cost that run along for terms comparing layers is not counted.
        """
        step, recipe = node.part, self._context.recipe
        if node.name == FOLDS and recipe.guard.folds:
            steps = [self.seconds(each) for each in graph(recipe) if each.name in recipe.steps]
            return (recipe.guard.folds - 1) * sum(filter(None, steps)) or None
        if not isinstance(step, Fitting) or not self._context.run.guard.is_file():
            return None
        documents = [each for own in chosen(self._context, step).values() for each in own]
        tokens = sum(len(each.text) for each in documents) / CHARACTERS_PER_TOKEN
        if isinstance(step, Distilling):
            tokens += step.draw * recipe.window
        passes = 2 if step.r_drop else 1
        return tokens * step.epochs * passes / self._rate(node.name, step)

    def _rate(self, name: str, step: Fitting) -> float:
        """Tokens a second that a step learns from."""
        made, bf16 = origin(self._context.recipe, name), uses_bf16(step.bf16)
        alike = made, step.batch_size, bf16
        if alike not in self._rates:
            model, _ = untrained(self._context, made)
            torch.nn.Module.to(model, "cuda" if torch.cuda.is_available() else "cpu")
            self._rates[alike] = _tokens_a_second(model, step.batch_size, self._context.recipe.window, bf16)
        return self._rates[alike]


def _tokens_a_second(model: torch.nn.Module, batch: int, window: int, bf16: bool) -> float:
    parameters = list(model.parameters())
    optimizer, device = torch.optim.AdamW(parameters), parameters[0].device
    ids = torch.ones((batch, window), dtype=torch.long, device=device)
    started = 0.0
    for number in range(1 + STEPS):
        if number == 1:
            started = time.monotonic()
        with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
            loss = model(input_ids=ids).logits.mean()
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return batch * window * STEPS / (time.monotonic() - started)
