"""What was learned about the annotators, beside what is true of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.scenario import Scenario
from plugin.store import Store
from workers.engine import registry, snapshot


@dataclass(frozen=True)
class Pair:
    """One annotator's reliability on one question: learned from `votes` votes, and the true one."""

    votes: int
    learned: float
    true: float | None


@dataclass(frozen=True)
class Learned:
    """One annotator on all questions; `source` is the kind that argilla-distill took them for."""

    name: str
    source: str
    by_question: Mapping[str, Pair]

    @property
    def mean(self) -> float:
        """Learned reliability, averaged over the questions."""
        return sum(pair.learned for pair in self.by_question.values()) / len(self.by_question)


def learned(store: Store, dataset_id: str, scenario: Scenario) -> list[Learned]:
    """All annotators of whom something was learned, the most reliable first."""
    annotators = {annotator.name: annotator for annotator in scenario.annotators}
    known = store.datasets.annotators(dataset_id)
    pairs: dict[int, dict[str, Pair]] = {}
    for question in scenario.distilled:
        said = scenario.said(question.name)
        data, _ = store.datasets.model(dataset_id, question.name)
        for one in registry.restore(snapshot.unpack(data)).annotators() if data else ():
            number = int(one.annotator)
            annotator = annotators.get(known[number]["name"])
            true = annotator.reliability(question, scenario.items, said) if annotator else None
            pair = Pair(one.n_votes, one.accuracy, true)
            pairs.setdefault(number, {})[question.name] = pair
    found = [Learned(known[n]["name"], known[n]["kind"], by) for n, by in pairs.items()]
    return sorted(found, key=lambda one: (-one.mean, one.name))


def mean_error(annotators: Sequence[Learned], questions: Sequence[str]) -> float | None:
    """How far the learned reliability is from the true one, averaged with each vote alike."""
    pairs = [pair for one in annotators for q, pair in one.by_question.items() if q in questions]
    known = [(pair.votes, abs(pair.learned - pair.true)) for pair in pairs if pair.true is not None]
    votes = sum(n for n, _ in known)
    return sum(n * error for n, error in known) / votes if votes else None
