"""Speaks to the world: Argilla, Redis, browsers and the environment. Thinking lives in `workers.engine`."""
