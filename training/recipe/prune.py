"""`do: prune`: the smallest weights of a model go, and it recovers by distillation."""

from typing import Literal

from pydantic import Field

from .distil import Distilling
from .references import ModelName


class Prune(Distilling):
    """Global L1 unstructured pruning of all Linear weights, then recovery with the mask held."""

    do: Literal["prune"]
    """The kind of step."""
    of: ModelName
    """Step whose model is pruned."""
    amount: float = Field(gt=0, lt=1)
    """Share of the weights of all linear layers together that is set to zero."""
