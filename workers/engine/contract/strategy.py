"""The contract that everything that decides keeps.

A strategy is a fold over the current facts about one question: votes, adjudications and the like.
*What is learned can be reverted; asking changes nothing.* One test,
``tests/workers/engine/test_contract.py``, holds all of them to this.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from argilla_distill.workers.engine.contract.blocks import Blocks
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Change, Content, Fact
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Question, QuestionType
from argilla_distill.workers.engine.errors import NotCurrent

if TYPE_CHECKING:
    from typing_extensions import Self  # in typing from Python 3.11 on

State = Mapping[str, Any]
"""A model as data: numpy arrays, and whatever JSON can hold."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """What the model believes of one annotator.

    Attributes
    ----------
    annotator : str
    accuracy : float in [0, 1]
        Expected share of true answers.
    low, high : float in [0, 1]
        The interval that holds the accuracy with probability 0.9.
    n_votes : int
        Number of current votes.
    confusion : ndarray of shape (n_labels, n_labels), rows sum to 1, or None
        ``confusion[true, given]``, in the question's order of labels. None but for label questions.
    traits : mapping of name to number
        What else the model knows of them, such as the ``shift`` of a rater, in points.
    """

    annotator: str
    accuracy: float
    low: float
    high: float
    n_votes: int
    confusion: Floats | None = None
    traits: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Training:
    """What adjudications have made of a strategy.

    Log losses are cross-validated on the adjudicated records, in nats; None with too few of them.

    Attributes
    ----------
    adjudications : int
        Adjudicated records with votes.
    used : bool
        Whether decisions are made by the trained model, because it proved to be better.
    untrained, trained : float or None
        Log loss before and after training.
    accuracy, majority : float in [0, 1] or None
        Share of adjudications that the strategy in use, and majority vote, agree with. Most are of hard
        records, so it tells nothing of the others.
    summary : str
        All this in one sentence.
    """

    adjudications: int
    used: bool
    untrained: float | None
    trained: float | None
    accuracy: float | None
    majority: float | None
    summary: str

    @property
    def word(self) -> str:
        """`summary` under its name in the last release; goes with the next one."""
        return self.summary

    def state(self) -> dict[str, Any]:
        """Return what JSON can hold, by the keys of release 0.1; `of_state` is the inverse.

        >>> Training(3, False, None, None, None, None, "Not trained yet.").state()["word"]
        'Not trained yet.'
        """
        return {"word" if key == "summary" else key: each for key, each in asdict(self).items()}

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Self:
        """Read `state`."""
        return cls(**{"summary" if key == "word" else key: each for key, each in state.items()})


class Strategy(ABC):
    """How the facts about one question become decisions.

    Neither the order of the facts nor the names of the annotators and records matter, beyond the
    rounding of floats. Of several votes of one annotator on one record the last one counts, and so
    does the last adjudication of a record. `fit` comes first, with no facts where there are none
    yet. A strategy ignores the kinds of facts that it has no use for, but for votes and
    adjudications: an adjudicated record is decided by its adjudication.
    """

    name: ClassVar[str]
    types: ClassVar[frozenset[QuestionType]] = frozenset({"label"})
    """The types of questions that it decides."""

    weighs: ClassVar[bool] = False
    """Whether votes count by their `weight` in it."""

    fits_itself: bool = True
    """Whether `moved` makes a fit that is due."""

    @abstractmethod
    def __init__(self, question: Question) -> None:
        """Only stores. Subclasses may take hyperparameters as further keyword arguments."""

    @abstractmethod
    def fit(self, facts: Iterable[Fact]) -> Self:
        """Forget everything and learn these facts, from scratch. Raises BadValue."""

    @abstractmethod
    def refit(self) -> Self:
        """Fit from scratch on the current facts. What `moved` last reported is kept."""

    @abstractmethod
    def learn(self, fact: Fact) -> None:
        """Add one fact; it takes the place of the earlier one of its kind. Raises BadValue."""

    @abstractmethod
    def revert(self, fact: Fact) -> None:
        """Take one fact out again. Raises NotCurrent. An edit is `revert` then `learn`."""

    def learn_all(self, changes: Iterable[Change]) -> int:
        """Take in many changes, each as `learn` (it holds) or `revert` (it holds no longer) would.

        A fact that is to be taken out and is not current is passed over. After `moved` the model is what
        it would be had they come one by one, as far as that may differ from a fit at all; a strategy may
        weigh annotators anew once, after all of them. Raises BadValue.

        Returns
        -------
        How many changes were taken in.
        """
        taken = 0
        for fact, holds in changes:
            if holds:
                self.learn(fact)
            else:
                try:
                    self.revert(fact)
                except NotCurrent:
                    continue
            taken += 1
        return taken

    def knows(self, content: Content) -> bool:
        """Whether learning this text would change nothing. Where that is not known: no.

        A strategy that ignores texts knows all of them.
        """
        return False

    @abstractmethod
    def decide(self, records: Iterable[str], floor: float = 0.0) -> list[Decision]:
        """Decide these records, in this order, known or not. Changes nothing.

        A confidence below `floor` (a probability) abstains and says so.
        """

    @abstractmethod
    def moved(self, tolerance: float) -> list[str]:
        """Return the records whose decision moved since it was last reported here, and note them.

        Moved: some entry of the posterior differs by more than `tolerance` (a probability), or
        another value leads. What the last facts changed about their annotators reaches the
        annotators' other records here. After `fit`, every record with a vote or an adjudication
        has moved.
        """

    @abstractmethod
    def annotators(self) -> list[Reliability]:
        """Return what the model believes of every annotator with a current vote."""

    def prepare(self, over: Callable[[], bool]) -> bool:
        """Do what the next fit would take long for, a part at a time; no decision is another after it.

        Returns
        -------
        False if `over` said to stop before all was done: the next call goes on from there.
        """
        return True

    def keep_apart(self, blocks: Blocks) -> None:  # noqa: B027 - a strategy may keep nothing apart
        """From now on keep in these blocks what only a fit needs. Comes before `fit`, or after
        `from_state`: then the blocks are those of the state."""

    def set_apart(self) -> None:  # noqa: B027 - likewise
        """Put into the blocks what `state` can do without, if that is worth it."""

    def leave_fits(self) -> None:
        """From now on `moved` makes no fit: it takes too long. Whoever has the strategy asks `fit_due`."""
        self.fits_itself = False

    @property
    def fit_due(self) -> bool:
        """Whether `moved` would fit anew now, or would if it were not told to leave that."""
        return False

    def compact(self) -> None:  # noqa: B027 - likewise
        """Take out of the blocks what is of no use any more, if that is worth it: it reads all of them."""

    @property
    def training(self) -> Training | None:
        """What adjudications have made of it; None for strategies that are not trained."""
        return None

    @property
    @abstractmethod
    def staleness(self) -> float:
        """Facts changed since the last full fit, as a fraction of the votes then (of 1 if none)."""

    @property
    @abstractmethod
    def n_votes(self) -> int:
        """Number of current votes."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """Return the whole model as data, but for what is kept apart; `workers.engine.snapshot` makes
        bytes of it.

        The keys ``strategy`` (its name) and ``question`` (the question's fields) are always there.
        """

    @classmethod
    @abstractmethod
    def from_state(cls, state: State) -> Self:
        """Return the strategy that this is the state of."""
