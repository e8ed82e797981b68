"""Log of libraries: what they say goes to a file of the run, not between the lines of progress."""

import logging
import os
from pathlib import Path

LIBRARIES = ("transformers", "datasets", "huggingface_hub", "optimum", "accelerate")


def keep(file: Path) -> None:
    """Write warnings and what libraries log to `file`, from now on.

    It is called before a library is imported, since some warn while they are.
    """
    handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    logging.captureWarnings(True)
    # The tokenizers library warns past all logs when a process forks that has tokenised in parallel.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def divert() -> None:
    """Take away the handlers that libraries gave their own loggers when they were imported."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
