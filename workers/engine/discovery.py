"""Strategies of a team's own: classes in their packages, by import path or entry point.

This loads code that is installed beside ours and that somebody named in the settings; nothing else
in the engine does.
"""

from __future__ import annotations

import inspect
from importlib.metadata import EntryPoint, entry_points

from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.errors import NotAStrategy

GROUP = "argilla_distill.strategies"
"""The group of entry points that we look at."""


def names() -> list[str]:
    """The names that installed packages offer."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def find(name: str) -> type[Strategy] | None:
    """The class with this import path or entry point's name; None if there is none.

    >>> find("argilla_distill.workers.engine.label.majority:Majority").__name__
    'Majority'
    >>> find("best") is None
    True

    Raises
    ------
    NotAStrategy : something is there, and cannot be used.
    """
    if ":" in name:
        point = EntryPoint(name, name, GROUP)
        if not point.pattern.match(name):
            raise NotAStrategy(name, "an import path looks like package.module:Class")
        return _checked(name, point)
    for point in entry_points(group=GROUP, name=name):
        return _checked(name, point)
    return None


def _checked(name: str, point: EntryPoint) -> type[Strategy]:
    try:
        found: object = point.load()
    except Exception as error:  # whatever somebody else's code may raise
        raise NotAStrategy(name, f"{type(error).__name__}: {error}") from error
    if not inspect.isclass(found) or not issubclass(found, Strategy):
        raise NotAStrategy(name, f"{found!r} is no subclass of {Strategy.__module__}.Strategy")
    if inspect.isabstract(found):
        missing = ", ".join(sorted(found.__abstractmethods__))
        raise NotAStrategy(name, f"it does not define {missing}")
    return found
