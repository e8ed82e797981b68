"""Fine-tuning with the HF Trainer on document windows; the guard documents' F1 chooses the checkpoint.

The guard documents are trained on by no model; whatever is chosen is chosen on them. A training that was
killed goes on from its last epoch and ends with the very weights that it would have had.
"""

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

import torch
from torch import Tensor
from torch.utils.data import Dataset
from transformers import (
    PreTrainedModel,
    PrinterCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.integrations import is_tensorboard_available
from transformers.modeling_outputs import TokenClassifierOutput
from transformers.trainer_utils import get_last_checkpoint

from ..corpora.document import Document
from ..errors import StageError
from ..measuring.metrics import score
from .averaging import MovingAverage
from .examples import Cutter, Example, collate
from .fake_quantization import FakeQuantization
from .hardware import uses_bf16
from .prediction import entities
from .progress import Patience, Progress, describe, guard_scores, is_exhausted
from .sampling import EpochSampler
from .tagging_losses import marginal_loss, r_drop_loss

if TYPE_CHECKING:
    from ..recipe.fitting import Fitting

ARITHMETIC = "ACCELERATE_MIXED_PRECISION"  # where transformers leaves that of one training to the next
TENSORBOARD = "CLINSTILL_TENSORBOARD"  # names the folder for TensorBoard's files, where they are wanted


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
    labels their entity types, fitting the hyper-parameters. curve has the scores of its evaluations where
    they are known from cross-validation, and the guard says nothing.
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
    fitting: "Fitting"
    curve: list[float]


class WordTrainer(Trainer):
    """A Trainer that learns what each word may be, and evaluates as the engine would: whole documents,
    strict entity F1."""

    def __init__(self, **options: Unpack[Options]):
        self.cutter, self.classifier = options["cutter"], options["model"]
        self.labels, self.rules = options["labels"], options["rules"]
        self.fitting, self.windows = options["fitting"], options["train_dataset"].examples
        self.curve = options["curve"]
        self.wanted: dict[str, bool] = {}  # outputs of the layers that the loss needs
        self.guard = [self.cutter.prepare(document) for document in options["guard"]]
        super().__init__(
            model=options["model"],
            args=options["args"],
            data_collator=partial(collate, pad_id=self.cutter.pad_id),
            train_dataset=options["train_dataset"],
            eval_dataset=options["eval_dataset"],
            callbacks=options["callbacks"],
        )
        decay, rounding = self.fitting.moving_average, self.fitting.quantization_aware
        self.average = MovingAverage(self.classifier, decay) if decay else None
        self.quantization = FakeQuantization(self.classifier) if rounding else None
        if self.average:
            self.add_callback(_Averaging(self.average))

    def _get_train_sampler(self, train_dataset: Dataset | None = None) -> EpochSampler:
        return EpochSampler(
            [len(window.input_ids) for window in self.windows],
            [window.corpus for window in self.windows],
            self.fitting.weights,
            self.args.train_batch_size,
            self.fitting.seed,
        )

    def training_step(
        self, model: torch.nn.Module, inputs: dict[str, Tensor], num_items_in_batch: Tensor | None = None
    ) -> Tensor:
        last = (self.state.epoch or 0) >= self.fitting.epochs - self.fitting.quantization_aware
        with self.quantization.applied() if self.quantization and last else nullcontext():
            return super().training_step(model, inputs, num_items_in_batch)

    def compute_loss(
        self,
        model: torch.nn.Module,
        inputs: dict[str, Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | None = None,
    ) -> Tensor | tuple[Tensor, TokenClassifierOutput]:
        batch, again = inputs, self.fitting.r_drop
        if again:  # in one pass, whose halves have dropout of their own
            batch = {name: torch.cat([values, values]) for name, values in inputs.items()}
        outputs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], **self.wanted)
        loss = self.loss(outputs, batch)
        if again:
            first, second = outputs["logits"].chunk(2)
            loss = loss + again * r_drop_loss(first, second, _known(inputs))
        return (loss, outputs) if return_outputs else loss

    def loss(self, outputs: TokenClassifierOutput, batch: dict[str, Tensor]) -> Tensor:
        """The loss of a batch, see `collate`."""
        return marginal_loss(outputs["logits"], batch["allowed"], self.fitting.label_smoothing)

    def epoch_figures(self) -> dict[str, float]:
        """What else the log has of each epoch."""
        return {}

    def finish(self) -> None:
        """Take out of the model what is not its own: rounding, and the arithmetic of the training."""
        if self.quantization:
            self.quantization.remove()
        self.accelerator.unwrap_model(self.classifier, keep_fp32_wrapper=False)

    def evaluate(
        self,
        eval_dataset: Dataset | dict[str, Dataset] | None = None,
        ignore_keys: list[str] | None = None,
        metric_key_prefix: str = "eval",
    ) -> dict[str, float]:
        metrics = {f"{metric_key_prefix}_f1": self._guard_f1(), **self.epoch_figures()}
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def _guard_f1(self) -> float:
        """Of the model as it is now; of its folds, where it is cross-validated, and 0 behind their last."""
        if self.curve:
            return dict(enumerate(self.curve)).get(len(guard_scores(self.state)), 0.0)
        with self._as_kept():
            found = entities(self.classifier, self.cutter, self.guard, self.args.bf16, self.rules)
        return score([prepared.document for prepared in self.guard], found, self.labels).macro.f1

    @contextmanager
    def _as_kept(self) -> Iterator[None]:
        """Inside, the model computes as the one that is kept will: with averaged weights, rounded."""
        with ExitStack() as stack:
            for change in (self.average, self.quantization):
                if change:
                    stack.enter_context(change.applied())
            yield

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Tensor] | None = None) -> None:
        with self._as_kept():
            super()._save(output_dir, state_dict)
        if self.average and output_dir:
            self.average.save(Path(output_dir))

    def _load_from_checkpoint(
        self, resume_from_checkpoint: str, model: torch.nn.Module | None = None
    ) -> None:
        super()._load_from_checkpoint(resume_from_checkpoint, model)
        if self.average:
            self.average.load(Path(resume_from_checkpoint))


class _Averaging(TrainerCallback):
    """Updates a moving average after each step."""

    def __init__(self, average: MovingAverage):
        self.average = average

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        self.average.update(state.global_step)


def _known(batch: dict[str, Tensor]) -> Tensor:
    """(batch, length) bool: the tokens that something is learned of."""
    known = batch["allowed"].any(-1)
    return known | ~batch["soft"][..., 0].isnan() if "soft" in batch else known


def fit(
    name: str,
    model: PreTrainedModel,
    examples: list[Example],
    guard: list[Document],
    cutter: Cutter,
    labels: tuple[str, ...],
    rules: tuple[str, ...],
    fitting: "Fitting",
    work: Path,
    log: Path,
    curve: list[float],
    trainer: Callable[..., WordTrainer] = WordTrainer,
) -> None:
    """Train `model`, in place; it ends with the weights that did best on the guard, or of the best epoch of
    its folds.

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
        curve: F1 of each evaluation by cross-validation, in place of the guard's; empty without it.
        trainer: makes the trainer of the `Options`.
    """
    print(f"{name}: {describe(examples, cutter.tags)}", flush=True)
    fitted = trainer(
        model=model,
        args=_arguments(name, fitting, work),
        train_dataset=Examples(examples),
        eval_dataset=Examples(examples[:1]),  # only says that there is an evaluation; see evaluate
        callbacks=[Progress(name, log), Patience(fitting.patience)],
        cutter=cutter,
        guard=guard,
        labels=labels,
        rules=rules,
        fitting=fitting,
        curve=curve,
    )
    fitted.remove_callback(PrinterCallback)  # Progress says it in a line
    last = _last_checkpoint(work)
    if last is None:
        log.unlink(missing_ok=True)  # of an earlier training with other inputs
    else:
        print(f"{name}: going on from {Path(last).name}", flush=True)
    if last is None or not _was_stopped(fitted, last):
        fitted.train(resume_from_checkpoint=last)
    fitted.finish()


def _was_stopped(fitted: WordTrainer, last: str) -> bool:
    """Whether a training had run out of patience at its last checkpoint; the best weights are loaded then."""
    state = TrainerState.load_from_json(str(Path(last) / "trainer_state.json"))
    if not is_exhausted(guard_scores(state), fitted.fitting.patience):
        return False
    fitted.state = state
    fitted._load_best_model()
    return True


def _last_checkpoint(work: Path) -> str | None:
    """The newest whole checkpoint. One without its state, which is written last, was being written
    when the run was killed; it is thrown away."""
    for checkpoint in work.glob("checkpoint-*"):
        if not (checkpoint / "trainer_state.json").is_file():
            shutil.rmtree(checkpoint)
    return get_last_checkpoint(str(work)) if work.is_dir() else None


def _arguments(name: str, fitting: "Fitting", work: Path) -> TrainingArguments:
    board = os.environ.get(TENSORBOARD)
    if board and not is_tensorboard_available():
        raise StageError(f"{TENSORBOARD} is set, but TensorBoard is not installed: pip install tensorboard")
    os.environ.pop(ARITHMETIC, None)
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
        remove_unused_columns=False,
        label_names=["allowed"],
        include_num_input_tokens_seen="all",  # with the little padding that there is
        report_to=["tensorboard"] if board else [],
        logging_dir=str(Path(board) / name) if board else None,
        disable_tqdm=not sys.stderr.isatty(),
    )
