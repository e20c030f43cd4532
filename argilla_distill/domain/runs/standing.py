"""How often a run is right, as the audits tell that were answered so far, and told earlier."""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.runs.run import ModelRun


@dataclass(frozen=True)
class WeekStanding:
    """The same by the audits that were answered up to the end of a week (ISO 8601, UTC)."""

    week: str
    audits: int
    right: Figure


@dataclass(frozen=True)
class RunStanding:
    """A run, and what audits say of it.

    Attributes
    ----------
    audits : records that it predicts and that are audited.
    right : how often it is right, with the interval that holds it 9 times in 10; None without an audit.
    log_loss : on the same audits, in nats, of the probabilities that it gave; None where it gave none.
    weeks : how that figure went, a week in which audits were answered each.
    """

    run: ModelRun
    audits: int = 0
    right: Figure | None = None
    log_loss: float | None = None
    weeks: tuple[WeekStanding, ...] = ()


@dataclass(frozen=True)
class StandingsTaken:
    """All runs of a dataset with what audits said of them at a moment.

    Attributes
    ----------
    at : ms since the epoch.
    content : digest of the runs and of the audits: the same is not counted twice.
    standings : the first added first.
    """

    at: int
    content: str
    standings: tuple[RunStanding, ...]
