"""Fine-tuning with the HF Trainer on document windows; the guard documents' F1 chooses the checkpoint.

The guard documents are trained on by no model; whatever is chosen is chosen on them.
"""

import json
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypedDict, Unpack

import numpy as np
import torch
from torch.utils.data import Dataset
from transformers import (
    EarlyStoppingCallback,
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.trainer_utils import get_last_checkpoint

from .corpora.document import Document
from .hardware import uses_bf16
from .metrics import score
from .prediction import entities
from .recipe import Fitting
from .training_examples import Cutter, collate

Example = dict[str, np.ndarray]  # of one window, see `Cutter.examples`


class Examples(Dataset[Example]):
    """The windows that are trained on."""

    def __init__(self, examples: list[Example]):
        self.examples = examples

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, index: int) -> Example:
        return self.examples[index]


class Options(TypedDict):
    """What every WordTrainer takes.

    model, args, train_dataset, eval_dataset and callbacks are those of transformers' Trainer; cutter cuts
    documents for the model, guard are the documents that it is evaluated on, with the engine's `rules`,
    labels their entity types.
    """

    model: PreTrainedModel
    args: TrainingArguments
    train_dataset: Examples
    eval_dataset: Examples
    callbacks: list[TrainerCallback]
    cutter: Cutter
    guard: list[Document]
    labels: tuple[str, ...]
    rules: tuple[str, ...]


class WordTrainer(Trainer):
    """A Trainer that evaluates as the engine would: whole documents, strict entity F1."""

    def __init__(self, **options: Unpack[Options]):
        self.cutter, self.classifier = options["cutter"], options["model"]
        self.labels, self.rules = options["labels"], options["rules"]
        self.guard = [self.cutter.prepare(document, labelled=False) for document in options["guard"]]
        super().__init__(
            model=options["model"],
            args=options["args"],
            data_collator=partial(collate, pad_id=self.cutter.pad_id),
            train_dataset=options["train_dataset"],
            eval_dataset=options["eval_dataset"],
            callbacks=options["callbacks"],
        )

    def evaluate(
        self,
        eval_dataset: Dataset | dict[str, Dataset] | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        found = entities(self.classifier, self.cutter, self.guard, self.args.bf16, self.rules)
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

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        self.started, self.first_step = time.monotonic(), state.global_step

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        line = {"step": state.global_step, "epoch": state.epoch, **(logs or {})}
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        done = state.global_step - self.first_step
        if done == 0 or metrics is None:
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
    examples: list[Example],
    guard: list[Document],
    cutter: Cutter,
    labels: tuple[str, ...],
    rules: tuple[str, ...],
    fitting: Fitting,
    work: Path,
    log: Path,
    trainer: Callable[..., WordTrainer] = WordTrainer,
) -> None:
    """Train `model`, in place; it ends with the weights that did best on the guard.

    Args:
        name: what lines of progress begin with.
        model: what is trained.
        examples: windows to train on.
        guard: documents that the checkpoint is chosen on.
        cutter: cuts the guard documents as the examples were cut.
        labels: entity types.
        rules: those of the engine that the model will run with.
        fitting: the hyper-parameters.
        work: folder of checkpoints; a training that was killed goes on from the last one.
        log: JSON lines of losses and scores.
        trainer: makes the trainer of the `Options`.
    """
    callbacks: list[TrainerCallback] = [Progress(name, log)]
    if fitting.patience is not None:
        callbacks.append(EarlyStoppingCallback(fitting.patience))
    fitted = trainer(
        model=model,
        args=_arguments(fitting, work),
        train_dataset=Examples(examples),
        eval_dataset=Examples(examples[:1]),  # only says that there is an evaluation; see evaluate
        callbacks=callbacks,
        cutter=cutter,
        guard=guard,
        labels=labels,
        rules=rules,
    )
    fitted.remove_callback(PrinterCallback)  # Progress says it in a line
    last = _last_checkpoint(work)
    if last is None:
        log.unlink(missing_ok=True)  # of an earlier training with other inputs
    else:
        print(f"{name}: going on from {Path(last).name}", flush=True)
    fitted.train(resume_from_checkpoint=last)


def _last_checkpoint(work: Path) -> str | None:
    """The newest whole checkpoint. One without its state, which is written last, was being written
    when the run was killed; it is thrown away."""
    for checkpoint in work.glob("checkpoint-*"):
        if not (checkpoint / "trainer_state.json").is_file():
            shutil.rmtree(checkpoint)
    return get_last_checkpoint(str(work)) if work.is_dir() else None


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
