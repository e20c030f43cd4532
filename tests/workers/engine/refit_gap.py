"""How far a model that followed changes as they came is from a full fit of the facts that stand then.

Each strategy is held to this by its contract test, on a few paths; `benchmarks.engine.seeds` tries thousands.
What is promised:

- labels: probabilities within MEAN of a fit on average, and the same label leads wherever the margin
  exceeds MARGIN;
- values of several parts: probabilities of the parts within MEAN on average;
- ratings and texts: probabilities (without a scale: leaders, as a share of their range, and
  confidences) within MEAN on average, and the same value leads on SAME of the records.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from hypothesis import strategies as st

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question, Value, label_question
from tests.workers.engine import crowds, crowds_of_parts, crowds_of_values
from tests.workers.engine.crowds_of_parts import QUESTIONS
from tests.workers.engine.crowds_of_values import NUMBERS, STARS, TEXT

MEAN = 0.02
MARGIN = 0.1
SAME = 0.97

TOLERANCE = 0.01
"""What `moved` is asked with."""

LABELS = ("a", "b", "c")

BATCHES = (1, 3, 10, 30)
EVERY = st.sampled_from(BATCHES)
"""A job asks what moved after a batch of changes, of one answer or of many."""

Numbers = np.random.Generator


@dataclass(frozen=True, slots=True)
class Path:
    """Votes that are edited or taken back one by one, and reviews given and taken back beside them;
    `moved` is asked after `every` so many changes."""

    seed: int
    n_changes: int
    every: int = 1

    @classmethod
    def drawn(cls, seed: int, most: int) -> Path:
        """The path of this seed, of at most so many changes."""
        rng = np.random.default_rng([seed, 1])
        return cls(seed, int(rng.integers(1, most + 1)), int(rng.choice(BATCHES)))


@dataclass(frozen=True, slots=True)
class Gap:
    """What is between a model and a full fit: on average (a probability), and in a word if it is more
    than is promised."""

    mean: float
    word: str


def walked(
    name: str,
    question: Question,
    votes: Sequence[Vote],
    truth: Mapping[str, Value],
    path: Path,
    other: Callable[[Numbers], Value],
) -> list[tuple[Decision, Decision]]:
    """Each record's decision by a model that went a path from these votes, and by a full fit at its end.

    Parameters
    ----------
    truth : record → what reviewers decide, of those that may be reviewed
    other : draws another value
    """
    rng = np.random.default_rng(path.seed)
    model = registry.create(name, question).fit(votes)
    model.moved(TOLERANCE)
    standing = {(vote.record, vote.annotator): vote for vote in votes}
    told: dict[str, Adjudication] = {}
    for done in range(1, path.n_changes + 1):
        old = standing.pop(list(standing)[rng.integers(len(standing))])
        model.revert(old)
        if rng.random() < 0.8:
            new = old._replace(value=other(rng))
            model.learn(new)
            standing[new.record, new.annotator] = new
        if rng.random() < 0.4:
            if old.record in truth:
                told[old.record] = Adjudication(old.record, truth[old.record])
                model.learn(told[old.record])
        elif told and rng.random() < 0.2:
            model.revert(told.popitem()[1])
        if done % path.every == 0 or done == path.n_changes:
            model.moved(TOLERANCE)
    fit = registry.create(name, question).fit([*standing.values(), *told.values()])
    records = sorted({vote.record for vote in standing.values()})
    return list(zip(model.decide(records), fit.decide(records), strict=True))


def _gap(apart: Iterable[float], trouble: str = "") -> Gap:
    mean = float(np.mean(list(apart)))
    return Gap(mean, trouble or (f"{mean:.4f} apart on average" if mean > MEAN else ""))


def of_labels(name: str, path: Path, n_records: int = 1600) -> Gap:
    """On label questions; by itself with more votes than are always fitted anew."""
    votes, truth = crowds.crowd(path.seed, n_records=n_records)
    question, rest = label_question(*LABELS), (path, lambda rng: str(rng.choice(LABELS)))
    pairs = walked(name, question, votes, truth, *rest)
    led = [b.record for a, b in pairs if a.leader != b.leader and _margin(b) >= MARGIN]
    trouble = f"{len(led)} other leaders, among them of {led[0]}" if led else ""
    return _gap(_of_entries(pairs), trouble)


def of_parts(name: str, case: str, path: Path, n_records: int = 150) -> Gap:
    """On questions of `crowds_of_parts`; 50 have more votes than are always fitted anew."""
    votes, truth = crowds_of_parts.crowd(case, path.seed, n_records=n_records)
    rest = path, crowds_of_parts.MAKERS[case]
    return _gap(_of_entries(walked(name, QUESTIONS[case], votes, truth, *rest)))


def of_values(name: str, question: Question, path: Path, n_records: int = 300) -> Gap:
    """On ratings and texts; reviewers say what the best annotator first said.

    150 records with texts have more votes than are always fitted anew, and 300 with ratings.
    """
    votes = crowds_of_values.crowd(question, path.seed, n_records=n_records)
    truth = {vote.record: vote.value for vote in votes if vote.annotator == "ann0"}
    rest = path, partial(crowds_of_values.other_value, question)
    pairs = walked(name, question, votes, truth, *rest)
    if question == NUMBERS:
        apart = [abs(a.leader - b.leader) / 4 for a, b in pairs]
        return _gap([*apart, *(abs(a.confidence - b.confidence) for a, b in pairs)])
    same = float(np.mean([a.leader == b.leader for a, b in pairs]))
    trouble = f"the same leader on {same:.1%}" if same < SAME else ""
    apart = [  # a composed text may be another
        abs(a.posterior.get(key, 0.0) - b.posterior.get(key, 0.0))
        for a, b in pairs
        for key in a.posterior.keys() | b.posterior.keys()
    ]
    return _gap(apart, trouble)


def _of_entries(pairs: Iterable[tuple[Decision, Decision]]) -> list[float]:
    """How far the entries are apart that are in both posteriors.

    A span made of two annotators' boundaries is there only if it leads.
    """
    return [
        abs(p - two.posterior[key])
        for one, two in pairs
        for key, p in one.posterior.items()
        if key in two.posterior
    ]


def _margin(decision: Decision) -> float:
    ranked = sorted(decision.posterior.values())
    return ranked[-1] - ranked[-2]


@dataclass(frozen=True, slots=True)
class Case:
    """A strategy on a type of question: its gap at the end of a path of at most `most` changes."""

    gap: Callable[[Path], Gap]
    most: int


LARGE = 13_000
"""Records of a crowd with more votes than `learned` takes adjudications in at once."""


def _cases() -> dict[str, Case]:
    found = {}
    for n, types in ((each.name, each.types) for each in registry.CLASSES):
        if "label" in types:
            found[f"{n}, label"] = Case(partial(of_labels, n), 60)
        for case, question in QUESTIONS.items():
            if question.type in types:
                found[f"{n}, {case}"] = Case(partial(of_parts, n, case), 30)
        for case, question in {"stars": STARS, "rating": NUMBERS, "text": TEXT}.items():
            if question.type in types:
                found[f"{n}, {case}"] = Case(partial(of_values, n, question), 40)
    large = partial(of_labels, "learned", n_records=LARGE)
    return found | {"learned, label, 52,000 votes": Case(large, 60)}


CASES = _cases()
"""Everything that is promised, by name."""
