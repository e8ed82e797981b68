"""Processors and instructions, as Linux tells of them."""

import math
import os

import pytest

from space.engine import cpu


def write(root, files: dict[str, str]) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


@pytest.mark.parametrize(
    ("membership", "files", "quota"),
    [
        ("0::/a/b\n", {"a/b/cpu.max": "250000 100000\n"}, 2.5),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n", "a/cpu.max": "300000 100000\n"}, 3),
        ("0::/a/b\n", {"a/b/cpu.max": "max 100000\n"}, math.inf),
        ("0::/of/the/host\n", {"cpu.max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 1),
        ("4:memory:/a\n3:cpu,cpuacct:/a\n0::/\n", {"cpu,cpuacct/a/cpu.cfs_quota_us": "400000\n",
                                                  "cpu,cpuacct/a/cpu.cfs_period_us": "100000\n"}, 4),
        ("3:cpu:/\n", {"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, math.inf),
        ("9:name=systemd:/\n", {}, math.inf),
    ],
)  # fmt: skip
def test_the_tightest_quota_of_the_cgroups_counts(tmp_path, membership, files, quota):
    write(tmp_path, {"membership": membership} | {f"root/{name}": content for name, content in files.items()})
    assert cpu.cgroup_quota(tmp_path / "root", tmp_path / "membership") == quota


def test_no_cgroups_no_quota(tmp_path):
    assert cpu.cgroup_quota(tmp_path, tmp_path / "absent") == math.inf


def test_usable_processors_respect_affinity_and_quota(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    for quota, expected in [(math.inf, 4), (2.5, 2), (64.0, 4), (1.0, 1)]:
        monkeypatch.setattr(cpu, "cgroup_quota", lambda quota=quota: quota)
        assert cpu.usable_cpus() == expected


@pytest.mark.parametrize(
    ("machine", "flags", "careful"),
    [
        ("x86_64", "avx2 avx512f avx512_vnni", False),
        ("x86_64", "avx2 avx_vnni", False),
        ("x86_64", "avx2 avx512f", True),
        ("AMD64", "", True),  # Windows does not tell
        ("aarch64", "asimd", False),
        ("arm64", "", False),
    ],
)
def test_int8_is_careful_on_x86_without_vnni(monkeypatch, machine, flags, careful):
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr(cpu, "cpu_flags", lambda: set(flags.split()))
    assert cpu.int8_may_saturate() is careful


def test_flags_as_linux_lists_them(tmp_path):
    write(
        tmp_path,
        {"cpuinfo": "processor\t: 0\nvendor_id\t: X\nflags\t\t: fpu avx2 avx512_vnni\n\nprocessor\t: 1\n"},
    )
    assert cpu.cpu_flags(tmp_path / "cpuinfo") == {"fpu", "avx2", "avx512_vnni"}
    assert cpu.cpu_flags(tmp_path / "absent") == set()
