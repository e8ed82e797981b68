"""Layers of an encoder: choosing some of them, and the linear layers that pruning works on."""

import copy
import re
from collections.abc import Sequence

import torch
from transformers import PretrainedConfig, PreTrainedModel

from ..errors import StageError
from .families import family_of


def first_layers(model: PreTrainedModel, layers: Sequence[int]) -> PreTrainedModel:
    """Copy a model with these of its layers only, in this order.

    The copy is built from its own configuration, so it is what loading its checkpoint will give.

    Args:
        model: An encoder, with a head or without.
        layers: Their numbers from 0. One may stand there twice. Where all layers are one (ALBERT), only their
            count matters.

    Raises:
        StageError: See `shortened`.
    """
    short: PreTrainedModel = type(model)(shortened(model.config, layers))
    weights, stack = model.state_dict(), family_of(model.config).stack
    if stack is not None:
        weights = _chosen(weights, stack, layers)
    short.load_state_dict(weights)
    return short


def _chosen(weights: dict[str, torch.Tensor], stack: str, layers: Sequence[int]) -> dict[str, torch.Tensor]:
    """Weights by name, of these layers under their new numbers, and of all that is no layer."""
    chosen = {}
    for name, weight in weights.items():
        if not (found := of_layer(stack).fullmatch(name)):
            chosen[name] = weight
            continue
        for place, layer in enumerate(layers):
            if layer == int(found[2]):
                chosen[f"{found[1]}{place}.{found[3]}"] = weight
    return chosen


def of_layer(stack: str) -> re.Pattern[str]:
    """Matches the name of a weight in a layer: what stands before the layer's number, this, what follows."""
    return re.compile(rf"((?:\w+\.)?{re.escape(stack)}\.)(\d+)\.(.+)")


def shortened(config: PretrainedConfig, layers: Sequence[int]) -> PretrainedConfig:
    """The configuration of a model with these of its layers only, by which it can be told before a training.

    Raises:
        StageError: There is no such layer, or the copy would answer otherwise once it is loaded, since a
            layer's kind follows from its place.
    """
    family, depth = family_of(config), config.num_hidden_layers
    if not layers or not all(0 <= layer < depth for layer in layers):
        raise StageError(
            f"start.layers: this {family.name} has layers 0 to {depth - 1}, found {list(layers)}"
        )
    if family.stack is None and config.num_hidden_groups > 1:
        raise StageError(
            f"start.layers: this {family.name} has {config.num_hidden_groups} groups of layers, and a "
            "layer's place says which it is of; start from an `encoder` instead"
        )
    short = copy.deepcopy(config)
    short.num_hidden_layers = len(layers)
    if family.global_interval is not None:
        every = getattr(config, family.global_interval)
        setattr(short, family.global_interval, _interval(family.name, layers, every))
    return short


def _interval(name: str, layers: Sequence[int], every: int) -> int:
    """Every how many layers attention is global when each of the chosen keeps its kind.

    In the whole model it is global in layers 0, `every`, 2 * `every` and so on, and layer 0 alone has no norm
    before it.

    Raises:
        StageError: No interval does that.
    """
    begins = [place for place, layer in enumerate(layers) if layer == 0] == [0]
    for interval in (every, *range(1, len(layers) + 1)):
        kinds = [(place % interval == 0) == (layer % every == 0) for place, layer in enumerate(layers)]
        if begins and all(kinds):
            return interval
    raise StageError(
        f"start.layers: a {name} of layers {list(layers)} would answer otherwise once it is loaded, since a "
        f"layer's place says whether it attends to the whole text (layers 0, {every}, {2 * every} ... of "
        "this one) or to what is near, and the first has no norm. So begin with 0, take it once, and let as "
        f"many local layers follow each global one: [0, {every}], [0, 1, 2], [0, 1, {every}, {every + 1}]."
    )


def linear_layers(model: PreTrainedModel) -> list[torch.nn.Linear]:
    """All linear layers but the classification head and those at the embeddings, which hardly count for the
    size."""
    head = family_of(model.config).head
    return [
        module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and name != head and "embed" not in name
    ]


def sparsity(model: PreTrainedModel) -> float:
    """Share of weights of the linear layers that are exactly zero."""
    weights = [module.weight for module in linear_layers(model)]
    return sum(int((weight == 0).sum()) for weight in weights) / sum(weight.numel() for weight in weights)
