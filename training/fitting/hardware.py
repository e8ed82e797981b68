"""Choices that a recipe leaves to the machine: threads for idle processors, bfloat16 where it is native."""

from typing import Literal

import psutil
import torch

from space.engine.cpu import cpu_flags, usable_cpus

LOOK = 1.0  # seconds that the load is watched before a training
MOST = torch.get_num_threads()  # PyTorch's own choice: one thread a core, or OMP_NUM_THREADS
NATIVE = {"avx512_bf16", "amx_bf16"}


def use_threads(setting: int | Literal["auto"]) -> str:
    """Let PyTorch compute with so many threads, and say in words what was chosen.

    A thread whose processor is busy with another program keeps all others waiting at the end of every
    product: on two busy processors, two threads trained at a third of the speed of one.
    """
    if setting == "auto":
        idle = min(idle_cpus(), usable_cpus())
        count = max(1, min(MOST, int(idle + 0.25)))  # one that is a quarter busy counts as busy
        why = f"{idle:.1f} of {usable_cpus()} processors idle"
    else:
        count, why = setting, "as the recipe says"
    torch.set_num_threads(count)
    return f"{count} thread{'s' * (count > 1)} ({why})"


def idle_cpus() -> float:
    """How many of the processors that this process may use were idle for the last LOOK seconds."""
    busy = psutil.cpu_percent(LOOK, percpu=True)
    allowed = psutil.Process().cpu_affinity() if hasattr(psutil.Process, "cpu_affinity") else range(len(busy))
    return sum(1 - busy[cpu] / 100 for cpu in allowed if cpu < len(busy))


def uses_bf16(setting: bool | Literal["auto"]) -> bool:
    """Whether a training computes in bfloat16 here."""
    return native_bf16() if setting == "auto" else setting


def native_bf16() -> bool:
    """Whether the processor that trains multiplies bfloat16 itself. PyTorch emulates it on any other,
    8 to 12 times slower than FP32, and does not say so."""
    if torch.cuda.is_available():
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return bool(NATIVE & cpu_flags())


def arithmetic(setting: bool | Literal["auto"]) -> str:
    """The numbers that a training computes with here, in words."""
    if not uses_bf16(setting):
        return "FP32"
    return "bfloat16 autocast" if native_bf16() else "bfloat16 autocast (emulated here, and slow)"
