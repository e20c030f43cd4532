"""What Argilla's workers import first: `rq worker -c argilla_worker`. Not here: the web application.

Runs inside Argilla's environment, never in ours. It registers our search engine, so that jobs find it.
"""

import argilla_search  # noqa: F401 (registers the engine)
from argilla_lean import lean

lean()
