"""Argilla's web application with our search engine: `uvicorn argilla_app:app`.

For: `make demo` and the live tests, which make a hundred accounts of people who are gone an hour later: what
is kept of a password is hashed 16 times, and not 4,096 times, which takes a quarter of a second.
Runs inside Argilla's environment, never in ours. Building the application copies the whole UI to disk, so
Argilla's workers, which need none of it, import `argilla_search` alone.
"""

from functools import partial

import argilla_search  # noqa: F401 (registers the engine)
import bcrypt
from argilla_server._app import app

__all__ = ["app"]

bcrypt.gensalt = partial(bcrypt.gensalt, rounds=4)
