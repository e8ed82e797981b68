"""Verb `unbundle`: makes a run folder of a bundled pair, to be published and measured again.

A bundle has one file of each model. The FP32 weights that the Hub's layout asks for are read back from it:
they are what the file stores, not what training left, and the ledger says so. What was measured on files
that a bundle has not is left out, until the run's other nodes have quantized and calibrated the pair again,
as the recipe says now, and measured every file that is there then.
"""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from safetensors.torch import save_file
from transformers import AutoConfig, PreTrainedModel

from cards.ledger import Claim, Ledger, Model, Variant, read_ledger
from cards.render import snippets

from . import library_logs, running
from .bundling import FIGURES, files_of
from .encoders.checkpoints import class_of
from .errors import StageError
from .graph import Node, graph
from .ledger import examples, looks_at, sentences, write
from .measuring import known_answer
from .onnx import parity
from .onnx.export import export
from .onnx.weights import read_back
from .recipe import Recipe
from .record import Attempt, Inputs
from .run_context import Context
from .run_folder import VARIANTS, RunFolder, sha256, variants_of
from .tasks.lookup import TASKS

UNBUNDLE = "unbundle"  # the node, and what it leaves
LEAVES = (
    "models/*/model.safetensors",
    "models/*/tokenizer.json",
    "models/*/config.json",
    *(f"models/*/{file}" for file in VARIANTS.values()),
)
TEXTS = (known_answer.TEXT, snippets.SAMPLE)  # what read-back weights are compared with their file on
AGREEING = 0.95  # share of tokens that INT8 weights must tag alike, computed in INT8 and in FP32
RENDERED = ("README.md", "card.map.json", FIGURES)  # of a bundle's card, which `cards render` writes anew


def unbundle(bundled: Path, ledger: Ledger, recipe: Recipe, out: Path) -> None:
    """Make the folder `out` a run of the pair in the folder `bundled`.

    Args:
        bundled: folder with `student/` and `teacher/`.
        ledger: of the pair, see `bundling.published`.
        recipe: what made it.
        out: empty, or not there yet.

    Raises:
        StageError: the weights in a file do not compute what it does; `out` is left as it was. Or the pair
            was cross-validated, and a bundle does not hold the folds' models.
    """
    if recipe.guard.is_crossed:
        raise StageError(
            f"the recipe {recipe.name} chooses by cross-validation, and a bundle does not hold the models of "
            "the folds; measure the run itself"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".unbundle-", dir=out.parent) as work:
        context = Context(recipe, RunFolder(Path(work) / "run"))
        library_logs.keep(context.run.log / "libraries.log")
        library_logs.divert()
        models, files = {}, files_of(bundled)
        for name, model in ledger.models.items():
            print(f"unbundle: {name}, weights from {files[name]}", flush=True)
            models[name] = _unbundle_model(model, bundled / name, context.run.models / name, files[name])
        made = ledger.model_copy(update={"models": models})
        running.resolve(context)
        write(made, context.run)
        inputs = Inputs(settings={}, files={"ledger": [sha256(context.run.ledger)]}, code={})
        node = Node(UNBUNDLE, "unbundling", recipe, {}, (), {}, LEAVES)
        running.write_record(context, node, inputs, Attempt(inputs=inputs.key), made.claims)
        if out.exists():
            out.rmdir()
        context.run.path.rename(out)


def run(context: Context, recipe: Recipe) -> list[Claim]:
    """Node `ledger` of an unbundled run: replace the pair's claims by what was measured here."""
    old, run_folder = read_ledger(context.run.ledger), context.run
    nodes = [node.name for node in graph(recipe, unbundled=True) if node.name != "ledger"]
    measured = [claim for node in nodes for claim in running.read_record(context, node).claims]
    ids = {claim.id for claim in measured}
    published = running.read_record(context, UNBUNDLE).claims
    kept = [claim for claim in published if claim.id not in ids and claim.artifact is None]
    models = {}
    ran = examples([run_folder.models / name for name in old.models], TASKS[recipe.task].tag)
    for (name, model), printed in zip(old.models.items(), ran, strict=True):
        folder = run_folder.models / name
        there = tuple(Variant(name=variant, file=file) for variant, file in variants_of(folder).items())
        rules = sentences(recipe.rules)
        update = {"variants": there, "examples": printed, "rules": rules}
        models[name] = model.model_copy(update=update)
        known_answer.write(folder)
    changed = {
        "models": models,
        "claims": (*kept, *measured),
        "test_evaluations": looks_at(*recipe.measured[0]),
    }
    write(old.model_copy(update=changed), run_folder)
    return []


def _unbundle_model(model: Model, bundled: Path, folder: Path, file: str) -> Model:
    """Make a complete model folder; the bundled file and what lies beside it keep their bytes."""
    shutil.copytree(bundled, folder, ignore=shutil.ignore_patterns(*RENDERED))
    config = AutoConfig.from_pretrained(folder)
    weights = class_of(config)(config)
    read_back(folder / file, weights)
    _check(weights, folder, file)
    tensors = {name: tensor.contiguous() for name, tensor in weights.state_dict().items()}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    [ran] = examples([folder], model.task)  # before there is another file: they name the one that ships
    export(folder, TEXTS)
    variants = tuple(variant for variant in model.variants if variant.file == file)
    return model.model_copy(update={"variants": variants, "examples": ran, "weights_from": file})


def _check(model: PreTrainedModel, folder: Path, file: str) -> None:
    """Hold the read-back weights against their file.

    They must give the same logits as a file that computes in FP32, and nearly the same tags as one that
    rounds what it computes with.

    Raises:
        StageError: they do not.
    """
    probes = parity.probes(folder, TEXTS, parity.window(model))
    ours, theirs = parity.torch_logits(model), parity.onnx_logits(folder / file)
    if file != VARIANTS["int8"]:
        parity.check(f"{file}, read back as FP32,", ours, theirs, probes)
        return
    alike = np.concatenate([_tags(ours, probe) == _tags(theirs, probe) for probe in probes]).mean()
    if alike < AGREEING:
        raise StageError(
            f"{folder / file}: its weights as FP32 tag {alike:.1%} of the tokens as it does, and "
            f"{AGREEING:.0%} are needed; was it made by `python -m training run`?"
        )


def _tags(logits: parity.Logits, probe: parity.Inputs) -> np.ndarray:
    return logits(probe)[probe["attention_mask"] == 1].argmax(axis=-1)
