"""Node `rehearsal`: an untrained copy of every model goes the whole way to its files.

What would fail after hours of training fails here: a base that cannot be loaded, layers that are not there, a
window that is too long, an export, fusion or quantisation that goes wrong, a file that the engine refuses.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cards.ledger import Claim
from space.engine import load

from ..encoders.checkpoints import save
from ..errors import StageError
from ..recipe.origin import origin
from ..steps.untrained import untrained
from . import parity
from .export import PARITY_TEXTS, export, store_fp16
from .int8 import candidates

if TYPE_CHECKING:
    from ..recipe import Recipe
    from ..recipe.models import Model
    from ..run_context import Context


def run(context: "Context", recipe: "Recipe") -> list[Claim]:
    """Rehearse every model, one of those that are built and exported alike; nothing is kept.

    Raises:
        StageError: a model would fail; the message names it.
    """
    texts = [document.text for document in context.guard()[:PARITY_TEXTS]]
    alike: dict[object, list[str]] = {}
    for name, model in recipe.models.items():
        alike.setdefault((origin(recipe, model.step), model.storage, model.int8), []).append(name)
    for names in alike.values():
        model = recipe.models[names[0]]
        with tempfile.TemporaryDirectory(prefix="clinstill-") as work:
            try:
                _rehearse(context, model, Path(work), texts)
            except StageError as error:
                raise StageError(f"models.{names[0]} would fail: {error}") from error
        verb = "goes" if len(names) == 1 else "go"
        print(f"{context.node}: {', '.join(names)} {verb} through export, INT8 and the engine", flush=True)
    return []


def _rehearse(context: "Context", model: "Model", folder: Path, texts: Sequence[str]) -> None:
    classifier, tokenizer = untrained(context, origin(context.recipe, model.step))
    save(classifier, tokenizer, folder)
    parity.check_reload(classifier, folder, texts)
    export(folder, texts)
    if model.storage == "fp16":
        store_fp16(folder, texts)
    load(folder, file="model.onnx")(texts)
    if model.int8:
        rules, guard = context.recipe.rules, context.guard()
        with tempfile.TemporaryDirectory(dir=folder) as work:
            for tagger in candidates(folder, model.int8, guard, rules, Path(work)).values():
                tagger(texts)
