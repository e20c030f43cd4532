"""What is shown of a dataset's rounds, as plain values: without Flask."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.orders.order import (
    CANCEL_ROUND,
    START_ROUND,
    WorkOrder,
    of_round,
)
from argilla_distill.domain.rounds.progress import Progress, progress
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import SUSPECT, DoubtedRound, RoundSuspicion
from argilla_distill.plugin.store import Store


@dataclass(frozen=True)
class FoundRound:
    """A round, what it came to (None before its end), what is suspect of it, and what is asked of it.

    `suspicions` are of the version that was looked at last, `suspicions_at_end` of the one that its report is
    told from; `doubt` is what is to be said beside its share.
    """

    round: Round
    report: RoundReport | None
    suspicions: tuple[RoundSuspicion, ...]
    suspicions_at_end: tuple[RoundSuspicion, ...] = ()
    doubt: DoubtedRound | None = None
    asked: WorkOrder | None = None

    @property
    def rate(self) -> Figure | None:
        """How many of its model's outputs pass: corrected by audits, else by labels."""
        return (self.report.pass_rate or self.report.by_labels) if self.report else None

    @property
    def rates(self) -> list[tuple[str, Figure]]:
        """All shares that the report tells, by what they are."""
        if self.report is None:
            return []
        rates = {
            "outputs that pass": self.report.pass_rate,
            "outputs that pass, by labels": self.report.by_labels,
            "outputs that pass, by the round's audits alone": self.report.audited,
            "labels that are what the version before would have said": self.report.held_up,
            "labels that a small model of texts had foretold": self.report.foretold,
        }
        return [(name, rate) for name, rate in rates.items() if rate is not None]

    @property
    def suspect(self) -> bool:
        """Whether anything of it is, in the version that was looked at last."""
        return any(each.verdict == SUSPECT for each in self.suspicions)

    @property
    def in_doubt(self) -> tuple[str, ...]:
        """The versions by which what its report tells may be the fault of labels, and not the model's."""
        own = [each.version for each in self.suspicions_at_end if each.verdict == SUSPECT]
        return tuple(dict.fromkeys([*own, *([self.doubt.version] if self.doubt else [])]))

    @property
    def all_suspicions(self) -> tuple[RoundSuspicion, ...]:
        """Of both versions, each once."""
        return tuple(dict.fromkeys((*self.suspicions_at_end, *self.suspicions)))

    def as_json(self) -> dict[str, Any]:
        """As the page's JSON has it."""
        plain = {key: value for key, value in asdict(self.round).items() if key != "population"}
        report = None
        if self.report is not None:
            report = {**asdict(self.report), "sentences": list(self.report.sentences)}
        asked = asdict(self.asked) if self.asked else None
        about = {
            "report": report,
            "suspicions": [asdict(each) for each in self.suspicions],
            "suspicions_at_end": [asdict(each) for each in self.suspicions_at_end],
            "asked": asked,
        }
        return {**plain, "plan": self.round.plan, **about}


@dataclass(frozen=True)
class FoundRounds:
    """All rounds of a dataset, the first started first, and whether models get better.

    `starting` is what was asked for to start others, which are not there yet or cannot be; or not to start
    them.
    """

    rounds: tuple[FoundRound, ...]
    progress: Progress
    starting: tuple[WorkOrder, ...] = ()

    @property
    def rates(self) -> list[tuple[str, Figure]]:
        """Name → share of outputs that pass by labels, which rounds are compared by."""
        return [
            (each.round.name, each.report.by_labels)
            for each in self.rounds
            if each.report is not None and each.report.by_labels is not None
        ]

    @property
    def doubtful(self) -> frozenset[str]:
        """Rounds whose labels are suspect as a whole, those that their shares are told from."""
        return frozenset(each.round.name for each in self.rounds if each.doubt)

    @property
    def suspect(self) -> list[RoundSuspicion]:
        """What is suspect of any of them, in the version that was looked at last."""
        return [s for each in self.rounds for s in each.suspicions if s.verdict == SUSPECT]


def found(store: Store, dataset_id: str) -> FoundRounds:
    """All of it."""
    rounds, reports = store.rounds.all(dataset_id), store.rounds.reports(dataset_id)
    known = store.suspicions.of_rounds(dataset_id)
    doubts = known.doubts(rounds)
    orders = [each for each in store.orders.all(dataset_id) if each.waits or each.error]
    asked, names = {each.id: each for each in orders}, {each.name for each in rounds}
    return FoundRounds(
        tuple(
            FoundRound(
                each,
                reports.get(each.name),
                known.now(each),
                known.then(each),
                doubts.get(each.name),
                asked.get(of_round(each.name)),
            )
            for each in rounds
        ),
        progress(rounds, reports, doubts),
        tuple(
            each
            for each in orders
            if each.about not in names
            and (each.action == START_ROUND or (each.action == CANCEL_ROUND and each.waits))
        ),
    )
