"""Large pieces of memory go back to the machine as soon as they are free.

glibc would keep them for each thread after the first: eight threads that once read a delivery of 32 MB
each would hold half a gigabyte for good.
"""

from __future__ import annotations

import ctypes

M_MMAP_THRESHOLD = -3
"""glibc's number for: from which size on a piece is mapped by itself, and unmapped when it is freed."""

LARGE_PIECE_BYTES = 1_000_000


def give_back_large_pieces() -> None:
    """For the rest of the process. Elsewhere than on glibc nothing happens."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE_PIECE_BYTES)
