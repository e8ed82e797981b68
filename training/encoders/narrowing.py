"""Narrower copies of a model: fewer hidden dimensions, attention heads and feed-forward neurons.

How important each is (`importance`), which are kept (`most_important`) and the cutting itself (`sliced`) are
apart, so that importance can be measured otherwise.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import PretrainedConfig, PreTrainedModel

from ..errors import StageError
from .families import FAMILIES, Linears, family_of, positions
from .layers import first_layers, of_layer

WINDOWS, TOKENS = 4, 128  # that are read to measure importance


@dataclass(frozen=True)
class Parts:
    """The parts of a model that may be cut: how important each is, or the numbers of those that are kept.

    Attributes:
        dimensions: of the hidden states, the same in embeddings, layers and head.
        heads: of each layer.
        neurons: of each layer's feed-forward part.
    """

    dimensions: Tensor
    heads: tuple[Tensor, ...]
    neurons: tuple[Tensor, ...]


def part_of(
    model: PreTrainedModel, layers: Sequence[int] | None, width: int | None, feed_forward: int | None
) -> PreTrainedModel:
    """Copy some layers of a classifier, and of these the most important parts.

    Args:
        model: A classifier; it is left in evaluation mode.
        layers: See `first_layers`; None for all.
        width: Dimensions of the copy's hidden states; None for all.
        feed_forward: Neurons of the copy's feed-forward parts; None for all.

    Raises:
        StageError: See `shortened` and `narrowed`.
    """
    if layers is not None:
        model = first_layers(model, layers)
    if width is None and feed_forward is None:
        return model
    config = narrowed(model.config, width, feed_forward)
    return sliced(model, config, most_important(importance(model), config))


def narrowed(config: PretrainedConfig, width: int | None, feed_forward: int | None) -> PretrainedConfig:
    """The configuration of a narrower copy, whose heads keep their size, so that there are fewer.

    Raises:
        StageError: Models of this family cannot be narrowed, or not like this.
    """
    linears, narrow = _linears(config), copy.deepcopy(config)
    if width is not None:
        _set_width(narrow, width)
    if feed_forward is not None:
        neurons = getattr(config, linears.neurons)
        if not 1 <= feed_forward <= neurons:
            raise StageError(
                f"start.feed_forward: the layers of this {family_of(config).name} have {neurons} neurons, so "
                f"a copy may have 1 to {neurons}; found {feed_forward}"
            )
        setattr(narrow, linears.neurons, feed_forward)
    return narrow


def _set_width(config: PretrainedConfig, width: int) -> None:
    """Give a configuration this width. In place."""
    name, whole, size = family_of(config).name, config.hidden_size, _head_size(config)
    if not 1 <= width <= whole or width % size:
        raise StageError(
            f"start.width: this {name} is {whole} wide, in heads of {size}, so a copy may be as wide as a "
            f"multiple of {size} up to {whole}; found {width}"
        )
    embedding = getattr(config, "embedding_size", None)
    if embedding == width != whole:
        raise StageError(
            f"start.width: this {name} projects embeddings of {embedding} to {whole}, which one that is as "
            f"wide as its embeddings cannot; give another multiple of {size} than {width}"
        )
    for key in ("embedding_size", "pooler_hidden_size"):  # which are as wide, or have a projection
        if getattr(config, key, None) == whole:
            setattr(config, key, width)
    config.hidden_size, config.num_attention_heads = width, width // size


def _linears(config: PretrainedConfig) -> Linears:
    family = family_of(config)
    if family.linears is None:
        known = ", ".join(each.name for each in FAMILIES if each.linears is not None)
        raise StageError(
            f"start.width, start.feed_forward: of the families, {known} can be narrowed; {family.name} "
            "cannot, so leave them out"
        )
    return family.linears


def _head_size(config: PretrainedConfig) -> int:
    size: int = config.hidden_size // config.num_attention_heads
    return size


def importance(model: PreTrainedModel) -> Parts:
    """Measure how much each part of a classifier adds to what its linear layers give.

    An input of a linear layer adds its size, as root mean square, times the norm of the weights that read it
    (Wanda: Sun et al. 2024, "A Simple and Effective Pruning Approach for Large Language Models"). What heads
    give is the input of the layer that joins them; neurons are inputs of the second layer of a feed-forward
    part; hidden dimensions are inputs of all other layers.

    No text is needed: the model reads random tokens. By norms of weights alone, heads and neurons were chosen
    worse than by chance (LOG.md).

    Returns:
        The mean square of what each part adds.
    """
    family, linears, config = family_of(model.config), _linears(model.config), model.config
    assert family.stack is not None  # so has every family with linears
    layers = list(model.base_model.get_submodule(family.stack).children())
    joining = [layer.get_submodule(linears.output) for layer in layers]
    second = [layer.get_submodule(linears.down) for layer in layers]
    added = _added(model)
    others = [added[linear] for linear in added if linear not in (*joining, *second)]
    return Parts(
        dimensions=torch.stack([each for each in others if len(each) == config.hidden_size]).sum(0),
        heads=tuple(added[linear].unflatten(0, (-1, _head_size(config))).sum(1) for linear in joining),
        neurons=tuple(added[linear] for linear in second),
    )


@torch.no_grad()
def _added(model: PreTrainedModel) -> dict[nn.Module, Tensor]:
    """Of each linear layer, the mean square of what each of its inputs adds, while the model reads."""
    added: dict[nn.Module, Tensor] = {}

    def note(linear: nn.Linear, inputs: tuple[Tensor, ...]) -> None:
        own = inputs[0].flatten(0, -2).square().mean(0) * linear.weight.square().sum(0)
        added[linear] = added.get(linear, 0) + own  # some of DeBERTa's read relative positions, too

    hooks = [each.register_forward_pre_hook(note) for each in model.modules() if isinstance(each, nn.Linear)]
    shape = WINDOWS, min(TOKENS, positions(model.config))
    ids = torch.randint(model.config.vocab_size, shape, generator=torch.Generator().manual_seed(0))
    model.eval()(input_ids=ids, attention_mask=torch.ones_like(ids))
    for hook in hooks:
        hook.remove()
    return added


def most_important(measured: Parts, config: PretrainedConfig) -> Parts:
    """Numbers of the parts that a model keeps when it gets this configuration, in their old order."""
    neurons = getattr(config, _linears(config).neurons)
    return Parts(
        dimensions=_largest(measured.dimensions, config.hidden_size),
        heads=tuple(_largest(layer, config.num_attention_heads) for layer in measured.heads),
        neurons=tuple(_largest(layer, neurons) for layer in measured.neurons),
    )


def _largest(values: Tensor, count: int) -> Tensor:
    return values.argsort(descending=True, stable=True)[:count].sort().values


def sliced(model: PreTrainedModel, config: PretrainedConfig, kept: Parts) -> PreTrainedModel:
    """Copy a model with these of its parts only.

    The copy is built from its configuration, so it is what loading its checkpoint will give.

    Args:
        model: An encoder, with a head or without.
        config: Of the copy: where its weights are not as long as the model's, they are cut.
        kept: Numbers of the parts that are kept, as many as `config` says.
    """
    narrow: PreTrainedModel = type(model)(config)
    shapes = {name: weight.shape for name, weight in narrow.state_dict().items()}
    weights = model.state_dict()
    for name, weight in weights.items():
        for axis, length in enumerate(shapes[name]):
            if length != weight.shape[axis]:
                weight = weight.index_select(axis, _numbers(kept, model.config, name, axis))
        weights[name] = weight
    narrow.load_state_dict(weights)
    return narrow


def _numbers(kept: Parts, config: PretrainedConfig, name: str, axis: int) -> Tensor:
    """Which numbers along an axis of a weight belong to the parts that are kept."""
    family, linears = family_of(config), _linears(config)
    assert family.stack is not None  # so has every family with linears
    if found := of_layer(family.stack).fullmatch(name):
        layer, path = int(found[2]), found[3].rpartition(".")[0]
        if (path in linears.attention and axis == 0) or (path == linears.output and axis == 1):
            size = _head_size(config)
            return (kept.heads[layer][:, None] * size + torch.arange(size)).flatten()
        if (path == linears.up and axis == 0) or (path == linears.down and axis == 1):
            return kept.neurons[layer]
    return kept.dimensions
