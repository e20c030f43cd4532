"""What Argilla does dearly beside its answers, done more cheaply.

For: `make demo` and the live tests, whose CPU is Argilla's for the larger part. Runs inside Argilla's
environment, never in ours, where `LEAN` is set: benchmarks take Argilla as it is.

- What was imported stays to the end: the collector of garbage need not walk it again and again.
- What is kept of a password is hashed 16 times, and not 4,096 times, which takes a quarter of a second: the
  live tests make a hundred accounts of people who are gone an hour later.
"""

import gc
import os
from functools import partial

import bcrypt


def lean() -> None:
    """Once all is imported."""
    if not os.environ.get("LEAN"):
        return
    bcrypt.gensalt = partial(bcrypt.gensalt, rounds=4)
    gc.collect()
    gc.freeze()
