"""One fine-tuning: HF Trainer on document windows, best checkpoint by F1 on the guard documents.

The guard documents are trained on by no model; whatever is chosen is chosen on them.
"""

import json
import shutil
import sys
import time
from functools import partial
from pathlib import Path

import torch
from torch.utils.data import Dataset
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainingArguments,
)
from transformers.trainer_utils import get_last_checkpoint

from .corpora.document import Document
from .hardware import uses_bf16
from .metrics import score
from .prediction import entities
from .recipe import Fitting
from .training_examples import Cutter, collate


class WordTrainer(Trainer):
    """A Trainer that evaluates as the engine would: whole documents, strict entity F1."""

    def __init__(self, *args, cutter: Cutter, guard: list[Document], labels: tuple[str, ...], **kwargs):
        super().__init__(*args, data_collator=partial(collate, pad_id=cutter.pad_id), **kwargs)
        self.cutter = cutter
        self.guard = [cutter.prepare(document, labelled=False) for document in guard]
        self.labels = labels

    def evaluate(self, eval_dataset=None, ignore_keys=None, metric_key_prefix="eval") -> dict[str, float]:
        found = entities(self.model, self.cutter, self.guard, self.args.bf16)
        scores = score([prepared.document for prepared in self.guard], found, self.labels)
        metrics = {f"{metric_key_prefix}_f1": scores.macro.f1}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics


class Progress(TrainerCallback):
    """Writes each log line to a file, and after each epoch prints F1 and the time left."""

    def __init__(self, name: str, log: Path):
        self.name, self.file = name, log
        self.started, self.first_step = time.monotonic(), 0

    def on_train_begin(self, args, state, control, **kwargs):
        self.started, self.first_step = time.monotonic(), state.global_step

    def on_log(self, args, state, control, logs=None, **kwargs):
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"step": state.global_step, "epoch": state.epoch, **logs}) + "\n")

    def on_evaluate(self, args, state, control, metrics=None, **kwargs):
        done = state.global_step - self.first_step
        if done == 0:
            return
        left = (time.monotonic() - self.started) / done * (state.max_steps - state.global_step)
        print(
            f"{self.name}: epoch {state.epoch:.0f} of {state.num_train_epochs}, "
            f"guard F1 {metrics['eval_f1']:.4f}, about {left / 60:.0f} min left",
            flush=True,
        )


def fit(
    name: str,
    model: PreTrainedModel,
    examples: list[dict],
    guard: list[Document],
    cutter: Cutter,
    labels: tuple[str, ...],
    fitting: Fitting,
    work: Path,
    log: Path,
    trainer: type[WordTrainer] = WordTrainer,
    **trainer_options,
) -> PreTrainedModel:
    """Train `model` on `examples` and return it with the weights that did best on the guard.

    Checkpoints go to `work`; a run that was killed goes on from the last one.
    """
    fitted = trainer(
        model=model,
        args=_arguments(fitting, work),
        train_dataset=_Examples(examples),
        eval_dataset=_Examples(examples[:1]),  # only says that there is an evaluation; see evaluate
        callbacks=[Progress(name, log)]
        + ([EarlyStoppingCallback(fitting.patience)] if fitting.patience is not None else []),
        cutter=cutter,
        guard=guard,
        labels=labels,
        **trainer_options,
    )
    fitted.remove_callback(PrinterCallback)  # Progress says it in a line
    last = _last_checkpoint(work)
    if last is None:
        log.unlink(missing_ok=True)  # of an earlier training with other inputs
    else:
        print(f"{name}: going on from {Path(last).name}", flush=True)
    fitted.train(resume_from_checkpoint=last)
    return fitted.model


def _last_checkpoint(work: Path) -> str | None:
    """The newest whole checkpoint. One without its state, which is written last, was being written
    when the run was killed; it is thrown away."""
    for checkpoint in work.glob("checkpoint-*"):
        if not (checkpoint / "trainer_state.json").is_file():
            shutil.rmtree(checkpoint)
    return get_last_checkpoint(str(work)) if work.is_dir() else None


class _Examples(Dataset):
    def __init__(self, examples: list[dict]):
        self.examples = examples

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> dict:
        return self.examples[index]


def _arguments(fitting: Fitting, work: Path) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(work),
        num_train_epochs=fitting.epochs,
        learning_rate=fitting.learning_rate,
        per_device_train_batch_size=fitting.batch_size,
        weight_decay=fitting.weight_decay,
        warmup_ratio=fitting.warmup,
        lr_scheduler_type=fitting.schedule,
        max_grad_norm=fitting.clip,
        bf16=uses_bf16(fitting.bf16),
        seed=fitting.seed,
        use_cpu=not torch.cuda.is_available(),
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        load_best_model_at_end=True,
        metric_for_best_model="f1",
        greater_is_better=True,
        logging_steps=25,
        logging_first_step=True,
        group_by_length=True,
        remove_unused_columns=False,
        label_names=["labels"],
        report_to=[],
        disable_tqdm=not sys.stderr.isatty(),
    )
