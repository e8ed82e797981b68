"""A server that nobody asks anything rests, and is there at once when somebody does."""

import sys
import time
from pathlib import Path

import pytest
from running_space import RunningSpace, ask

SECONDS, TRIES = 3, 10  # other tests may have left connections, which end after some seconds
SHARE = 0.003  # of a processor; 0.0004 were measured, and 0.036 with Gradio's loops as they are


def processor_s(space: RunningSpace) -> float:
    """Processor time that all threads of the process have taken, in seconds."""
    threads = Path(f"/proc/{space.process.pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def share_at_rest(space: RunningSpace) -> float:
    began, taken = time.monotonic(), processor_s(space)
    time.sleep(SECONDS)
    return (processor_s(space) - taken) / (time.monotonic() - began)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the processor time of threads from /proc")
def test_it_takes_no_processor_between_events(running_space):
    for _ in range(2):
        assert "entity" in ask(running_space.url, "run", "Lithium caused tremor.")
        shares = (share_at_rest(running_space) for _ in range(TRIES))
        assert any(share < SHARE for share in shares)
