"""How often Python looks for garbage that refers to itself."""

from __future__ import annotations

import gc

NEW_OBJECTS = 10_000
"""After so many new objects it looks again; by itself after 700."""


def collect_seldom() -> None:
    """Let what grows and stays, such as a model made of a long history, not be walked again and again.

    That was more than a quarter of the CPU that such a model takes. Nearly all of our garbage has no
    cycles, and goes at once without being looked for.
    """
    gc.set_threshold(NEW_OBJECTS)
