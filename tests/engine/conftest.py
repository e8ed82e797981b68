"""The small model, built once; a test that changes files asks for a copy."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from tiny_model import make_model

from space.engine import Tagger, load

# A busy machine is slow now and then, which says nothing about the code.
settings.register_profile("engine", deadline=None, max_examples=30)
settings.load_profile("engine")


@pytest.fixture(scope="session")
def model(tmp_path_factory) -> Path:
    """INT8, FP32 and FP16 files. Not to be written to."""
    return make_model(tmp_path_factory.mktemp("model") / "tiny", variants=("int8", "fp32", "fp16"))


@pytest.fixture(scope="session")
def tagger(model) -> Tagger:
    """The INT8 file, whose dynamic scales would show any influence of one text on another."""
    return load(model, threads=1)


@pytest.fixture
def copy(model, tmp_path) -> Path:
    """A model folder that the test may break."""
    return Path(shutil.copytree(model, tmp_path / "copy"))
