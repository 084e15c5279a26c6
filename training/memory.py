"""Keeps freed memory in the process: on a processor this halves the time of a training step.

glibc returns large blocks to the system at every free, so that each activation of some ten megabytes is paged in anew
(362 000 page faults for the last decoder level forward and backward, none with this).
"""

import ctypes
import sys

M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_MAX = -1, -2, -4  # malloc.h


def keep_freed_memory():
    """Tells glibc to serve large blocks from the heap and never to shrink it; does nothing on other systems."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):
        libc.mallopt(M_MMAP_MAX, 0)
        libc.mallopt(M_TRIM_THRESHOLD, -1)  # as an unsigned number: never
        libc.mallopt(M_TOP_PAD, 256 << 20)
