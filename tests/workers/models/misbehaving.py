"""A team's own strategy that misbehaves on demand, as their package would have it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from argilla_distill.workers.engine.contract.facts import Vote
from argilla_distill.workers.engine.custom import Custom


def _raise() -> None:
    raise LookupError("no such rule")


def _exit() -> None:
    raise SystemExit(3)


def _leave() -> None:
    os._exit(7)


def _crash() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _loop() -> None:
    while True:
        pass


FAULTS: dict[str, tuple[Callable[[], Any], str]] = {
    "raises": (_raise, "LookupError: no such rule (misbehaving.py, line "),
    "exits": (_exit, "SystemExit: 3 (misbehaving.py, line "),
    "leaves": (_leave, "ended its process (exit code 7)"),
    "crashes": (_crash, "its process was killed (SIGKILL"),
    "loops": (_loop, "took longer than 0.5 s and was stopped"),
    "nan": (lambda: {"yes": float("nan")}, "is no distribution: the share of 'yes' is nan"),
    "negative": (lambda: {"yes": -1, "no": 2}, "the share of 'yes' is -1"),
    "infinite": (lambda: {"yes": float("inf")}, "the share of 'yes' is inf"),
    "empty": (dict, "its shares sum to 0"),
    "nothing": (lambda: None, "it is of type NoneType, not a mapping"),
    "words": (lambda: {"yes": "often"}, "the share of 'yes' is 'often'"),
    "foreign": (lambda: {"perhaps": 1.0}, "'perhaps' is none of yes, no"),
}
"""Fault → what `posterior` does, and what is told of it."""


class Misbehaving(Custom):
    """Counts votes, as long as `fault` is empty. Each process has what was set when it was made."""

    name = "misbehaving"
    fault: ClassVar[str] = ""

    def posterior(self, votes: Sequence[Vote]) -> Mapping[str, float]:
        if self.fault:
            found: Mapping[str, float] = FAULTS[self.fault][0]()
            return found
        said = [vote.value for vote in votes]
        return {label: said.count(label) + 0.5 for label in self.question.labels}


NAME = f"{__name__}:{Misbehaving.__name__}"
