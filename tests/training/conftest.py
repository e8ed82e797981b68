"""Settings and fixtures for all tests of training."""

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A machine that trains at the same time makes any example slow; that is no failure.
settings.register_profile("training", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("training")


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two random taggers, made once: `bert`, a checkpoint alone, and `exported`, with its FP32 file."""
    import tiny_bert

    from training.onnx.export import export

    folder = tmp_path_factory.mktemp("tiny")
    tiny_bert.save_bert(folder / "bert")
    shutil.copytree(folder / "bert", folder / "exported")
    export(folder / "exported", tiny_bert.TEXTS)
    return folder


@pytest.fixture
def tiny_bert(_made: Path, tmp_path: Path) -> Path:
    """A checkpoint folder of a random two-layer BERT tagger; a copy that the test may change."""
    return shutil.copytree(_made / "bert", tmp_path / "bert")


@pytest.fixture
def exported(_made: Path, tmp_path: Path) -> Path:
    """The same with onnx/model.onnx; a copy that the test may change."""
    return shutil.copytree(_made / "exported", tmp_path / "exported")
