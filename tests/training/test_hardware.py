"""What `auto` chooses: threads by the load of the machine, bfloat16 by its processor."""

import pytest
import torch

from training.fitting import hardware
from training.fitting.hardware import arithmetic, idle_cpus, use_threads, uses_bf16


@pytest.fixture(autouse=True)
def _threads_as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture
def machine(monkeypatch):
    """Let the machine have so many processors, each busy to so many per cent."""

    def machine(*busy: float, usable: int | None = None) -> None:
        monkeypatch.setattr("psutil.cpu_percent", lambda seconds, percpu: list(busy))
        monkeypatch.setattr("psutil.Process.cpu_affinity", lambda self: range(len(busy)), raising=False)
        monkeypatch.setattr(hardware, "usable_cpus", lambda: usable or len(busy))
        monkeypatch.setattr(hardware, "MOST", len(busy))

    return machine


@pytest.mark.parametrize(
    ("busy", "threads"),
    [
        ((0, 0), 2),
        ((15, 8), 2),
        ((100, 0), 1),
        ((50, 50), 1),
        ((100, 100), 1),
        ((3, 2, 0, 1, 0, 0, 2, 5), 8),
        ((100, 100, 100, 0, 0, 0, 0, 0), 5),
    ],
)
def test_as_many_threads_as_processors_are_idle(machine, busy, threads):
    machine(*busy)
    assert f"{threads} thread" in use_threads("auto")
    assert torch.get_num_threads() == threads


def test_no_more_threads_than_a_container_may_use(machine):
    machine(*[0] * 16, usable=2)
    assert use_threads("auto") == "2 threads (2.0 of 2 processors idle)"


def test_no_more_threads_than_pytorch_would_take(machine, monkeypatch):
    machine(0, 0, 0, 0)
    monkeypatch.setattr(hardware, "MOST", 1)  # OMP_NUM_THREADS=1, or two processors a core
    use_threads("auto")
    assert torch.get_num_threads() == 1


def test_a_number_is_taken_whatever_the_load(machine):
    machine(100, 100)
    assert use_threads(2) == "2 threads (as the recipe says)"
    assert torch.get_num_threads() == 2


def test_only_processors_that_the_process_may_use_count(machine, monkeypatch):
    machine(0, 0, 100, 100)
    monkeypatch.setattr("psutil.Process.cpu_affinity", lambda self: [1, 2])
    assert idle_cpus() == 1


def test_the_load_of_this_machine_can_be_read(monkeypatch):
    monkeypatch.setattr(hardware, "LOOK", 0.05)
    assert 0 <= idle_cpus() <= (hardware.psutil.cpu_count() or 1)


@pytest.mark.parametrize(
    ("flags", "native"),
    [
        ({"avx2", "avx512f", "avx512_vnni"}, False),
        ({"avx512f", "avx512_bf16"}, True),
        ({"amx_bf16", "amx_tile"}, True),
        (set(), False),
    ],
)
def test_bf16_is_used_where_the_processor_has_it(monkeypatch, flags, native):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr(hardware, "cpu_flags", lambda: flags)
    assert uses_bf16("auto") is native
    assert uses_bf16(True) is True
    assert uses_bf16(False) is False
    assert arithmetic("auto") == ("bfloat16 autocast" if native else "FP32")
    assert ("emulated" in arithmetic(True)) is not native


@pytest.mark.parametrize("has", [True, False])
def test_bf16_on_a_graphics_card_is_used_where_it_is_no_emulation(monkeypatch, has):
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)
    monkeypatch.setattr(
        "torch.cuda.is_bf16_supported", lambda including_emulation: has and not including_emulation
    )
    assert uses_bf16("auto") is has
