"""Measure the service under load on this machine: `make load`.

Serves the Space on loopback, sends requests at rising rates from a process of its own, and writes
load.json and load.png: the capacity, latency against rate, half the capacity, three times the
capacity, a soak, and what the engine does alone in the same run. Every answer is compared with the
engine's. Exit code 1 when something that the service promises was not met.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import httpx
import load_report
from engine_alone import Alone
from load_run import FULL, QUICK, run
from load_texts import LENGTH, asks, guard, short_texts, spread
from promises import Check
from running_space import SPACE, serve

from cards.ledger import read_ledger
from space.engine import Entity
from space.engine.cpu import usable_cpus
from training.corpora import Document
from training.measuring import metrics
from training.measuring.provenance import environment

STUDENT = SPACE / "bundled" / "student"
TEXTS = 200
GUARD_F1 = "student.int8.guard.macro.f1"
F1_TOLERANCE = 0.005  # other instruction sets differ in digits


def main() -> int:
    """Run the measurement; returns the exit code."""
    options = _options()
    options.out.mkdir(parents=True, exist_ok=True)
    alone = Alone(str(STUDENT))
    sent = asks(alone.single, short_texts(alone.single, TEXTS))
    documents = guard()
    known = asks(alone.single, [document.text for document in documents])
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder), {}) as space:
        served = httpx.get(f"{space.url}/v1/models", trust_env=False).raise_for_status().json()
        schedule = QUICK if options.quick else FULL
        soak = spread(known, sent)
        done = run(space, alone, sent, soak, schedule, say=lambda line: print(line, flush=True))
    found = load_report.checks(done, 1000 * served["limits"]["deadline_s"])
    if documents and done.soak is not None:
        answers = [done.soak.answers[soak.index(ask)] for ask in known]
        found.append(_f1(documents, answers))
    report = _conditions(options, served) | load_report.as_json(done) | {"checks": [asdict(c) for c in found]}
    (options.out / "load.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    load_report.draw(done, options.out / "load.png")
    for check in found:
        print(f"{'met' if check.met else 'NOT MET'}: {check.name}: {check.found} ({check.promised})")
    return 0 if all(check.met for check in found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/load", description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for load.json and load.png")
    parser.add_argument("--quick", action="store_true", help="phases of seconds, to try it out")
    return parser.parse_args()


def _conditions(options: argparse.Namespace, served: dict) -> dict:
    """What the numbers were measured on and with."""
    return {
        "date": date.today().isoformat(),
        "quick": options.quick,
        "machine": environment(usable_cpus()).model_dump(),
        "tokens": LENGTH,
        "arrivals": "Poisson",
        "served": served,
    }


def _f1(documents: Sequence[Document], answers: Sequence[Sequence[list[dict]]]) -> Check:
    """Strict macro F1 of what was answered under load, beside the ledger's of the same documents."""
    claim = read_ledger(STUDENT / "ledger.json").claim(GUARD_F1)
    labels = sorted({span.label for document in documents for span in document.spans})
    f1 = None  # unless every document was answered
    if all(answers):
        found = [[Entity(**entity) for entity in seen[0]] for seen in answers]
        f1 = metrics.score(documents, found, labels).macro.f1
    return Check(
        "macro F1 of the answers under load, guard documents",
        f1,
        f"within {F1_TOLERANCE} of the ledger's {claim.value:.4f}",
        met=f1 is not None and abs(f1 - claim.value) <= F1_TOLERANCE,
    )


if __name__ == "__main__":
    sys.exit(main())
