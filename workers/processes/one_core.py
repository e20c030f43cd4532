"""How many cores the arithmetic of a process may take."""

from __future__ import annotations

import os


def keep_to_one_core() -> None:
    """Let BLAS begin no threads, unless whoever starts us says so: before numpy is loaded, which reads it.

    The matrices of models are small: threads would take CPU while they wait for each other. A worker is one
    core, and so is a command.
    """
    for library in ("OMP", "OPENBLAS"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
