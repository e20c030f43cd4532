"""The engine's errors: mistakes of the caller, so trying again never helps.

::

    ValueError
    └── EngineError
        ├── UnknownLabel      a vote for a label that the question does not have
        ├── VoteNotStanding   reverting a vote that is not there
        ├── UnknownStrategy   a strategy name that nobody registered
        └── BadSnapshot       bytes that are no snapshot, or of a format of another release
"""

from __future__ import annotations

from collections.abc import Iterable


class EngineError(ValueError):
    """Anything the engine refuses."""


class UnknownLabel(EngineError):
    def __init__(self, label: object, labels: Iterable[str]) -> None:
        super().__init__(f"unknown label {label!r}; this question has {', '.join(labels)}")


class VoteNotStanding(EngineError):
    def __init__(self, record: str, annotator: str, label: str, standing: str | None) -> None:
        found = "has no vote there" if standing is None else f"stands at {standing!r}"
        super().__init__(
            f"cannot revert {label!r} by {annotator!r} on record {record!r}: the annotator {found}"
        )


class UnknownStrategy(EngineError):
    def __init__(self, name: object, known: Iterable[str]) -> None:
        super().__init__(f"unknown strategy {name!r}; known are {', '.join(sorted(known))}")


class BadSnapshot(EngineError):
    pass
