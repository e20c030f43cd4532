"""A round: one turn of the training loop, in which a sample of a model's outputs is annotated.

How the sample is drawn is `workers.evaluation.priority_sampling`; what is done about rounds is
`workers.use_cases.rounds`, where they are kept `plugin.store.rounds`. What the history tells of them is
`domain.history.rounds`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from argilla_distill.domain.wording import many, percent

State = Literal["being written", "under way", "ending", "ended", "cancelled"]

How = Literal["random", "targeted"]

RANDOM_SHARE = 0.3
"""So large a share of what is taken is drawn at random over all outputs."""

MAX_OUTPUTS = 100_000

MAX_TAKEN = 10_000

NAME = re.compile(r"[\w][\w .:-]{0,99}")

NAME_RULE = "a letter, digit or _, then at most 99 of them, blanks, . : or -"
"""What a round may be called, in words."""

BINS = 256
"""Predictions are kept to so many steps, so that those of all outputs are so many counts."""


def binned(probability: float) -> int:
    """The step that a probability is kept as.

    >>> binned(0.0), binned(0.5), binned(1.0)
    (0, 128, 255)
    """
    return round(probability * (BINS - 1))


@dataclass(frozen=True)
class TakenOutput:
    """An output that was taken into a round.

    Attributes
    ----------
    line : of the file, from 1.
    how : whether it was drawn at random, or because it seemed worth an annotator's time.
    pi : the probability with which it was to be taken, in (0, 1].
    alike : for so many near-identical outputs it stands, itself among them.
    prediction : what the model said the answer is; "" where it said nothing.
    predicted : in steps (`binned`), how probable it seemed beforehand that it passes; -1: nobody knew.
    foretold : what a small model of texts, taught by the version before, said the answer is; "" for
        nothing.
    record_id : in Argilla; "" before it is written there.
    """

    line: int
    external_id: str
    how: How
    pi: float
    alike: int = 1
    prediction: str = ""
    predicted: int = -1
    foretold: str = ""
    record_id: str = ""


@dataclass(frozen=True)
class Round:
    """A round as a whole.

    Attributes
    ----------
    model : whose outputs these are.
    trained_on : the version that this model was trained on; "" for unknown.
    question : by which outputs pass; "" where no pass rate is told.
    passes : the answers with which an output passes. Empty: it passes where the answer is what the model
        predicted.
    outputs : lines of the file. `distinct`: near-identical ones counted once.
    take : so many were to be taken. `taken`: so many were, as there were no more.
    source_sha256 : of the file, so that the same call is known again.
    before : the version that was the latest when the round was started; "" for none.
    chosen_by : by what outputs were chosen, in a sentence.
    population : of the outputs' predictions, how many are in each step; empty where there are none.
    written : so many records came to be in Argilla.
    started_at, ended_at : ms since the epoch; 0: not yet.
    version : the version that its end made; "" before.
    removed : records that were taken back when it was cancelled.
    error : what hinders it now; "" for nothing.
    """

    name: str
    model: str
    trained_on: str = ""
    question: str = ""
    passes: tuple[str, ...] = ()
    outputs: int = 0
    distinct: int = 0
    take: int = 0
    taken: int = 0
    source_sha256: str = ""
    before: str = ""
    chosen_by: str = ""
    population: tuple[int, ...] = ()
    state: State = "being written"
    written: int = 0
    started_at: int = 0
    ended_at: int = 0
    version: str = ""
    removed: int = 0
    error: str = ""

    @property
    def open(self) -> bool:
        """Whether something is still to come of it."""
        return self.state in ("being written", "under way", "ending")

    @property
    def there(self) -> int:
        """How many of its records are in Argilla: those that were written and not taken back.

        >>> Round("4", "bot", written=300, removed=298).there
        2
        """
        return max(self.written - self.removed, 0)

    @property
    def plan(self) -> str:
        """What was taken, in a sentence.

        >>> print(Round("4", "bot", outputs=900, distinct=870, taken=300).plan)
        300 of 900 outputs are taken (30\u202f% at random); 30 that nearly repeat another are left out.
        """
        again = self.outputs - self.distinct
        left = f"; {count_of(again)} left out" if again else ""
        share = (
            "all of them" if self.taken == self.distinct else f"{percent(RANDOM_SHARE)} at random"
        )
        return f"{self.taken:,} of {many(self.outputs, 'output')} are taken ({share}){left}."

    @property
    def passing(self) -> str:
        """When an output passes, in a sentence.

        >>> Round("4", "bot", question="helpful", passes=("yes",)).passing
        'An output passes where helpful is yes.'
        """
        if not self.question:
            return "No pass rate is told: neither --pass nor predictions say when an output passes."
        when = " or ".join(self.passes) or "what the model predicted"
        return f"An output passes where {self.question} is {when}."


def count_of(again: int) -> str:
    """How many outputs nearly repeat another, with the verb.

    >>> count_of(1), count_of(2)
    ('1 that nearly repeats another is', '2 that nearly repeat another are')
    """
    verb, be = ("repeats", "is") if again == 1 else ("repeat", "are")
    return f"{again:,} that nearly {verb} another {be}"
