"""Processors and integer instructions that this machine lets a process use."""

import os
import platform
from pathlib import Path

# Widest first: the digits of an INT8 score, and its speed, depend on which of these the kernels use.
INSTRUCTION_SETS = (
    "amx_int8", "avx512_vnni", "avx_vnni", "avx512f", "avx2", "i8mm", "asimddp", "asimd",
)  # fmt: skip
_X86 = {"x86_64", "amd64", "i386", "i686", "x86"}


def usable_cpus() -> int:
    """Processors that this process may keep busy: its affinity, or less under a cgroup's quota.

    ONNX Runtime counts the machine's cores instead, so in a container that is given two of 64
    processors it starts 64 threads, which then wait for each other.
    """
    affinity = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return int(min(affinity, cgroup_quota()))


def cgroup_quota(root: Path = Path("/sys/fs/cgroup"), membership: Path = Path("/proc/self/cgroup")) -> float:
    """Processors' worth of time that the process's cgroups allow (the tightest one counts, at least 1);
    infinity without a limit. Reads cgroup v2 (`cpu.max`) and v1 (`cpu.cfs_quota_us`)."""
    quota = float("inf")
    if not membership.is_file():
        return quota
    for line in membership.read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        mount = root / controllers if controllers else root
        # In a container the path may be the host's; its own limits are then at the mount itself.
        group = mount / path.lstrip("/")
        for folder in [group, *group.parents]:
            quota = min(quota, _limit(folder))
            if folder == mount:
                break
    return max(1.0, quota)


def _limit(folder: Path) -> float:
    if (folder / "cpu.max").is_file():
        quota, period = (folder / "cpu.max").read_text().split()
    elif (folder / "cpu.cfs_quota_us").is_file():
        quota = (folder / "cpu.cfs_quota_us").read_text().strip()
        period = (folder / "cpu.cfs_period_us").read_text()
    else:
        return float("inf")
    return float("inf") if quota in ("max", "-1") else int(quota) / int(period)


def int8_may_saturate() -> bool:
    """Whether 8-bit products may overflow their 16-bit sums, so that answers would be wrong.

    True on an x86 processor that does not report VNNI (onnxruntime issue 6004), and on x86 systems
    that do not say what their processor has.
    """
    if platform.machine().lower() not in _X86:
        return False
    return not {"avx512_vnni", "avx_vnni"} & cpu_flags()


def instruction_set() -> str:
    """The widest instruction set for integers that this processor has; its kind where that is not known."""
    flags = cpu_flags()
    return next((name for name in INSTRUCTION_SETS if name in flags), platform.machine())


def cpu_flags(cpuinfo: Path = Path("/proc/cpuinfo")) -> set[str]:
    """Instruction set extensions as Linux names them ("avx2", "avx512_vnni"); empty elsewhere."""
    if not cpuinfo.is_file():
        return set()
    for line in cpuinfo.read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("flags", "Features"):
            return set(value.split())
    return set()
