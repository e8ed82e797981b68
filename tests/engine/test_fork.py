"""A process that is forked off after a model was loaded, as web servers and multiprocessing do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TEXT = "Aspirin caused nausea."
# The parent has run a window, so that the runtime's threads are there to be missed.
SCRIPT = """
import gc, os, signal, sys
from space.engine import load

tagger = load(MODEL, threads=2)
expected = tagger([TEXT])

def nothing(tagger): pass
def uses_it(tagger): assert tagger([TEXT]) == expected
def drops_it(tagger):
    globals().pop("tagger")
    del tagger
    gc.collect()
def loads_it_again(tagger):
    drops_it(tagger)
    assert load(MODEL)([TEXT]) == expected
def uses_it_and_forks(tagger):
    uses_it(tagger)
    in_child(uses_it)

def in_child(work):
    child = os.fork()
    if child == 0:
        signal.alarm(60)  # ends a child that hangs
        work(tagger)
        sys.exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code == 0, f"{work.__name__}: {'hangs' if code == -signal.SIGALRM else code}"

for work in (nothing, uses_it, drops_it, loads_it_again, uses_it_and_forks):
    in_child(work)
    assert tagger([TEXT]) == expected
print("done")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_forked_child_may_use_drop_and_reload_a_tagger_and_ends(model):
    script = f"MODEL, TEXT = {str(model)!r}, {TEXT!r}\n{SCRIPT}"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=Path(__file__).parents[2]
    )
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr
