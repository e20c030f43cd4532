"""From a label model to decisions: a posterior, the voices behind it, and what mistakes cost."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.contract.decision import (
    ADJUDICATED,
    COSTS,
    REVIEW,
    Contribution,
    Decision,
    why_abstain,
)
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.shares import TIE
from argilla_distill.workers.engine.label.costs import Costs, preferred
from argilla_distill.workers.engine.label.label_model import LabelModel
from argilla_distill.workers.engine.label.votes.votes import Votes


def contenders(posterior: Floats) -> tuple[Ints, Ints]:
    """Codes of each row's leader and runner-up; in a tie, the first two of the tied.

    Rows may be posteriors, or any other preference among labels.

    >>> contenders(np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]]))
    (array([1, 0]), array([2, 2]))
    """
    n, k = posterior.shape
    if k < 2:
        return np.zeros(n, np.intp), np.zeros(n, np.intp)
    order = np.argsort(-posterior, axis=1, kind="stable")
    tied = posterior > posterior.max(axis=1, keepdims=True) - TIE
    alone = tied.sum(axis=1) == 1
    codes = np.argsort(~tied, axis=1, kind="stable")  # the tied ones first
    return np.where(alone, order[:, 0], codes[:, 0]), np.where(alone, order[:, 1], codes[:, 1])


def decisions(
    model: LabelModel, records: list[str], floor: float, costs: Costs | None
) -> list[Decision]:
    """What the model, as it is now, makes of each record; one that it never saw has the prior alone."""
    tally, votes = model.tally, model.tally.votes
    found = [votes.find_row(record) for record in records]
    known = np.array([at for at, row in enumerate(found) if row is not None], np.intp)
    rows = np.array([row for row in found if row is not None], np.intp)
    posteriors = np.tile(model.unseen(), (len(records), 1))
    if len(rows):
        posteriors[known] = tally.anchored(rows, model.posterior(rows))
    where, slots = votes.of_records(rows)
    reviewed = np.zeros(len(records), bool)
    reviewed[known] = tally.anchors[rows] >= 0
    first, second = contenders(preferred(costs, posteriors, reviewed))
    prior, odds = model.reasons(len(records), known[where], slots, first, second)
    accuracy = model.accuracy()[0] if len(slots) else np.empty(0)
    voices = voices_of(votes, accuracy, len(records), known[where], slots, odds)
    n_votes = [len(each) for each in voices]
    worth = model.independent_votes(len(records), known[where], slots)
    others = model.others_say(rows, first[known], second[known])
    for at, said in zip(known.tolist(), others, strict=True):
        voices[at] += said
    return [
        decision_of(
            record,
            votes.labels,
            posteriors[at],
            float(prior[at]),
            int(first[at]),
            int(second[at]),
            bool(reviewed[at]),
            voices[at],
            n_votes[at],
            floor,
            costs,
            None if worth is None else float(worth[at]),
        )
        for at, record in enumerate(records)
    ]


def decision_of(
    record: str,
    labels: tuple[str, ...],
    posterior: Floats,
    prior: float,
    first: int,
    second: int,
    adjudicated: bool,
    voices: list[Contribution],
    n_votes: int,
    floor: float,
    costs: Costs | None = None,
    independent_votes: float | None = None,
) -> Decision:
    """The decision, with what a review adds to it.

    Parameters
    ----------
    posterior : ndarray of shape (n_labels,), sums to 1
    prior : float, nats
        The prior log-odds of the first contender against the second.
    first, second : codes of the `contenders`
    adjudicated : whether a reviewer decided the record
    voices : the votes', and others' but for a reviewer's
    floor : a confidence below it (a probability) abstains
    costs : what mistakes cost; None: all the same
    independent_votes : as in `Decision`
    """
    chances = posterior.tolist()
    preference = preferred(costs, posterior[None], np.array([adjudicated]))[0].tolist()
    top = preference[first]
    tied = [label for label, p in zip(labels, preference, strict=True) if p > top - TIE]
    if adjudicated:
        total = float(np.log(posterior[first]) - np.log(posterior[second]))
        rest = total - prior - sum(voice.log_odds for voice in voices)
        voices = [*voices, Contribution(REVIEW, labels[first], ADJUDICATED, rest)]
    heard = n_votes + adjudicated
    led = heard > 0 and len(tied) == 1
    confidence = float(posterior[first]) if led else float(posterior.max())
    if costs is not None and heard and not adjudicated:
        voices = [
            *voices,
            Contribution(COSTS, None, 1.0, costs.log_odds(posterior, first, second)),
        ]
    abstention = why_abstain(heard, tied if len(tied) > 1 else [], confidence, floor)
    return Decision(
        record=record,
        value=labels[first] if led and abstention is None else None,
        leader=labels[first] if led else None,
        runner_up=labels[second] if led and len(labels) > 1 else None,
        confidence=confidence,
        posterior=dict(zip(labels, chances, strict=True)),
        prior_log_odds=prior,
        contributions=tuple(voices),
        abstention=abstention,
        adjudicated=adjudicated,
        independent_votes=independent_votes if n_votes else None,
    )


def voices_of(
    votes: Votes, accuracy: Floats, n: int, where: Ints, slots: AnyInts, odds: Floats
) -> list[list[Contribution]]:
    """The votes on each of n records as contributions, by annotator.

    Parameters
    ----------
    accuracy : ndarray of shape (n_annotators,)
    where, slots, odds : ndarray of shape (n_votes,)
        Which of the records each vote is on, its slot, and its log-odds.
    """
    voices: list[list[Contribution]] = [[] for _ in range(n)]
    _, annotator, label = votes.columns()
    columns = (where, annotator[slots], label[slots], odds)
    for at, j, code, part in zip(*(column.tolist() for column in columns), strict=True):
        name = votes.annotators[j]
        voices[at].append(Contribution(name, votes.labels[code], float(accuracy[j]), part))
    for each in voices:
        each.sort(key=lambda c: c.annotator)
    return voices
