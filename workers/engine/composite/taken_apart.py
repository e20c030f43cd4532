"""The current facts, taken apart into elements, and the label models that learn them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from argilla_distill.workers.engine.composite.decomposition import Decomposition
from argilla_distill.workers.engine.composite.elements import ElementModel
from argilla_distill.workers.engine.composite.record_elements import Element, RecordElements
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.facts import Adjudication, Change, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question, label_question

Place = tuple[int, str, str | None]
"""A model's number, an element as the model knows it, and an annotator; None is the reviewer."""

MakeModel = Callable[[Question], ElementModel]
"""How the model of a label question is made, not fitted yet."""


def element_name(record: str, part: str) -> str:
    """Return the name by which a model knows a record's element."""
    return f"{record}\x1f{part}"


def record_of(name: str) -> str:
    """Return the record of an element that a model knows by this name.

    >>> record_of(element_name("r1", "0-4"))
    'r1'
    """
    return name.split("\x1f")[0]


class TakenApart:
    """Facts about values of several parts, as facts about elements.

    Parameters
    ----------
    decomposition : how values are taken apart
    make : how each label model is made

    Attributes
    ----------
    facts : CurrentFacts, of votes and adjudications
    models : list of ElementModel
    nothing : int
        How many votes and adjudications say "nothing": an empty value.
    """

    facts: CurrentFacts
    models: list[ElementModel]
    nothing: int

    def __init__(self, decomposition: Decomposition, make: MakeModel) -> None:
        self.decomposition = decomposition
        self.make = make

    def start(self, facts: Iterable[Fact]) -> list[list[Fact]]:
        """Take these facts, forget all others, and return what each model is to learn."""
        self.facts = CurrentFacts(
            self.checked(fact) for fact in facts if isinstance(fact, Vote | Adjudication)
        )
        self.nothing = self._count_nothing(self.facts.heard())
        self.models = self._new_models()
        apart: list[list[Fact]] = [[] for _ in self.models]
        for record in self.facts.heard():
            everybody = [*self.votes_on(record), None]
            for (number, _, _), fact in self._apart(record, everybody).items():
                apart[number].append(fact)
        return apart

    def checked(self, fact: Vote | Adjudication) -> Vote | Adjudication:
        """Return the fact with its value as the question takes it. Raises BadValue."""
        return fact._replace(value=self.decomposition.checked(fact.value))

    def change(
        self, fact: Vote | Adjudication, change: Callable[[Fact], None]
    ) -> list[tuple[int, Change]]:
        """Change the current facts so; returns what differs then for which model, for `tell`."""
        record, who = fact.record, fact.annotator if isinstance(fact, Vote) else None
        affected = list(self.decomposition.affected(self.facts, record, who))
        before = self._apart(record, affected)
        self.nothing -= self._count_nothing([record])
        change(fact)
        self.nothing += self._count_nothing([record])
        after = self._apart(record, affected)
        gone = [(p[0], (part, False)) for p, part in before.items() if p not in after]
        new = [(p[0], (part, True)) for p, part in after.items() if before.get(p) != part]
        return [*gone, *new]

    def tell(self, changes: Iterable[tuple[int, Change]]) -> None:
        """Let each model take in what differs for it, in this order, all at once."""
        of_models: list[list[Change]] = [[] for _ in self.models]
        for number, change in changes:
            of_models[number].append(change)
        for model, its in zip(self.models, of_models, strict=True):
            model.learn_all(its)

    def moved(self, tolerance: float) -> set[str]:
        """Return the records of elements that moved, see `Strategy.moved`."""
        return {record_of(name) for model in self.models for name in model.moved(tolerance)}

    def votes_on(self, record: str) -> Mapping[str, Vote]:
        """Return the current votes on the record, by annotator."""
        return self.facts.votes.get(record, {})

    def elements(self, record: str) -> list[Element]:
        return self.decomposition.elements(self.facts, record)

    def on(
        self, records: list[str], in_context: Callable[[RecordElements], Any]
    ) -> list[RecordElements]:
        """Return what is known about the elements of these records.

        `in_context` returns their posteriors in the light of each other; it is asked where there are
        votes and no adjudication.
        """
        elements = [self.elements(record) for record in records]
        asked: list[list[str]] = [[] for _ in self.models]
        for record, its in zip(records, elements, strict=True):
            for number, part in its:
                asked[number].append(element_name(record, part))
        known = [iter(m.posteriors(names)) for m, names in zip(self.models, asked, strict=True)]
        found = []
        for record, its in zip(records, elements, strict=True):
            own = [next(known[number]) for number, _ in its]
            votes, verdict = self.votes_on(record), self.facts.adjudications.get(record)
            on = RecordElements(record, votes, verdict, its, own, own, self.nothing > 0)
            if verdict is None and votes:
                on = replace(on, posterior=in_context(on))
            found.append(on)
        return found

    def state(self) -> dict[str, Any]:
        """Return it as data; `restore` is the inverse."""
        models = {
            f"{number}.{key}": value
            for number, model in enumerate(self.models)
            for key, value in model.state().items()
        }
        return {**models, **self.facts.state()}

    def restore(self, state: Mapping[str, Any]) -> None:
        spans = self.decomposition.question.type == "span"
        self.facts = CurrentFacts.of_state(dict(state), spans)
        self.nothing = self._count_nothing(self.facts.heard())
        self.models = self._new_models()
        for number, model in enumerate(self.models):
            head = f"{number}."
            model.restore(
                {key[len(head) :]: value for key, value in state.items() if key.startswith(head)}
            )

    # -- inside -----------------------------------------------------------------------------

    def _new_models(self) -> list[ElementModel]:
        return [
            self.make(label_question(*labels)) for labels in self.decomposition.labels_of_models()
        ]

    def _count_nothing(self, records: list[str]) -> int:
        verdicts = self.facts.adjudications
        said = [v.value for record in records for v in self.votes_on(record).values()]
        said += [verdicts[record] for record in records if record in verdicts]
        return sum(value == () for value in said)

    def _apart(self, record: str, who: Iterable[str | None]) -> dict[Place, Fact]:
        """What these people (None is the reviewer) say about the record's elements."""
        votes, verdicts = self.votes_on(record), self.facts.adjudications
        elements = self.elements(record)
        facts: dict[Place, Fact] = {}
        for name in who:
            if name is None and record in verdicts:
                for (number, part), label in self.decomposition.labels(elements, verdicts[record]):
                    element = element_name(record, part)
                    facts[number, element, None] = Adjudication(element, label)
            elif name is not None and name in votes:
                vote = votes[name]
                for (number, part), label in self.decomposition.labels(elements, vote.value):
                    element = element_name(record, part)
                    facts[number, element, name] = Vote(element, name, label, vote.confidence)
        return facts
