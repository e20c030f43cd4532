"""Why example records are decided as they are, in words that every annotator may read.

What speaks for the decision comes first: the reviewer's reason, words of the record, what those who
answered wrote. Nobody is named, and nothing is said of how often anybody is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from argilla_distill.domain.explanation.explain import (
    TO_ANNOTATORS,
    Review,
    arguments_of,
    explain,
    sides_of,
)
from argilla_distill.domain.explanation.sentences.evidence import evidence
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.workers.reporting.question_columns import QuestionColumns
from argilla_distill.workers.use_cases.world import World


class Reasons:
    """The reasons of some records of a dataset.

    Parameters
    ----------
    texts : record → what it says, as far as that is known.
    """

    def __init__(
        self,
        world: World,
        dataset_id: str,
        name: str,
        ids: Sequence[str],
        texts: Mapping[str, str],
    ) -> None:
        datasets = world.store.datasets
        self.texts = texts
        self.people = datasets.annotators(dataset_id)
        self.explains = world.plan(name).explanation_question
        decisions = datasets.decisions(dataset_id, ids)
        self.decisions = {i: d or {} for i, d in zip(ids, decisions, strict=True)}
        ledger = datasets.ledger(dataset_id, ids)
        self.ledger = {i: e for i, e in zip(ids, ledger, strict=True) if e is not None}

    def of(
        self, question: QuestionColumns, kind: str, telling: Mapping[str, Sequence[str]]
    ) -> Callable[[str], str]:
        """Record → why this question is decided so on it; empty where it is not any more.

        Parameters
        ----------
        kind : the question's type in Argilla.
        telling : label → words that tell it apart, the most telling first.
        """
        values = question.values

        def words(said: Any) -> str:
            return values.words(values.code(said))

        def reason(record: str) -> str:
            decision = self.decisions.get(record, {}).get(question.name)
            entry = self.ledger.get(record)
            if decision is None or entry is None:
                return ""
            sides = sides_of(question.name, decision, entry, words)
            found = explain(
                decision,
                sides,
                str,
                kind=kind,
                words=words,
                sources={n: p.kind for n, p in self.people.items()},
                reviews=_reviews(question.name, entry, words),
                arguments=arguments_of(sides, entry, self.explains),
                evidence=evidence(decision.value, self.texts.get(record, ""), telling),
                telling=TO_ANNOTATORS,
            )
            return found.why

        return reason


def _reviews(question: str, entry: LedgerEntry, words: Callable[[Any], str]) -> list[Review]:
    """What reviewers decided, oldest first."""
    said = [
        (each.at, number, each)
        for number, each in entry.adjudications.items()
        if each.submitted and question in each.values
    ]
    return [
        Review(str(number), words(each.values[question]), each.why or "")
        for _, number, each in sorted(said, key=lambda item: item[:2])
    ]
