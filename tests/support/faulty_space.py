"""`python faulty_space.py`: the Space as it is, but for an engine that fails on texts that say so.

"... FAIL ..."    raises an exception whose message is the text, as a careless library would
"... SLOW ..."    takes `SLOW_S` seconds for each window
"""

import sys
import time
from pathlib import Path

SPACE = Path(__file__).parents[2] / "space"
FAIL, SLOW, SLOW_S = "FAIL", "SLOW", 0.5

if __name__ == "__main__":
    sys.path.insert(0, str(SPACE))
    import app

    from engine import Tagger

    steps = Tagger.steps

    def faulty(self, text):
        if FAIL in text:
            raise RuntimeError(text)
        work = steps(self, text)
        while True:
            if SLOW in text:
                time.sleep(SLOW_S)
            try:
                yield next(work)
            except StopIteration as end:
                return end.value

    Tagger.steps = faulty
    sys.exit(app.main())
