"""The front matter of a model card: what the Hub reads.

`model-index` is built here and not by `huggingface_hub.EvalResult`, which merges results that
differ only in their arguments: all variants of a model are metrics of one result, told apart by
their name and args.
"""

from collections.abc import Mapping

import yaml

from .errors import CardError
from .ledger import Ledger, Model, slug
from .numbers import Numbers

METRICS = {"f1": "F1", "precision": "precision", "recall": "recall"}  # the Hub's id -> what a reader calls it


def front_matter(ledger: Ledger, name: str, repos: Mapping[str, str], number: Numbers) -> str:
    """Canonical YAML between `---` lines, keys in a fixed order, for the model `name`."""
    model = ledger.models[name]
    data = {
        "language": list(model.languages),
        "license": model.license,
        "library_name": "transformers",
        "pipeline_tag": model.task,
        "base_model": model.base.id,
        "base_model_relation": _relation(model),
        "tags": ["onnx", "transformers.js", "medical", "named-entity-recognition", "clinstill"],
        "datasets": list(dict.fromkeys(source.id for source in ledger.sources)),
        "metrics": list(METRICS),
        "widget": [{"text": text, "example_title": "Example"} for text in _texts(model)],
        "model-index": [{"name": repos[name].split("/")[-1], "results": [_result(ledger, name, number)]}],
    }
    text = yaml.safe_dump(
        {key: value for key, value in data.items() if value},
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )
    return f"---\n{text}---"


def _relation(model: Model) -> str:
    """The Hub knows no relation for distillation: a student is a finetune of what it started from."""
    return "quantized" if {variant.name for variant in model.variants} == {"int8"} else "finetune"


def _texts(model: Model) -> list[str]:
    return list(dict.fromkeys(example.text for example in model.examples))


def _result(ledger: Ledger, name: str, number: Numbers) -> dict:
    model = ledger.models[name]
    first = f"{name}.{model.variants[0].name}.test.macro.f1"
    data = ledger.claim(first).data
    if data is None:
        raise CardError(f"{first} does not say which data it was measured on; a model-index needs it")
    dataset = {"type": data.id, "name": data.id, "split": "test", "revision": data.revision}
    return {
        "task": {"type": model.task, "name": "Named entity recognition"},
        "dataset": {key: value for key, value in dataset.items() if value},
        "metrics": [
            {
                "type": metric,
                "value": number(f"{name}.{variant.name}.test.{slug(group)}.{metric}"),
                "name": f"{group} {title} ({variant.name})",
                "args": {"variant": variant.name, "file": variant.file, "matching": "strict entity"},
            }
            for variant in model.variants
            for group in ("Macro", "Micro", *model.labels)
            for metric, title in METRICS.items()
        ],
    }
