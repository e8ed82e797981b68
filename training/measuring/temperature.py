"""Node `MODEL.calibrate`: states in a model's config.json what stands outside the weights.

That is `clinstill.rules`, as the recipe names them, and `clinstill.temperature`.

The temperature is one parameter, fitted on the guard: scores before softmax are divided by it (Guo et al.
2017, "On Calibration of Modern Neural Networks"). It is the one with which the scores of the found entities
are the likeliest probabilities of their being right.
"""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scipy.optimize

from cards.ledger import Claim, ClaimId
from space.engine import Tagger, decode, load

from ..corpora.document import Document
from .metrics import triples
from .provenance import Details, data_set

if TYPE_CHECKING:
    from ..recipe.models import Model
    from ..run_context import Context

LEAST, MOST = 0.25, 10.0  # temperatures that are tried
SUREST = 1 - 1e-6  # a higher score counts as this: else one wrong entity might outweigh all others


def run(context: "Context", model: "Model") -> list[Claim]:
    """Complete a model's folder, and claim its temperature."""
    recipe, guard, folder = context.recipe, context.guard(), context.model_folder
    guarded = [(load(own, rules=recipe.rules), documents) for own, documents in context.guarded()]
    data = data_set(recipe.corpora[recipe.guard.corpus], guard)
    on_guard: Details = {"split": "guard", "n": len(guard), "data": data}
    temperature, entities = fit_temperature(guarded)
    _state(folder / "config.json", recipe.rules, temperature)
    print(f"{context.node}: temperature {temperature} by {entities} entities", flush=True)
    fitted = ClaimId(context.name, topic="calibration", metric="temperature")
    title, counted = "Temperature of the scores", "Entities that the temperature was fitted on"
    return [
        context.claim(fitted, title, temperature, "setting", "setting", **on_guard),
        context.claim(fitted.replace(metric="entities"), counted, entities, "count", **on_guard),
    ]


def fit_temperature(guarded: Sequence[tuple[Tagger, Sequence[Document]]]) -> tuple[float, int]:
    """Fit the temperature of a model's scores.

    Args:
        guarded: the model, with the rules that shall hold, and documents with their mentions that it was not
            trained on; of a model that is cross-validated, each of its folds.

    Returns:
        The temperature, with two decimals, and how many entities it was fitted on; 1 where there are none.
    """
    scored = [
        (tagger, (document.text, *tagger.logits(document.text)), triples(document.spans))
        for tagger, documents in guarded
        for document in documents
    ]

    def chances(temperature: float) -> np.ndarray:
        """(entities,) what the scores give for what is the case: that each is right, or that it is wrong."""
        return np.array(
            [
                entity.score if (entity.start, entity.end, entity.label) in gold else 1 - entity.score
                for tagger, each, gold in scored
                for entity in decode(*each, tagger.tags, tagger.rules, temperature)
            ]
        )

    def loss(logarithm: float) -> float:
        return -float(np.log(np.maximum(chances(math.exp(logarithm)), 1 - SUREST)).mean())

    entities = len(chances(1.0))
    if entities == 0:
        return 1.0, 0
    bounds = math.log(LEAST), math.log(MOST)
    best = scipy.optimize.minimize_scalar(loss, bounds=bounds, method="bounded")
    return round(math.exp(best.x), 2), entities


def _state(file: Path, rules: Sequence[str], temperature: float) -> None:
    """State in a config.json how the model runs."""
    config = json.loads(file.read_bytes())
    config["clinstill"] |= {"rules": list(rules), "temperature": temperature}
    file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
