"""The engine's errors: mistakes of the caller, so trying again never helps.

::

    ValueError
    └── EngineError
        ├── BadValue          a value that the question does not take
        │   └── UnknownLabel  a label that the question does not have
        ├── NotCurrent        reverting a fact that is not there, or was replaced
        ├── UnknownStrategy   a strategy name that nobody registered
        │   └── NotAStrategy  what has that name cannot be loaded, or is no strategy
        ├── UnsuitedStrategy  a strategy that cannot answer this type of question
        ├── UnsuitedTerms     costs, or how votes count, that a strategy or a question cannot keep to
        ├── BadPosterior      a strategy of a team's own returned what is no distribution
        ├── StrategyFailed    a strategy of a team's own raised, ended its process, or took too long
        └── BadSnapshot       bytes that are no snapshot, or of a format of another release
"""

from __future__ import annotations

from collections.abc import Iterable


class EngineError(ValueError):
    """Anything the engine refuses."""


class BadValue(EngineError):
    pass


class UnknownLabel(BadValue):
    def __init__(self, label: object, labels: Iterable[str]) -> None:
        super().__init__(f"unknown label {label!r}; this question has {', '.join(labels)}")


class NotCurrent(EngineError):
    def __init__(self, fact: object, current: object) -> None:
        why = "there is none" if current is None else f"the current value is {current!r}"
        super().__init__(f"cannot revert {fact!r}: {why}")


class UnknownStrategy(EngineError):
    def __init__(self, name: object, known: Iterable[str]) -> None:
        super().__init__(f"unknown strategy {name!r}; known are {', '.join(sorted(known))}")


class NotAStrategy(UnknownStrategy):
    def __init__(self, name: str, why: str) -> None:
        EngineError.__init__(self, f"strategy {name!r} cannot be used: {why}")


class UnsuitedStrategy(EngineError):
    def __init__(self, name: str, kind: str, types: Iterable[str]) -> None:
        able = ", ".join(sorted(types))
        super().__init__(f"strategy {name} cannot answer {kind} questions, only {able}")


class UnsuitedTerms(EngineError):
    pass


class BadPosterior(EngineError):
    def __init__(self, record: str, why: str) -> None:
        super().__init__(f"the posterior of record {record} is no distribution: {why}")


class StrategyFailed(EngineError):
    def __init__(self, strategy: str, why: str) -> None:
        super().__init__(f"strategy {strategy!r} failed: {why}")


class BadSnapshot(EngineError):
    pass
