"""`python faulty_space.py`: the Space as it is, but for an engine that fails on texts that say so.

"... FAIL ..."    raises an exception whose message is the text, as a careless library would
"... PANIC ..."   raises what is no Exception, as native code does that panics
"... SLOW ..."    takes `SLOW_S` seconds for each window

SIGUSR1 makes it tell what it still holds (see kept_text.py).
"""

import sys
import time
from pathlib import Path

SPACE = Path(__file__).parents[2] / "space"
FAIL, PANIC, SLOW, SLOW_S = "FAIL", "PANIC", "SLOW", 0.5


class PanicException(BaseException):
    """As Rust libraries raise it."""


if __name__ == "__main__":
    sys.path.insert(0, str(SPACE))
    import app
    import kept_text

    from space.engine import Tagger

    steps = Tagger.steps

    def faulty(self, text, alone):
        if FAIL in text:
            raise RuntimeError(text)
        if PANIC in text:
            raise PanicException(text)
        work = steps(self, text, alone)
        while True:
            if SLOW in text:
                time.sleep(SLOW_S)
            try:
                yield next(work)
            except StopIteration as end:
                return end.value

    Tagger.steps = faulty
    kept_text.answer_signals()
    sys.exit(app.main())
