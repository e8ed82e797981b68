"""The whole comparison: each system's best settings, then all systems in turn on every kind of text.

Systems take turns at every measurement, in an order that changes each time, so that heat, clock rate and
other programs touch all of them alike. Before each turn there is a pause, in which the threads of the one
before stop spinning.
"""

import json
import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TypeVar

import numpy as np
from bench_client import ENVIRONMENT, Answer, UnavailableSystemError, Worker
from bench_texts import LENGTHS, LESS_LONG, WINDOWS, Texts
from measurements import Found, Long, Many, Run, Rung, Schedule, Start, Tried
from systems import System

LADDER = Path(__file__).with_name("ladder.py")
PAUSE_S = 0.25  # Intel's OpenMP spins for 0.2
WARM_UP = 2  # calls
START_TOKENS = 128

T = TypeVar("T")


@dataclass(frozen=True)
class Chosen:
    """A running system and the size of its batches."""

    worker: Worker
    batch: int


@dataclass(frozen=True)
class Ready:
    """A system with its best settings for single texts, and with those for many."""

    single: Chosen
    many: Chosen


class Comparison:
    """Measures systems, whose files are in `models`, on texts; `run` holds what is done."""

    def __init__(
        self,
        systems: Sequence[System],
        models: Path,
        texts: Texts,
        schedule: Schedule,
        say: Callable[[str], None],
    ):
        self.systems, self.models, self.texts = list(systems), models, texts
        self.schedule, self.say = schedule, say
        self.run = Run()
        self._others: defaultdict[str, list[float]] = defaultdict(list)

    def measure(self, processors: Sequence[int]) -> Run:
        """Measure everything, on each of these numbers of processors one after the other."""
        most = max(processors)
        for number in processors:
            self.say(f"on {number} processor{'s' * (number > 1)}")
            with ExitStack() as running:
                ready = self._sweep(number, running)
                for length in LENGTHS:
                    self._singles(ready, number, length)
                self._many(
                    ready, number, self.schedule.notes if number == most else self.schedule.fewer_notes
                )
        self._long(most)
        self._starts(most)
        for number in processors:
            self._ladder(number)
        self.run.others = {what: float(np.mean(busy)) for what, busy in self._others.items()}
        return self.run

    def _sweep(self, processors: int, running: ExitStack) -> dict[str, Ready]:
        """Try every setting of every system; keep the processes of the best in `running`."""
        ready = {}
        for system in list(self.systems):
            workers = []
            try:
                for variant in system.variants(processors):
                    worker = Worker(system, variant, processors, self.models)
                    workers.append(running.enter_context(worker))
                    self._try(worker)
            except UnavailableSystemError as error:
                self.run.unavailable[system.name] = str(error)
                self.systems.remove(system)
                self.say(f"{system.title} does not run here: {error}")
                continue
            self.run.versions[system.name] = workers[0].versions()
            own = ready[system.name] = self._ready(system, processors, workers)
            for worker in workers:
                if worker not in (own.single.worker, own.many.worker):
                    worker.close()
        return ready

    def _try(self, worker: Worker) -> None:
        plan = self.schedule
        many = [document.text for document in self.texts.abstracts[: plan.sweep]]
        alone = [[text] for length in LENGTHS for text in self.texts.singles[length][: plan.sweep_singles]]
        for batch in worker.system.batches:
            single = self._tag("settings", Chosen(worker, batch), alone, warm_up=WARM_UP)
            batched = self._tag("settings", Chosen(worker, batch), [many])
            self.run.tried.append(
                Tried(
                    worker.system.name,
                    worker.processors,
                    worker.variant,
                    batch,
                    documents_per_s=len(many) / batched.seconds[0],
                    single_ms=1000 * float(np.mean(single.seconds)),
                )
            )

    def _ready(self, system: System, processors: int, workers: Sequence[Worker]) -> Ready:
        single = self.run.best_for_single(system.name, processors)
        many = self.run.best_for_many(system.name, processors)
        self.say(
            f"{system.title}: one text {single.single_ms:.1f} ms ({single.settings}, batch {single.batch}), "
            f"many {many.documents_per_s:.1f}/s ({many.settings}, batch {many.batch})"
        )

        def chosen(tried: Tried) -> Chosen:
            return Chosen(next(one for one in workers if one.variant == tried.settings), tried.batch)

        return Ready(chosen(single), chosen(many))

    def _singles(self, ready: Mapping[str, Ready], processors: int, length: int) -> None:
        plan = self.schedule
        seconds: dict[str, list[float]] = {name: [] for name in ready}
        for turn in range(plan.rounds):
            texts = self.texts.singles[length][turn * plan.singles : (turn + 1) * plan.singles]
            for name, system in in_turn(ready, turn):
                calls = [[text] for text in texts]
                answer = self._tag(f"single texts, {processors}", system.single, calls, warm_up=WARM_UP)
                seconds[name] += answer.seconds.tolist()
        for name, own in seconds.items():
            self.run.singles[name, processors, length] = own
        medians = {name: 1000 * float(np.median(own)) for name, own in seconds.items()}
        self.say(f"single texts of {length} tokens, ms: {_listing(medians)}")

    def _many(self, ready: Mapping[str, Ready], processors: int, notes: int) -> None:
        """Guard documents, abstracts and notes."""
        guard = [document.text for document in self.texts.guard]
        by_many = {name: self._tag("guard", system.many, [guard]) for name, system in ready.items()}
        by_single = {
            name: by_many[name]
            if system.single == system.many
            else self._tag("guard", system.single, [guard])
            for name, system in ready.items()
        }
        texts = [document.text for document in self.texts.abstracts[: self.schedule.abstracts]]
        abstracts = self._calls(ready, processors, texts)
        on_notes = self._calls(ready, processors, self.texts.notes[:notes])
        for name in ready:
            key = (name, processors)
            self.run.found[key] = Found(
                guard_single=by_single[name].entities[0],
                guard_many=by_many[name].entities[0],
                abstracts=[found for answer in abstracts[name] for found in answer.entities[0]],
            )
            self.run.abstracts[key] = _many_of(abstracts[name])
            self.run.notes[key] = _many_of(on_notes[name])

    def _calls(
        self, ready: Mapping[str, Ready], processors: int, texts: Sequence[str]
    ) -> dict[str, list[Answer]]:
        """All systems in turn on the texts of each call."""
        answers: dict[str, list[Answer]] = {name: [] for name in ready}
        size = self.schedule.call
        for turn, start in enumerate(range(0, len(texts), size)):
            for name, system in in_turn(ready, turn):
                answer = self._tag(f"many texts, {processors}", system.many, [texts[start : start + size]])
                answers[name].append(answer)
        rates = {name: len(texts) / sum(answer.seconds[0] for answer in own) for name, own in answers.items()}
        self.say(f"{len(texts)} texts, a second: {_listing(rates)}")
        return answers

    def _long(self, processors: int) -> None:
        """In new processes, whose memory holds nothing of other texts; after a few less long texts."""
        plan = self.schedule
        for system in self.systems:
            best = self.run.best_for_many(system.name, processors)
            with Worker(system, best.settings, processors, self.models) as worker:
                chosen = Chosen(worker, best.batch)
                short = [[self.texts.long[:LESS_LONG]]] * plan.repeats
                before = self._tag("long text", chosen, short, warm_up=1)
                after = self._tag("long text", chosen, [[self.texts.long[: plan.characters]]])
            self.run.long[system.name] = Long(
                less_long_ms=1e6 * float(np.median(before.seconds)) / LESS_LONG,
                long_ms=1e6 * float(after.seconds[0]) / plan.characters,
                growth_mb=after.peak_mb - before.resident_mb,
            )
            self.say(f"{plan.characters:,} characters: {system.title} {after.seconds[0]:.1f} s")

    def _starts(self, processors: int) -> None:
        seconds: dict[str, list[float]] = {system.name: [] for system in self.systems}
        resident = {}
        for turn in range(self.schedule.starts):
            for name, system in in_turn({system.name: system for system in self.systems}, turn):
                best = self.run.best_for_single(name, processors)
                time.sleep(PAUSE_S)
                with Worker(system, best.settings, processors, self.models) as worker:
                    answer = worker.tag([[self.texts.singles[START_TOKENS][turn]]], best.batch)
                    seconds[name].append(time.perf_counter() - worker.started)
                resident[name] = answer.resident_mb
        self.run.starts = {name: Start(own, resident[name]) for name, own in seconds.items()}
        medians = {name: float(np.median(own)) for name, own in seconds.items()}
        self.say(f"process start to first result, s: {_listing(medians)}")

    def _ladder(self, processors: int) -> None:
        time.sleep(PAUSE_S)
        done = subprocess.run(
            [sys.executable, LADDER, self.models / "shipped", str(processors), str(self.schedule.climbs)],
            input=json.dumps({tokens: self.texts.singles[tokens][0] for tokens in WINDOWS}),
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | ENVIRONMENT,
            check=True,
        )
        self.run.ladder += [Rung(processors, *rung) for rung in json.loads(done.stdout)]

    def _tag(self, what: str, chosen: Chosen, calls: Sequence[Sequence[str]], warm_up: int = 0) -> Answer:
        time.sleep(PAUSE_S)
        answer = chosen.worker.tag(calls, chosen.batch, warm_up)
        self._others[what].append(answer.others)
        return answer


def in_turn(systems: Mapping[str, T], turn: int) -> Iterator[tuple[str, T]]:
    """All systems in an order of this turn's own, so that none always runs after the same other."""
    order = Random(turn).sample(list(systems), len(systems))
    return ((name, systems[name]) for name in order)


def _many_of(answers: Sequence[Answer]) -> Many:
    return Many(
        texts=sum(len(answer.entities[0]) for answer in answers),
        seconds=[float(answer.seconds[0]) for answer in answers],
        peak_mb=max(answer.peak_mb for answer in answers),
    )


def _listing(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.3g}" for name, value in values.items())
