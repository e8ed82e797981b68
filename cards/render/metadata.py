"""The front matter of a card: what the Hub reads.

It is kept short: the scores over all types of the one file that is there to be used. All others stand on
the card.
"""

from collections.abc import Iterable, Mapping

import yaml

from ..errors import CardError
from ..ledger import ClaimId, FolderLedger, LabelledCorpus
from ..ledger.licences import only_measures
from .card_map import Numbers
from .exempt import SIZES
from .tasks import KINDS, Cell, Table, files, headline, table


def front_matter(ledger: FolderLedger, repos: Mapping[str, str], number: Numbers) -> str:
    """Canonical YAML between `---` lines, keys in a fixed order, for a model or a labelled corpus."""
    if ledger.subject in ledger.datasets:
        return canonical(_of_corpus(ledger, ledger.datasets[ledger.subject]))
    return canonical(_of_model(ledger, repos, number))


def canonical(data: Mapping[str, object]) -> str:
    """One way to write front matter: keys as given, block style, no line folded, empty values left out."""
    text = yaml.safe_dump(
        {key: value for key, value in data.items() if value},
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=float("inf"),
    )
    return f"---\n{text}---"


def _of_model(ledger: FolderLedger, repos: Mapping[str, str], number: Numbers) -> dict[str, object]:
    name, model = ledger.subject, ledger.models[ledger.subject]
    parent = repos.get(model.parent or "", "")
    is_quantized = {variant.name for variant in model.variants} == {"int8"}
    has_onnx = any(variant.file.endswith(".onnx") for variant in model.variants)
    kind = {KINDS[model.task].tag} - {model.task}
    shown = _shown(ledger, table(ledger, name, number))
    return {
        "language": list(model.languages),
        "license": model.license,
        "library_name": "transformers",
        "pipeline_tag": model.task,
        "base_model": parent if "/" in parent else model.base.id,
        # The Hub knows no relation for distillation: a student is a finetune of what it started from.
        "base_model_relation": "quantized" if is_quantized and not model.weights_from else "finetune",
        "tags": [*(["onnx", "transformers.js"] if has_onnx else []), "medical", *kind, "clinstill"],
        "datasets": _on_hub(
            repos.get(source.id, source.id) for source in ledger.sources if not only_measures(source.use)
        ),
        "metrics": list(dict.fromkeys(cell.metric for cell in shown)),
        "co2_eq_emissions": _emissions(ledger, number),
        "widget": [
            {"text": text, "example_title": "Example"}
            for text in dict.fromkeys(example.text for example in model.examples)
        ],
        "model-index": [{"name": repos[name].split("/")[-1], "results": [_result(ledger, shown, number)]}],
    }


def _of_corpus(ledger: FolderLedger, corpus: LabelledCorpus) -> dict[str, object]:
    files: dict[str, list[str]] = {}
    for file in corpus.files:
        files.setdefault(file.split, []).append(file.file)
    data_files = [{"split": split, "path": paths} for split, paths in files.items()]
    return {
        "language": list(corpus.languages),
        "license": corpus.license,
        "pretty_name": corpus.title,
        "size_categories": _size_category(ledger.claim(ClaimId(ledger.subject, metric="documents")).value),
        "source_datasets": _on_hub(source.id for source in corpus.sources),
        "annotations_creators": _annotators(corpus),
        "task_categories": ["token-classification"],
        "task_ids": ["named-entity-recognition"],
        "tags": ["medical", "weak-labels", "clinstill"],
        "configs": [{"config_name": "default", "data_files": data_files}],
    }


def _on_hub(ids: Iterable[str]) -> list[str]:
    """Those that are ids of the Hub; a corpus from elsewhere has a name, and the card links it."""
    return [one for one in dict.fromkeys(ids) if "/" in one]


def _annotators(corpus: LabelledCorpus) -> list[str]:
    """As the Hub's list of annotation creators has them."""
    by_people = {labeler.kind == "people" for labeler in corpus.labelers}
    return ["expert-generated"] * (True in by_people) + ["machine-generated"] * (False in by_people)


def _size_category(documents: float) -> list[str]:
    """The Hub's words for a number of documents."""
    return [SIZES[sum(documents >= 1_000 * 10**step for step in range(len(SIZES) - 1))]]


def _emissions(ledger: FolderLedger, number: Numbers) -> dict[str, object]:
    claim = ledger.get(ClaimId(ledger.subject, topic="training", metric="co2"))
    if claim is None:
        return {}
    pretrained = ledger.models[ledger.subject].task == "fill-mask"
    data = {
        "emissions": number(claim.id, "plain"),
        "source": claim.method,
        "training_type": "pre-training" if pretrained else "fine-tuning",
        "hardware_used": claim.environment.cpu if claim.environment else None,
    }
    return {key: value for key, value in data.items() if value}


def _shown(ledger: FolderLedger, results: Table) -> list[Cell]:
    """The scores over all types of the file that is there to be used: the card has the others."""
    order = {"All classes": 0, "Macro": 1, "Micro": 2}  # in which a reader of the Hub's widget needs them
    used, labels = files(ledger, ledger.subject)[0], ledger.models[ledger.subject].labels
    rows = [row for row in results.rows if row.file == used and row.group not in labels]
    ranked = sorted(rows, key=lambda row: order.get(row.group, 3))
    return [cell for row in ranked for cell in row.cells if cell]


def _result(ledger: FolderLedger, cells: list[Cell], number: Numbers) -> dict[str, object]:
    model, claim = ledger.models[ledger.subject], ledger.claim(headline(ledger, ledger.subject))
    if claim.data is None or claim.split is None:
        raise CardError(f"{claim.id} does not say on which split of which data it was measured")
    data, used = claim.data, files(ledger, ledger.subject)[0].variant.name
    dataset = {
        "type": data.id if "/" in data.id else "unknown",  # an id on the Hub, or none
        "name": data.id,
        "split": claim.split,
        "revision": data.revision,
    }
    said = f"{used}, strict" if model.task == "token-classification" else used
    said += ", with rules" if model.rules else ""
    return {
        "task": {"type": model.task, "name": KINDS[model.task].title},
        "dataset": {key: value for key, value in dataset.items() if value},
        "metrics": [
            {
                "type": cell.metric,
                "value": number(cell.claim, "plain" if cell.metric == "perplexity" else None),
                "name": f"{cell.name} ({said})",
            }
            for cell in cells
        ],
    }
