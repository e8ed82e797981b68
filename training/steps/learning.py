"""Learning words from teachers: what a distillation and the recovery of a pruned model share."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from ..encoders.checkpoints import classifier, load_tokenizer
from ..errors import StageError
from ..fitting import soft_labels
from ..fitting.distillation import DistillationTrainer, compares_layers, matched_layers
from ..fitting.examples import Cutter, Example, Prepared, cutter_of, draw, pack
from ..fitting.hardware import uses_bf16
from ..fitting.teachers import Teacher, label
from .documents import fold_of, prepared, unlabelled
from .training import train

if TYPE_CHECKING:
    from ..recipe.distil import Distilling
    from ..run_context import Context

CHARACTERS_PER_TOKEN = 4  # of biomedical English, roughly; unlabelled sentences are packed to windows
CACHE = "soft_labels.safetensors"  # in the step's folder, for a training that was killed


def learn_from_teachers(
    context: "Context",
    step: "Distilling",
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    made_of: Sequence[int] | None,
) -> None:
    """Train `model`, in place, on the teachers' soft labels.

    A teacher itself runs along only for the terms that compare layers, since its soft labels are the same in
    every epoch.

    Args:
        context: of the step.
        step: its settings.
        model: the student.
        tokenizer: of the student.
        made_of: layers of the first teacher that the student's were copied from, if they were.

    Raises:
        StageError: terms compare layers, and the teacher's tokens or layers do not fit the student's.
    """
    recipe, cutter = context.recipe, cutter_of(tokenizer, context.recipe)
    first: PreTrainedModel | None = None
    layers: tuple[int, ...] = ()
    if compares_layers(step.loss):
        first = classifier(context.run.output(step.teachers[0]), recipe)
        layers = matched_layers(step.loss, model.config, first.config, made_of)
        theirs = cutter_of(load_tokenizer(context.run.output(step.teachers[0])), recipe)
        if theirs.tokenizer.to_str() != cutter.tokenizer.to_str():
            raise StageError(
                f"{context.name}: terms that compare layers need the student's tokenizer to be that of the "
                f"teacher {step.teachers[0]}; leave out {', '.join(step.loss.weights)} but kl, ce and logits"
            )
    trainer = partial(DistillationTrainer, distillation=step.loss, teacher=first, layers=layers)
    train(context, step, model, _examples(context, step, cutter), cutter, trainer)
    (context.work / CACHE).unlink()


def _examples(context: "Context", step: "Distilling", cutter: Cutter) -> list[Example]:
    """Windows of the labelled and the drawn unlabelled texts, with the teachers' soft labels."""
    packed = pack(unlabelled(context, step.texts), context.recipe.window * CHARACTERS_PER_TOKEN)
    texts = prepared(context, step, cutter)
    texts += [cutter.prepare(document) for document in draw(packed, step.draw, step.seed)]
    scores = _soft_labels(context, step, texts, cutter)
    return [
        example
        for text, own in zip(texts, scores, strict=True)
        for example in cutter.examples(text, step.continuations, own)
    ]


def _soft_labels(
    context: "Context", step: "Distilling", texts: Sequence[Prepared], cutter: Cutter
) -> list[np.ndarray]:
    """What the teachers say of the texts: asked once, kept until the step is done."""
    cache = context.work / CACHE
    if (known := soft_labels.load(context.key, cache)) is not None:
        return known
    print(f"{context.name}: {', '.join(step.teachers)} label {len(texts)} texts", flush=True)
    scores = label(
        _teachers(context, step),
        texts,
        cutter.tags,
        step.loss.temperature,
        step.combine,
        uses_bf16(step.bf16),
    )
    soft_labels.save(scores, context.key, cache)
    # As they are read back, so that a training that was killed learns the very same.
    return [own.astype(np.float16) for own in scores]


def _teachers(context: "Context", step: "Distilling") -> Iterator[Teacher]:
    device = "cuda" if torch.cuda.is_available() else "cpu"
    for name in step.teachers:
        folder = context.run.output(name)
        model = classifier(folder, context.recipe)
        torch.nn.Module.to(model, device)
        fold = fold_of(context.recipe.steps[name])
        yield Teacher(model, cutter_of(load_tokenizer(folder), context.recipe), fold)
