"""A dataset's questions whose own strategy failed: what was seen, and until when they are left in peace.

Such a question keeps what it last published; the dataset's other questions go on. It is tried again
after a pause that doubles with every failure, at once with another strategy, and on demand.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from argilla_distill.domain.state.failed_strategy import FailedStrategy
from argilla_distill.plugin.store import Store

PAUSE_MS = 60_000
MAX_PAUSE_MS = 3_600_000


@dataclass(frozen=True)
class FailedStrategies:
    """Question → the strategy that failed on it."""

    by_question: Mapping[str, FailedStrategy]
    now: int

    @classmethod
    def of(cls, store: Store, dataset_id: str) -> FailedStrategies:
        """As the store knows them now."""
        failures = store.models.failures(dataset_id)
        return cls(failures, store.now() if failures else 0)

    def pausing(self, question: str, strategy: str) -> str:
        """The error for which this strategy is left in peace for now; empty where it is to be tried."""
        known = self.by_question.get(question)
        if known is None or known.strategy != strategy or self.now >= known.until:
            return ""
        return known.error

    def news(self, failed: Iterable[tuple[str, str, str]], now: int) -> dict[str, FailedStrategy]:
        """What is to be kept of these (question, strategy, error), which failed until now.

        Those that were left in peace for their last failure have not failed again.
        """
        later = replace(self, now=now)
        return {
            question: later.again(question, strategy, error)
            for question, strategy, error in failed
            if not self.pausing(question, strategy)
        }

    def again(self, question: str, strategy: str, error: str) -> FailedStrategy:
        """What is to be kept after one more failure.

        >>> failed = FailedStrategies({}, now=0)
        >>> failed.again("q", "acme", "no")
        FailedStrategy(strategy='acme', error='no', tries=1, until=60000)
        >>> FailedStrategies({"q": failed.again("q", "acme", "no")}, 0).again("q", "acme", "no").until
        120000
        """
        known = self.by_question.get(question)
        tries = 1 + (known.tries if known is not None and known.strategy == strategy else 0)
        pause = min(PAUSE_MS * 2 ** min(tries - 1, 10), MAX_PAUSE_MS)
        return FailedStrategy(strategy, error, tries, self.now + pause)

    def due(self) -> bool:
        """Whether some pause is over."""
        return any(self.now >= known.until for known in self.by_question.values())


def lacking(store: Store, dataset_id: str, questions: Collection[str]) -> list[str]:
    """The records without a stored decision on some of these questions, whose strategies failed.

    Nobody's vote moves them when a strategy is well again: they have to be looked at.
    """
    every = store.datasets.scan_decisions(dataset_id) if questions else ()
    return [record for record, decided in every if not decided.keys() >= set(questions)]


def forgive(store: Store, dataset_id: str) -> None:
    """Let every strategy that failed be tried again at once."""
    failures = store.models.failures(dataset_id)
    store.models.write_failures(
        dataset_id, {question: replace(known, until=0) for question, known in failures.items()}
    )
