"""Rounds: samples of a model's outputs that were annotated, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import RoundSuspicion


@dataclass(frozen=True)
class SeenRound:
    """A round as it was when it was asked for. `Dataset.rounds` and `Dataset.round` give it.

    Attributes
    ----------
    plan : its name, model, state, what was taken.
    report : how many outputs pass, what was learned; None before it has ended.
    suspicions : whether its labels are suspect, as far as the latest traced version tells.
    """

    plan: Round
    report: RoundReport | None
    suspicions: tuple[RoundSuspicion, ...]

    def __repr__(self) -> str:
        return f"<Round {self.name} of {self.plan.model}: {self.state}>"

    @property
    def name(self) -> str:
        """Its name."""
        return self.plan.name

    @property
    def state(self) -> str:
        """Being written, under way, ending, ended or cancelled."""
        return self.plan.state

    @property
    def sentences(self) -> tuple[str, ...]:
        """What it came to, in sentences; none before it has ended."""
        return self.report.sentences if self.report else ()


def seen(told: Mapping[str, Any]) -> SeenRound:
    """A round as the service tells it."""
    report = told["report"]
    suspicions = tuple(read(RoundSuspicion, each) for each in told["suspicions"])
    return SeenRound(read(Round, told), read(RoundReport, report) if report else None, suspicions)
