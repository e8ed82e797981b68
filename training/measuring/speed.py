"""Node `latency`: the time from one window of text to its entities, all files of all models taking turns.

measured/latency.json has every time, by length and file: {"128": {"milliseconds": {"student.int8": [...]},
"waited": 0.0}}, for comparisons.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from cards.ledger import Claim, ClaimId
from cards.ledger.records import Aggregation

from . import latency
from .latency import Timing
from .provenance import environment
from .scores import Variant, load_variants

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..run_context import Context

FILE = "latency.json"  # in the run's measured/


def run(context: "Context", recipe: "Recipe") -> list[Claim]:
    """Time every file of every model.

    Raises:
        EngineError: a file cannot be run.
        StageError: a latency length does not fit a window.
    """
    settings = recipe.evaluation
    variants = {
        f"{variant.model}.{variant.name}": variant
        for name in recipe.models
        for variant in load_variants(context.run.models / name, settings.threads)
    }
    texts = context.split(*recipe.own_test)
    taggers = {name: variant.tagger for name, variant in variants.items()}
    times = {length: latency.measure(taggers, texts, length, settings.repeats) for length in settings.lengths}
    for length, timing in times.items():
        if timing.disturbed:
            print(f"{context.node}: other programs disturbed it at {length} tokens", flush=True)
    kept = {
        length: {
            "milliseconds": {file: values.tolist() for file, values in timing.milliseconds.items()},
            "waited": timing.waited,
        }
        for length, timing in times.items()
    }
    (context.run.measured / FILE).write_text(json.dumps(kept) + "\n", encoding="utf-8")
    return list(_claims(context, variants, times))


def _claims(
    context: "Context", variants: Mapping[str, Variant], times: Mapping[int, Timing[str]]
) -> Iterator[Claim]:
    """Median, 95th percentile and minimum."""
    summaries: dict[Aggregation, Callable[[np.ndarray], np.floating]] = {
        "median": np.median,
        "p95": partial(np.percentile, q=95),
        "min": np.min,
    }
    # The threads that there were: on fewer processors the engine takes fewer than the recipe says.
    here = environment(min(variant.tagger.threads for variant in variants.values()))
    for length, timing in times.items():
        for file, values in timing.milliseconds.items():
            variant = variants[file]
            for aggregation, summary in summaries.items():
                yield context.claim(
                    ClaimId(
                        variant.model,
                        variant=variant.name,
                        metric="latency",
                        length=length,
                        statistic=aggregation,
                    ),
                    f"Latency, text of {length} tokens to entities, {aggregation}",
                    float(summary(values)),
                    "ms",
                    aggregation,
                    n=len(values),
                    artifact=variant.artifact,
                    environment=here,
                    disturbed=timing.waited if timing.disturbed else None,
                )
