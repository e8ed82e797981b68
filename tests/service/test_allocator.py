"""glibc takes what it is told: a block that is freed is given back, whatever was allocated before."""

import platform
import subprocess
import sys

import pytest

PROGRAM = """
import ctypes, threading
from pathlib import Path
from space.service.allocator import give_back_memory

assert give_back_memory()
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
libc.free(libc.malloc(30_000_000))  # from which glibc alone learns to keep such blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

before = resident()
blocks = [libc.malloc(1_000_000) for _ in range(100)]
for block in blocks:
    ctypes.memset(block, 1, 1_000_000)
assert resident() > before + 90_000_000
for block in blocks[:-1]:  # the last one lies above them
    libc.free(block)
assert resident() < before + 20_000_000
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="this C library has no such settings")
def test_freed_blocks_go_back_to_the_system():
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)
