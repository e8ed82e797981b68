"""Stage `student`: trains a smaller model on the teacher's soft labels and the gold labels."""

import copy
from functools import partial
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerFast

from cards.ledger import Claim

from .distillation import DistillationTrainer
from .hardware import uses_bf16
from .prediction import predict
from .recipe import Fitting, RecipeError
from .run_context import Context, load_tokenizer, save
from .soft_labels import align, soften
from .trainer import Example, fit
from .training_examples import draw, pack

CHARACTERS_PER_TOKEN = 4  # of biomedical English, roughly; unlabelled sentences are packed to windows


def run(context: Context) -> list[Claim]:
    """Write the student's checkpoint to work/student/model."""
    student, work = context.recipe.student, context.run.work("student")
    if student.layers is None:
        encoder = context.run.work("encoders") / "student"
        model = context.new_classifier(encoder, student.fitting.seed)
        tokenizer = load_tokenizer(encoder)
    else:
        model, tokenizer = _teacher(context), load_tokenizer(_teacher_folder(context))
        model = first_layers(model, student.layers)
    distil(context, "student", model, tokenizer, student.fitting, work)
    save(model, tokenizer, work / "model")
    return []


def first_layers(teacher: PreTrainedModel, layers: tuple[int, ...]) -> PreTrainedModel:
    """Copy `teacher` with these of its encoder layers only, in this order.

    Raises:
        RecipeError: the teacher has no such layer.
    """
    depth = teacher.config.num_hidden_layers
    if not all(0 <= layer < depth for layer in layers):
        raise RecipeError(f"student.layers: the teacher has layers 0 to {depth - 1}, found {list(layers)}")
    student = copy.deepcopy(teacher)
    stacks = [m for m in student.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == depth]
    if len(stacks) != 1:
        raise RecipeError(
            f"student.layers: found {len(stacks)} stacks of {depth} layers in "
            f"{type(teacher).__name__}, one is needed; give the student a `base` instead"
        )
    kept = [stacks[0][layer] for layer in layers]
    del stacks[0][:]
    stacks[0].extend(kept)
    student.config.num_hidden_layers = len(layers)
    return student


def distil(
    context: Context,
    name: str,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    fitting: Fitting,
    work: Path,
) -> None:
    """Train `model`, in place, on the teacher's soft labels.

    The teacher itself runs along only for the hidden-state and attention terms, since its soft labels are
    the same in every epoch.

    Args:
        context: of the stage.
        name: of the stage, which lines of progress begin with.
        model: the student.
        tokenizer: of the student.
        fitting: hyper-parameters of this training.
        work: folder of the stage.

    Raises:
        RecipeError: terms match layers, but the student has none of the teacher's.
    """
    recipe, distillation = context.recipe, context.recipe.student.distillation
    layers = recipe.student.layers
    in_step = distillation.hidden_weight > 0 or distillation.attention_weight > 0
    if in_step and layers is None:
        raise RecipeError(
            "student.distillation: hidden_weight and attention_weight match the student's "
            "layers with the teacher's, so they need `student.layers`"
        )
    if distillation.attention_weight > 0:
        model.set_attn_implementation("eager")  # the fused kernels do not return attention maps
    fit(
        name,
        model,
        soft_examples(context, tokenizer, fitting),
        context.documents("guard"),
        context.cutter(tokenizer),
        recipe.labels,
        recipe.rules,
        fitting,
        work / "checkpoints",
        context.run.log / f"{name}.jsonl",
        trainer=partial(
            DistillationTrainer,
            distillation=distillation,
            teacher=_teacher(context) if in_step else None,
            layers=layers or (),
        ),
    )


def soft_examples(context: Context, tokenizer: PreTrainedTokenizerFast, fitting: Fitting) -> list[Example]:
    """Make windows of the labelled and the drawn unlabelled texts, with the teacher's soft labels."""
    recipe, distillation = context.recipe, context.recipe.student.distillation
    labelled = context.documents(*fitting.train_on)
    packed = pack(context.documents("unlabelled"), recipe.window * CHARACTERS_PER_TOKEN)
    texts = labelled + draw(packed, distillation.unlabelled_texts, fitting.seed)

    teacher = _teacher(context)
    torch.nn.Module.to(teacher, "cuda" if torch.cuda.is_available() else "cpu")
    theirs = context.cutter(load_tokenizer(_teacher_folder(context)))
    ours = context.cutter(tokenizer)
    print(f"student: the teacher labels {len(texts)} texts", flush=True)
    by_teacher = [theirs.prepare(document, labelled=False) for document in texts]
    logits = predict(teacher, theirs, by_teacher, uses_bf16(fitting.bf16))
    examples: list[Example] = []
    for index, (document, seen, scores) in enumerate(zip(texts, by_teacher, logits, strict=True)):
        prepared = ours.prepare(document, labelled=index < len(labelled))
        words = soften(scores[seen.tokens.first], distillation.temperature)
        soft = align(seen.tokens, words, prepared.tokens, theirs.tags, ours.tags)
        examples += ours.examples(prepared, soft)
    return examples


def _teacher_folder(context: Context) -> Path:
    return context.run.work("teacher") / "model"


def _teacher(context: Context) -> PreTrainedModel:
    teacher = context.classifier(_teacher_folder(context))
    if context.recipe.student.distillation.attention_weight > 0:
        teacher.set_attn_implementation("eager")
    return teacher
