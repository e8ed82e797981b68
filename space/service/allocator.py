"""Settings of glibc's allocator, so that memory that requests no longer use goes back to the system.

By default it keeps an arena for each of many threads, and learns to keep freed blocks of up to 32 MB: a few
large requests leave the process several hundred megabytes larger than what it holds.
"""

import ctypes
import sys

# From malloc.h: name of the parameter -> its number there, and its value.
PARAMETERS = {
    "M_ARENA_MAX": (-8, 2),
    "M_MMAP_THRESHOLD": (-3, 256 * 1024),  # blocks of this size and more are given back when they are freed
    "M_TRIM_THRESHOLD": (-1, 1024 * 1024),
}


def give_back_memory() -> bool:
    """Tell the C library to keep little freed memory; to be called before threads are started.

    Returns:
        Whether the library took it: glibc does.
    """
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
    return mallopt is not None and all(mallopt(number, value) == 1 for number, value in PARAMETERS.values())
