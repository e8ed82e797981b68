"""One system in a process of its own: loads it, then tags texts as asked and says how long each call took.

    PYTHON tests/bench/bench_worker.py '{"module", "models", "processors", "settings"}'

`bench_client.py` starts it. Its first line is {} when the system is loaded, or {"unavailable": the reason}.
Then it answers one JSON object a line: {"versions": packages} with their versions, and {"calls", "batch",
"warm_up"} with {"seconds", "entities", "processor_s", "resident_mb", "peak_mb"}. A call is a list of texts;
the first `warm_up` calls are made once more before, untimed.
"""

import importlib
import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

MEGABYTE = 10**6

Tag = Callable[[list[str], int], list[list[tuple[int, int, str]]]]  # texts, batch size -> entities of each


class UnavailableError(Exception):
    """This system does not run on this machine; the message says why."""


def status_mb(field: str) -> float:
    """A figure of /proc/self/status: VmRSS, resident now; VmHWM, the most since `forget_peak`."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == field:
            return int(value.split()[0]) * 1024 / MEGABYTE
    raise KeyError(field)


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def processor_seconds() -> float:
    """Of this process and of those that it has waited for."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def run(tag: Tag, asked: dict) -> dict:
    """Make the calls that were asked for."""
    calls, batch = asked["calls"], asked["batch"]
    before = processor_seconds()
    for texts in calls[: asked["warm_up"]]:
        tag(texts, batch)
    seconds, entities = [], []
    forget_peak()
    for texts in calls:
        started = time.perf_counter()
        found = tag(texts, batch)
        seconds.append(time.perf_counter() - started)
        entities.append(found)
    return {
        "seconds": seconds,
        "processor_s": processor_seconds() - before,
        "resident_mb": status_mb("VmRSS"),
        "peak_mb": status_mb("VmHWM"),
        "entities": entities,
    }


def versions(packages: list[str]) -> dict[str, str]:
    from importlib import metadata  # here, lest it counts to the start of every system

    return {name: metadata.version(name) for name in packages}


def main() -> None:
    """Serve requests until standard input ends."""
    told = json.loads(sys.argv[1])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # libraries may print, native ones too
    # Before any library counts processors: a system on one has one, whatever it starts.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-told["processors"] :])

    def answer(value: dict) -> None:
        print(json.dumps(value), file=answers, flush=True)

    try:
        tag: Tag = importlib.import_module(f"peers.{told['module']}").load(
            Path(told["models"]), **told["settings"]
        )
    except UnavailableError as error:
        return answer({"unavailable": str(error)})
    answer({})
    for line in sys.stdin:
        asked = json.loads(line)
        answer(versions(asked["versions"]) if "versions" in asked else run(tag, asked))
    return None


if __name__ == "__main__":
    sys.modules["bench_worker"] = sys.modules["__main__"]  # peers raise its error
    main()
