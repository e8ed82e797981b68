"""Compare the engine's speed with its peers' on the bundled student's weights: `make bench`.

Writes performance.json, performance.md and performance.png: whether each system finds the same entities,
then documents a second, latency, memory and start, on one processor and on two, each system with its best
settings. Exit code 1 when something that is promised of the engine was not met.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

import bench_page
import bench_report
import bench_texts
from bench_client import ENVIRONMENT, ROOT, BenchError
from bench_models import CALIBRATING, STEPS
from bench_run import Comparison
from measurements import FULL, QUICK, Schedule
from systems import PEERS, SYSTEMS, TRAINING, System

from space.engine import load
from space.engine.cpu import instruction_set, usable_cpus
from training.measuring.provenance import environment

STUDENT = ROOT / "space" / "bundled" / "student"
MODELS = ROOT / "build" / "bench"
PROGRAM = Path(__file__).with_name("bench_models.py")
# What the peers' files are made of and by.
MADE_OF = (
    STUDENT / "onnx" / "model_quantized.onnx",
    STUDENT / "config.json",
    STUDENT / "tokenizer.json",
    PROGRAM,
    ROOT / "locks" / "peers.txt",
    ROOT / "locks" / "training.txt",
)


def main() -> int:
    """Run the comparison; returns the exit code."""
    options = _options()
    systems = [system for system in SYSTEMS if not options.only or system.name in options.only]
    schedule = QUICK if options.quick else FULL
    try:
        _check_environments(systems)
        texts = bench_texts.read(load(STUDENT, threads=1))
        models = _models(systems, texts.calibration)
        comparison = Comparison(systems, models, texts, schedule, say=lambda line: print(line, flush=True))
        run = comparison.measure([number for number in (1, 2) if number <= usable_cpus()])
    except BenchError as error:
        print(f"bench: {error}", file=sys.stderr)
        return 2
    report = _conditions(options.quick, schedule) | bench_report.as_json(run, systems, texts)
    found = bench_report.checks(report, instruction_set())
    report["checks"] = [asdict(check) for check in found]
    options.out.mkdir(parents=True, exist_ok=True)
    (options.out / "performance.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    (options.out / "performance.md").write_text(bench_page.page(report), encoding="utf-8")
    bench_page.draw(report, options.out / "performance.png")
    for check in found:
        print(f"{'met' if check.met else 'NOT MET'}: {check.name}: {check.found:.3g} ({check.promised})")
    return 0 if all(check.met for check in found) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/bench", description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for performance.json, .md and .png")
    parser.add_argument("--quick", action="store_true", help="a minute or two, to try it out")
    parser.add_argument(
        "--only",
        action="append",
        choices=[system.name for system in SYSTEMS],
        help="compare this system; may be given several times (default: all)",
    )
    return parser.parse_args()


def _check_environments(systems: Sequence[System]) -> None:
    """Raises BenchError where one lacks."""
    needed = {system.environment for system in systems} | {
        _environment(s) for own in systems for s in own.needs
    }
    for name in sorted(needed):
        if not (ROOT / name / "bin" / "python").exists():
            raise BenchError(f"{name} is missing; `make bench` sets it up")


def _environment(step: str) -> str:
    return PEERS if step == "openvino" else TRAINING


def _models(systems: Sequence[System], calibration: Sequence[str]) -> Path:
    """The folder of the peers' files, made where it lacks any. Another student or lock has another folder."""
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in MADE_OF))
    models = MODELS / digest.hexdigest()[:12]
    models.mkdir(parents=True, exist_ok=True)
    (models / "shipped").unlink(missing_ok=True)
    (models / "shipped").symlink_to(STUDENT)
    (models / "calibration.json").write_text(json.dumps(calibration), encoding="utf-8")
    for step in STEPS:
        done = models / f"{step}.done"
        if not done.exists() and any(step in system.needs for system in systems):
            print(f"making the files of {step}, once", flush=True)
            python = ROOT / _environment(step) / "bin" / "python"
            made = subprocess.run(
                [python, PROGRAM, step, models],
                env=os.environ | ENVIRONMENT,
                stderr=subprocess.PIPE,
                text=True,
            )
            if made.returncode:
                raise BenchError(f"{PROGRAM.name} {step} failed:\n{made.stderr[-3000:]}")
            done.touch()
    return models


def _conditions(quick: bool, schedule: Schedule) -> dict:
    """What the numbers were measured on and with."""
    return {
        "date": date.today().isoformat(),
        "quick": quick,
        "machine": environment(usable_cpus()).model_dump(),
        "method": {
            "characters": schedule.characters,
            "calibrating": CALIBRATING,
            "singles": schedule.rounds * schedule.singles,
            "call": schedule.call,
            "wrong": bench_report.WRONG,
        },
    }


if __name__ == "__main__":
    sys.exit(main())
