"""Progress of a fitting: lines for people, a log for figures, and when to stop early."""

import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from .examples import Example

EVERY = 30.0  # seconds between two lines within an epoch
HOPELESS = 2  # evaluations with a guard F1 of 0 after which a warning is due


def describe(examples: Sequence[Example], tags: Sequence[str]) -> str:
    """Say what the tokens of windows may be: how many each tag has alone, and of how many the tag is open.

    Where windows overlap, tokens count twice.
    """
    single, open_ = np.zeros(len(tags), dtype=np.int64), 0
    for example in examples:
        sizes = example.allowed.sum(axis=1)
        single += example.allowed[sizes == 1].sum(axis=0)
        open_ += int((sizes > 1).sum())
    labelled = int(single.sum()) + open_
    parts = [f"{tag} {count:,}" for tag, count in zip(tags, single.tolist(), strict=True)]
    parts += [f"open {open_:,}"] if open_ else []
    return f"{len(examples):,} windows, {labelled:,} labelled tokens: {', '.join(parts)}"


def guard_scores(state: TrainerState) -> list[float]:
    """Guard F1 of each evaluation so far."""
    return [line["eval_f1"] for line in state.log_history if "eval_f1" in line]


def mean_curve(logs: Sequence[Path]) -> list[float]:
    """Guard F1 of each evaluation, the mean of several trainings', as long as all went on.

    Args:
        logs: JSON lines of each training, see `Progress`.
    """
    lines = [[json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()] for log in logs]
    curves = [[line["eval_f1"] for line in own if "eval_f1" in line] for own in lines]
    return [float(np.mean(scores)) for scores in zip(*curves, strict=False)]


def is_exhausted(scores: Sequence[float], patience: int | None) -> bool:
    """Whether so many evaluations have not been better than one before them."""
    return patience is not None and len(scores) - 1 - int(np.argmax(scores or [0])) >= patience


class Patience(TrainerCallback):
    """Stops a training that gets no better.

    Unlike transformers' EarlyStoppingCallback it knows from the log what came before, so that a training that
    was killed stops where it would have stopped.
    """

    def __init__(self, patience: int | None):
        self.patience = patience

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        control.should_training_stop = is_exhausted(guard_scores(state), self.patience)


class Progress(TrainerCallback):
    """Writes each log line to a file; prints a line now and then, and one for each epoch."""

    def __init__(self, name: str, log: Path):
        self.name, self.file = name, log
        self.loss: float | None = None
        self.started = self.printed = time.monotonic()
        self.first_step = self.first_token = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        self.started = self.printed = time.monotonic()
        self.first_step, self.first_token = state.global_step, state.num_input_tokens_seen
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.is_file() else []
        whole = [line for line in lines if json.loads(line)["step"] <= state.global_step]
        # What a training that was killed did after its last checkpoint is done, and logged, again.
        self.file.write_text("".join(f"{line}\n" for line in whole), encoding="utf-8")

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        line = {"step": state.global_step, "epoch": state.epoch, **(logs or {})}
        self.loss = line.get("loss", self.loss)
        with self.file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: object
    ) -> None:
        now = time.monotonic()
        if now - self.printed < EVERY or state.epoch is None:
            return
        self.printed = now
        speed = (state.num_input_tokens_seen - self.first_token) / (now - self.started)
        loss = "" if self.loss is None else f"loss {self.loss:.4f}, "
        self._print(f"epoch {state.epoch:.2f}", f"{loss}{speed:,.0f} tokens/s", state)

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float] | None = None,
        **kwargs: object,
    ) -> None:
        scores = guard_scores(state)
        self._print(f"epoch {state.epoch:.0f}", f"guard F1 {scores[-1]:.4f}", state)
        if len(scores) >= HOPELESS and not any(scores[-HOPELESS:]):
            print(
                f"{self.name}: warning: guard F1 has been 0 for {HOPELESS} evaluations; is `learning_rate` "
                "right, are there enough steps, do the labels of guard and training agree?",
                flush=True,
            )

    def _print(self, epoch: str, figures: str, state: TrainerState) -> None:
        done = state.global_step - self.first_step
        left = (time.monotonic() - self.started) / max(1, done) * (state.max_steps - state.global_step)
        print(
            f"{self.name}: {epoch} of {state.num_train_epochs}, {figures}, about {left / 60:.0f} min left",
            flush=True,
        )
