"""What the strategies for label questions differ in: how votes become posteriors.

A `LabelFold` has one such model and keeps the votes for it; here is what the two agree on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

import numpy as np

from argilla_distill.workers.engine.contract.decision import Contribution
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Fact, Source
from argilla_distill.workers.engine.contract.movement import Movement
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.label.votes.tally import Tally

NobodysVote = Adjudication | Content | Source


class Concerned(NamedTuple):
    """Whom a fact that is nobody's vote concerns: rows whose posterior may have moved, and
    annotators whose weights have."""

    rows: tuple[int, ...] = ()
    annotators: tuple[int, ...] = ()


class LabelModel(ABC):
    """How the votes of a tally become posteriors.

    A model reads the tally it was given, and changes it in `fit` only. Rows are records' numbers
    there, slots are votes' (see `Votes`).

    Attributes
    ----------
    tally : Tally
    """

    anchor_worth: ClassVar[float] = 1.0
    """How often an adjudicated record counts where annotators are judged."""

    tally: Tally

    # -- facts ------------------------------------------------------------------------------

    def coming(self, facts: Iterable[Fact], row: Callable[[str], int]) -> Iterator[Fact]:
        """The facts of a fit as they come, before `begin`; what is taken in already is left out.

        `row` gives a record its row, the one that the tally will have.
        """
        return iter(facts)

    def begin(self, tally: Tally, facts: list[Fact]) -> None:
        """Forget everything; from now on judge by this tally, and take those of these facts that
        are neither votes nor adjudications."""
        self.tally = tally

    def learn(self, fact: NobodysVote) -> Concerned | None:
        """Take in a fact that is nobody's vote; None: it says nothing new. Adjudications are the
        fold's to anchor."""
        return None

    def read(self, contents: Sequence[Content]) -> Concerned | None:
        """Take in many texts at once; of several of one record the last one counts."""
        return None

    def revert(self, fact: NobodysVote) -> Concerned | None:
        """Take it out again. Raises NotCurrent, and then changes nothing."""
        return None

    def knows(self, content: Content) -> bool:
        """Whether learning this text would change nothing."""
        return True

    # -- fitting ----------------------------------------------------------------------------

    @abstractmethod
    def fit(self) -> None:
        """Set the tally's `responsibility`, anchored, and `counts`, and the model, from scratch."""

    def make_room(self) -> None:
        """Grow to hold every annotator of the tally."""
        return

    def follow(self, annotators: Ints) -> None:
        """Take in that the counts of these annotators, or what they are, changed."""
        return

    def refit_due(self, movement: Movement[int]) -> bool:
        """Whether so much changed that a fit from scratch is due before moves are reported."""
        return False

    def spread(self, rows: Ints, tolerance: float) -> Ints:
        """Let changed annotators reach their other records, beside these rows that changed.

        Returns the rows whose posterior may have moved for that.
        """
        return np.empty(0, np.intp)

    # -- asking -----------------------------------------------------------------------------

    @abstractmethod
    def posterior(self, rows: Ints) -> Floats:
        """The posterior of these rows under the model as it is now, shape (len(rows), n_labels).

        Adjudications do not decide here, but in the fold.
        """

    def responsibility(self, rows: Ints) -> Floats:
        """What the tally's `responsibility` of these rows is under the model as it is now."""
        return self.posterior(rows)

    def published(self, rows: Ints) -> Floats:
        """The posterior of these rows, as cheaply as it can be had once all has settled."""
        return self.tally.responsibility[rows]

    @abstractmethod
    def unseen(self) -> Floats:
        """The posterior of a record without votes, shape (n_labels,)."""

    @abstractmethod
    def reasons(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        """Why the leaders of n records lead: the prior log-odds of leader : other, and each vote's.

        They and `others_say` add up to the whole.

        Parameters
        ----------
        where, slots : ndarray of shape (n_votes,)
            The votes, and which of the n records each is on.
        leader, other : ndarray of shape (n,), codes of labels

        Returns
        -------
        prior : ndarray of shape (n,), nats
        odds : ndarray of shape (n_votes,), nats
        """

    def independent_votes(self, n: int, where: Ints, slots: AnyInts) -> Floats | None:
        """What the votes on each of n records count as, in votes that err independently of each other.

        None: that is not reckoned with. `where` and `slots` as in `reasons`.
        """
        return None

    def others_say(self, rows: Ints, leader: Ints, other: Ints) -> list[list[Contribution]]:
        """The voices on each of these records that are nobody's vote, but for a reviewer's."""
        return [[] for _ in rows]

    def accuracy(self) -> tuple[Floats, Floats]:
        """Each annotator's expected accuracy, and its worth in votes (Beta mean and strength)."""
        return self.tally.accuracy()

    def confusions(self) -> Floats:
        """confusion[annotator, true, given], rows sum to 1."""
        return self.tally.confusions()

    @property
    def training(self) -> Training | None:
        """What adjudications have made of it; None where they teach nothing."""
        return None

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What an archive of arrays can hold, beside the tally; `restore` is the inverse."""
        return {}

    def restore(self, tally: Tally, state: Mapping[str, Any]) -> None:
        """Take a state back, of a model that judges by this tally."""
        self.tally = tally
