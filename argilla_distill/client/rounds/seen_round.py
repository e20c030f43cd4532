"""Rounds: samples of a model's outputs that were annotated, and what they came to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Refused, Unavailable
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.changing import Change, refusal
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import RoundSuspicion

LOOK_S = 2.0


@dataclass(frozen=True)
class SeenRound:
    """A round as it was when it was asked for. `Dataset.rounds` and `Dataset.round` give it.

    Attributes
    ----------
    plan : its name, model, state, what was taken.
    report : how many outputs pass, what was learned; None before it has ended.
    suspicions : whether its labels are suspect, as far as the version tells that was looked at last.
    suspicions_at_end : the same of the version that the report is told from.
    asked : what was asked to be done about it and is not done; `.error` says why it cannot be.
    """

    plan: Round
    report: RoundReport | None
    suspicions: tuple[RoundSuspicion, ...]
    suspicions_at_end: tuple[RoundSuspicion, ...]
    asked: WorkOrder | None
    _connection: Connection = field(compare=False)
    _rounds: str = field(compare=False)

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

    def cancel(self, wait_s: float = 600.0) -> SeenRound:
        """Have a worker take back the records that nobody has answered. Those with answers stay.

        Parameters
        ----------
        wait_s : how long to wait for it; 0 asks for it and returns.

        Returns
        -------
        The round as it is then. Cancelling it twice does no harm.

        Raises
        ------
        Refused : it has ended, or is ending; nothing is taken back.
        Unavailable : it is not done after so long. It is still asked for.
        """
        return self._done("cancel", "cancelled", wait_s)

    def end(self, wait_s: float = 600.0) -> SeenRound:
        """Have a version made now, and the round counted, whether or not all its records are completed.

        Parameters
        ----------
        wait_s : how long to wait until it is counted; 0 asks for it and returns.

        Returns
        -------
        The round as it is then, with its report. Ending it twice does no harm.

        Raises
        ------
        Refused : it was cancelled, is not all in Argilla yet, or its version cannot be made.
        Unavailable : it is not counted after so long. It is still asked for.
        """
        return self._done("end", "ended", wait_s)

    def _done(self, change: Change, state: str, wait_s: float) -> SeenRound:
        path, waited = f"{self._rounds}/{quote(self.name, safe='')}", 0.0
        now = seen(self._connection, self._rounds, self._connection.send(f"{path}/{change}"))
        while wait_s and now.state != state:
            why = now.asked.error if now.asked else now.plan.error or refusal(now.plan, change)
            if why:  # also where somebody else has had the other thing done meanwhile
                raise Refused(f"Round {self.name} is not {state}: {why}")
            if waited >= wait_s:
                raise Unavailable(
                    f"Round {self.name} is not {state} after {wait_s:g} s: it is {now.state}. It is "
                    "still asked for. `argilla-distill status` says whether a worker is alive"
                )
            self._connection.wait(LOOK_S)
            waited += LOOK_S
            now = seen(self._connection, self._rounds, self._connection.json(path))
        return now


def seen(connection: Connection, rounds: str, data: Mapping[str, Any]) -> SeenRound:
    """A round as the service tells it; `rounds` is where all of its dataset are."""
    report, asked = data["report"], data.get("asked")
    return SeenRound(
        read(Round, data),
        read(RoundReport, report) if report else None,
        tuple(read(RoundSuspicion, each) for each in data["suspicions"]),
        tuple(read(RoundSuspicion, each) for each in data["suspicions_at_end"]),
        read(WorkOrder, asked) if asked else None,
        connection,
        rounds,
    )
