"""Values of several parts, decided as many label questions that are put together again.

What the parts are is each type's own: `multi_label`, `ranking`, `span`. How one element is decided
is a label model's business (`elements`); here is the fold round them.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import betaincinv

from argilla_distill.workers.engine.composite.elements import ElementModel
from argilla_distill.workers.engine.composite.parts import Element, Reading, Whole
from argilla_distill.workers.engine.contract.current_facts import CurrentFacts
from argilla_distill.workers.engine.contract.decision import Decision, why_abstain
from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, Value, question_of
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Strategy

if TYPE_CHECKING:
    from typing_extensions import Self

REFIT_SHARE = 0.01
REFIT_BELOW = 200
"""`moved` refits when more than this share of the votes changed, or there are fewer in all."""

Where = tuple[int, str, str | None]
"""A model's number, an element as the model knows it, and an annotator; None is the reviewer."""


class Composite(Strategy):
    """A fold over values of several parts.

    A value is taken apart into *elements*, each a label on a record of its own in a label model:
    whether a label holds, which of two items comes first, what a stretch of text is. The models
    learn there how reliable everybody is. What an element's own votes say is then joined with its
    *context*: what the record's other elements say about it. Last, the elements are put together
    into the most probable value.

    Attributes
    ----------
    standing_ : CurrentFacts, of votes and adjudications
    models_ : list of ElementModel
    reported_ : dict of record to (leader, posterior), as `moved` last reported them
    """

    standing_: CurrentFacts
    models_: list[ElementModel]
    reported_: dict[str, tuple[Value, Mapping[str, float]]]
    _touched: set[str]  # records that may have moved

    def __init__(self, question: Question) -> None:
        self.question = question

    @abstractmethod
    def _models(self) -> list[ElementModel]:
        """Make the label models, not fitted yet."""

    @abstractmethod
    def _checked(self, value: Value) -> Value:
        """The value as the question takes it. Raises BadValue."""

    @abstractmethod
    def _elements(self, record: str) -> list[Element]:
        """What the record consists of, given what stands on it."""

    @abstractmethod
    def _labels(self, elements: list[Element], value: Value) -> Iterable[tuple[Element, str]]:
        """What the value says about each of the elements of its record that it speaks of."""

    @abstractmethod
    def _whole(self, reading: Reading) -> Whole:
        """Put the elements of a record together. There is a vote or an adjudication on it."""

    def _prepare(self) -> None:
        """Tell the `models_` what they have to know before they are fitted."""

    def _learn_context(self) -> None:
        """Learn how elements depend on each other, from all records and their `models_`."""

    def _in_context(self, reading: Reading) -> list[Floats]:
        """The posterior of the record's elements in the light of each other."""
        return reading.own

    def _context(self, reading: Reading, whole: Whole) -> dict[str, float]:
        """What each annotator's vote on other elements adds to the weakest one, in nats."""
        return {}

    def _cut_by(self, record: str, who: str | None) -> Iterable[str | None]:
        """Whose votes are taken apart otherwise when `who` changes theirs."""
        return [who]

    # -- the contract -----------------------------------------------------------------------

    def fit(self, facts: Iterable[Fact]) -> Self:
        self.reported_ = {}
        self.standing_ = CurrentFacts(
            fact._replace(value=self._checked(fact.value))
            for fact in facts
            if isinstance(fact, Vote | Adjudication)
        )
        self.models_ = self._models()
        apart: list[list[Fact]] = [[] for _ in self.models_]
        for record in self.standing_.heard():
            everybody = [*self.votes_on(record), None]
            for (number, _, _), fact in self._apart(record, everybody).items():
                apart[number].append(fact)
        self._prepare()
        for model, its in zip(self.models_, apart, strict=True):
            model.fit(its)
        return self._fitted()

    def refit(self) -> Self:
        self._prepare()
        for model in self.models_:
            model.refit()
        return self._fitted()

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, Vote | Adjudication):
            checked = fact._replace(value=self._checked(fact.value))
            self._change(checked, self.standing_.learn)

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, Vote | Adjudication):
            checked = fact._replace(value=self._checked(fact.value))
            self.standing_.require(checked)
            self._change(checked, self.standing_.revert)

    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        accuracy = {one.annotator: one.accuracy for one in self.annotators()}
        return [self._decision(each, accuracy, floor) for each in self._readings(list(records))]

    def moved(self, tolerance: float) -> list[str]:
        few = self.n_votes < REFIT_BELOW and self._changed_votes > 0
        if few or self._changed_votes > REFIT_SHARE * self._fitted_votes:
            self.refit()
        for model in self.models_:
            self._touched.update(name.split("\x1f")[0] for name in model.moved(tolerance))
        readings, moved = self._readings(sorted(self._touched)), []
        self._touched = set()
        for reading in readings:
            record = reading.record
            if not reading.heard:
                if self.reported_.pop(record, None) is not None:
                    moved.append(record)
                continue
            whole, before = self._whole(reading), self.reported_.get(record)
            if not (before and before[0] == whole.leader and whole.near(before[1], tolerance)):
                self.reported_[record] = (whole.leader, whole.posterior)
                moved.append(record)
        return moved

    def annotators(self) -> list[Reliability]:
        shares: dict[str, list[tuple[float, int]]] = {}
        for model in self.models_:
            for one in model.annotators():
                shares.setdefault(one.annotator, []).append((one.accuracy, one.n_votes))
        found = []
        for name, n in ((name, len(on)) for name, on in self.standing_.records.items()):
            parts = np.array(shares.get(name, [(0.5, 1)]), np.float64)
            accuracy = float(np.average(parts[:, 0], weights=parts[:, 1]))
            a, b = accuracy * (n + ANNOTATOR_VOTES), (1 - accuracy) * (n + ANNOTATOR_VOTES)
            low, high = float(betaincinv(a, b, 0.05)), float(betaincinv(a, b, 0.95))
            found.append(Reliability(name, accuracy, low, high, n))
        return found

    @property
    def staleness(self) -> float:
        return self._changed_votes / max(self._fitted_votes, 1)

    @property
    def n_votes(self) -> int:
        return len(self.standing_)

    def state(self) -> dict[str, Any]:
        models = {
            f"{number}.{key}": value
            for number, model in enumerate(self.models_)
            for key, value in model.state().items()
        }
        return {
            **models,
            **self.standing_.state(),
            "strategy": self.name,
            "question": asdict(self.question),
            "reported": self.reported_,
            "touched": sorted(self._touched),
            "fitted_votes": self._fitted_votes,
            "changed_votes": self._changed_votes,
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        values: dict[str, Any] = dict(state)
        self = cls(question_of(values["question"]))
        self.standing_ = CurrentFacts.of_state(values, spans=self.question.type == "span")
        self.reported_ = {
            record: (None if leader is None else self._checked(leader), posterior)
            for record, (leader, posterior) in values["reported"].items()
        }
        self.models_ = [
            type(model).from_state(
                {key[len(head) :]: value for key, value in values.items() if key.startswith(head)}
            )
            for number, model in enumerate(self._models())
            for head in [f"{number}."]
        ]
        self._touched = set(values["touched"])
        self._fitted_votes = int(values["fitted_votes"])
        self._changed_votes = int(values["changed_votes"])
        return self

    def votes_on(self, record: str) -> Mapping[str, Vote]:
        """Standing votes on the record, by annotator."""
        return self.standing_.votes.get(record, {})

    # -- inside -----------------------------------------------------------------------------

    def _fitted(self) -> Self:
        self._learn_context()
        self._fitted_votes, self._changed_votes = self.n_votes, 0
        self._touched = set(self.standing_.heard()) | set(self.reported_)
        return self

    def _apart(self, record: str, who: Iterable[str | None]) -> dict[Where, Fact]:
        """What these people (None is the reviewer) say about the record's elements."""
        votes, verdicts = self.votes_on(record), self.standing_.adjudications
        elements = self._elements(record)
        facts: dict[Where, Fact] = {}
        for name in who:
            if name is None and record in verdicts:
                for (number, part), label in self._labels(elements, verdicts[record]):
                    element = f"{record}\x1f{part}"
                    facts[number, element, None] = Adjudication(element, label)
            elif name is not None and name in votes:
                vote = votes[name]
                for (number, part), label in self._labels(elements, vote.value):
                    element = f"{record}\x1f{part}"
                    facts[number, element, name] = Vote(element, name, label, vote.confidence)
        return facts

    def _change(self, fact: Vote | Adjudication, change: Callable[[Fact], None]) -> None:
        record, who = fact.record, fact.annotator if isinstance(fact, Vote) else None
        concerned = list(self._cut_by(record, who))
        before = self._apart(record, concerned)
        change(fact)
        after = self._apart(record, concerned)
        for where, part in before.items():
            if where not in after:
                self.models_[where[0]].revert(part)
        for where, part in after.items():
            if before.get(where) != part:
                self.models_[where[0]].learn(part)
        self._touched.add(record)
        self._changed_votes += 1

    def _readings(self, records: list[str]) -> list[Reading]:
        elements = [self._elements(record) for record in records]
        asked: list[list[str]] = [[] for _ in self.models_]
        for record, its in zip(records, elements, strict=True):
            for number, part in its:
                asked[number].append(f"{record}\x1f{part}")
        answers = [iter(m.posteriors(names)) for m, names in zip(self.models_, asked, strict=True)]
        readings = []
        for record, its in zip(records, elements, strict=True):
            own = [next(answers[number]) for number, _ in its]
            votes, verdict = self.votes_on(record), self.standing_.adjudications.get(record)
            reading = Reading(record, votes, verdict, its, own, own)
            if verdict is None and votes:
                reading = replace(reading, posterior=self._in_context(reading))
            readings.append(reading)
        return readings

    def _decision(self, reading: Reading, accuracy: Mapping[str, float], floor: float) -> Decision:
        if not reading.heard:
            why = why_abstain(0, [], 0.0, floor)
            return Decision(reading.record, None, None, None, 0.0, {}, 0.0, (), why)
        whole = self._whole(reading)
        return whole.decision(reading, *self._reasons(reading, whole), accuracy, floor)

    def _reasons(self, reading: Reading, whole: Whole) -> tuple[float, dict[str, float]]:
        """What speaks for the leader in the weakest element: all that is no vote, and the votes."""
        if whole.weakest is None:
            return 0.0, {}
        one, other = whole.sides
        number, part = whole.weakest
        voices = self.models_[number].voices(f"{reading.record}\x1f{part}", one, other)
        for name, part_of in self._context(reading, whole).items():
            voices[name] = voices.get(name, 0.0) + part_of
        p = np.maximum(reading.of(whole.weakest), np.finfo(float).tiny)
        total = 0.0 if whole.tied else float(np.log(p[one]) - np.log(p[other]))
        return total - sum(voices.values()), voices
