"""Failures that somebody sent through the web process, and the training records that are near to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from argilla_distill.domain.versions.tracing import FailuresOrigin
from argilla_distill.domain.wording.figures import many

MAX_SENT = 1_000
"""More failures are not sent at once: `argilla-distill trace` takes more from a file."""

MAX_NEAR = 100


@dataclass(frozen=True)
class TracedFailures:
    """Failures of a dataset's models, as they were sent.

    Attributes
    ----------
    id : of what is asked: the same failures have the same.
    lines : JSON objects, as `trace` takes them from a file; empty where `round` or `run` names them.
    question, version : "" for the only question, and a name or a tag; the names, once they are traced.
    near : so many near training records of each.
    asked_at : ms since the epoch.
    origin : what was found; None before.
    """

    id: str
    lines: tuple[str, ...]
    question: str
    version: str
    round: str
    run: str
    near: int
    asked_at: int
    origin: FailuresOrigin | None = None

    @property
    def what(self) -> str:
        """Whose failures these are.

        >>> TracedFailures("x", ("{}", "{}"), "", "latest", "", "", 5, 0).what
        '2 failures'
        >>> TracedFailures("x", (), "", "latest", "4", "", 5, 0).what
        'failures of round 4'
        """
        if self.round or self.run:
            return (
                f"failures of round {self.round}" if self.round else f"failures of run {self.run}"
            )
        return many(len(self.lines), "failure")


def id_of(lines: Sequence[str], terms: Mapping[str, object]) -> str:
    """What is asked, as a name.

    >>> id_of(["a"], {"near": 5}) == id_of(["a"], {"near": 5}) != id_of(["b"], {"near": 5})
    True
    """
    text = "\n".join([*lines, *(f"{name}={terms[name]}" for name in sorted(terms))])
    return sha256(text.encode()).hexdigest()[:16]


def fault(lines: Sequence[str], round_: str, run: str, near: int) -> str:
    """Why that cannot be asked, in a sentence; "" where it can.

    >>> fault(["{}"], "", "", 5), fault([], "", "", 5)
    ('', 'No failure was sent: one JSON object a line, or the name of a round or a run.')
    """
    if sum(map(bool, (lines, round_, run))) > 1:
        return "Send failures, or name a round or a run: one of the three."
    if not lines and not round_ and not run:
        return "No failure was sent: one JSON object a line, or the name of a round or a run."
    if len(lines) > MAX_SENT:
        return f"{len(lines):,} failures were sent, {MAX_SENT:,} is the most: send a part of them."
    if not 1 <= near <= MAX_NEAR:
        return f"1 to {MAX_NEAR} near records of each can be asked for, not {near}."
    return ""
