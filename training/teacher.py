"""Stage `teacher`: fine-tunes the teacher's encoder on the gold labels."""

from cards.ledger import Claim

from .run_context import Context, load_tokenizer, save
from .trainer import fit


def run(context: Context) -> list[Claim]:
    """Write the teacher's checkpoint to work/teacher/model."""
    recipe, work = context.recipe, context.run.work("teacher")
    encoder = context.run.work("encoders") / "teacher"
    tokenizer = load_tokenizer(encoder)
    cutter = context.cutter(tokenizer)
    prepared = [cutter.prepare(d, labelled=True) for d in context.documents(*recipe.teacher.fitting.train_on)]
    model = context.new_classifier(encoder, recipe.teacher.fitting.seed)
    fit(
        "teacher",
        model,
        [example for document in prepared for example in cutter.examples(document)],
        context.documents("guard"),
        cutter,
        recipe.labels,
        recipe.rules,
        recipe.teacher.fitting,
        work / "checkpoints",
        context.run.log / "teacher.jsonl",
    )
    save(model, tokenizer, work / "model")
    return []
