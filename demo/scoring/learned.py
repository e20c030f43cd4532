"""What was learned about the annotators, next to what is true of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import registry, snapshot
from demo.scenarios.scenario import Scenario


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


def learned(store: Store, dataset_id: str, scenario: Scenario) -> list[Learned]:
    """All annotators of whom something was learned, the most reliable first."""
    annotators = {annotator.name: annotator for annotator in scenario.annotators}
    known = store.datasets.annotators(dataset_id)
    pairs: dict[int, dict[str, Pair]] = {}
    for question in scenario.distilled:
        said = scenario.said(question.name)
        data, _ = store.models.of(dataset_id, question.name)
        for one in registry.restore(snapshot.unpack(data)).annotators() if data else ():
            number = int(one.annotator)
            annotator = annotators.get(known[number].name)
            true = annotator.reliability(question, scenario.items, said) if annotator else None
            pair = Pair(one.n_votes, one.accuracy, true)
            pairs.setdefault(number, {})[question.name] = pair
    return ordered(Learned(known[n].name, known[n].kind, by) for n, by in pairs.items())


def ordered(annotators: Iterable[Learned]) -> list[Learned]:
    """The most reliable first: by how far they are above the others, question by question.

    Not everybody answers every question, and some questions are harder than others.
    """
    found = list(annotators)
    usual = {
        question: mean(
            one.by_question[question].learned for one in found if question in one.by_question
        )
        for question in {question for one in found for question in one.by_question}
    }

    def above(one: Learned) -> float:
        return mean(pair.learned - usual[q] for q, pair in one.by_question.items())

    return sorted(found, key=lambda one: (-above(one), one.name))


def mean_error(annotators: Sequence[Learned], questions: Sequence[str]) -> float | None:
    """How far the learned reliability is from the true one, averaged with each vote alike."""
    pairs = [pair for one in annotators for q, pair in one.by_question.items() if q in questions]
    known = [(pair.votes, abs(pair.learned - pair.true)) for pair in pairs if pair.true is not None]
    votes = sum(n for n, _ in known)
    return sum(n * error for n, error in known) / votes if votes else None
