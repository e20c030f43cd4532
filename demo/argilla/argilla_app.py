"""Argilla's web application with our search engine: `uvicorn argilla_app:app`.

For: `make demo` and the live tests. Runs inside Argilla's environment, never in ours. Building the
application copies the whole UI to disk, so Argilla's workers, which need none of it, import `argilla_worker`.
"""

import argilla_search  # noqa: F401 (registers the engine)
from argilla_lean import lean
from argilla_server._app import app

__all__ = ["app"]

lean()
