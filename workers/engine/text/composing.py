"""Whether a question's answers had better be composed or chosen: by which predicts answers held back.

A transcript is right or wrong word by word, and the words of many make a better one than anybody gave. What
people put each in their own way cannot be taken apart like that. Which it is the answers tell themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from argilla_distill.workers.engine.measures.edit_distance import distances, words
from argilla_distill.workers.engine.text.answers import MAX_APART, RecordAnswers, answers_of
from argilla_distill.workers.engine.text.text_choice import composed

FEWEST_ANSWERS = 4
"""Of which one is held back: two cannot outvote a third."""

FEWEST_RECORDS = 20
"""With fewer records to tell by, an answer is chosen."""

MAX_RECORDS = 200
MAX_CELLS = 1_000_000
"""So many records are looked at, at most, and so many cells of alignment tables are filled for them (half
a second's work)."""


class Missed(NamedTuple):
    """How far from the text that was held back, of one record, in mean lengths."""

    chosen: float
    composed: float


class HeldBackComparison(NamedTuple):
    """How both predict answers that were held back, over some records.

    Attributes
    ----------
    records : int
    chosen, composed : float
        Mean distance from what was held back.
    composes : bool
        Whether composing is nearer, by more than two standard errors.
    """

    records: int = 0
    chosen: float = 0.0
    composed: float = 0.0
    composes: bool = False

    @property
    def summary(self) -> str:
        """In a sentence; empty where there was too little to tell by.

        >>> HeldBackComparison(50, 0.45, 0.4, True).summary
        'answers are composed word by word: 0.400 from held-back answers, the nearest answer 0.450'
        """
        if not self.records:
            return ""
        if self.composes:
            return (
                f"answers are composed word by word: {self.composed:.3f} from held-back answers, the "
                f"nearest answer {self.chosen:.3f}"
            )
        return (
            f"the nearest answer is chosen: {self.chosen:.3f} from held-back answers, composed ones "
            f"{self.composed:.3f}, which is not better beyond chance"
        )


class HeldBack:
    """Compares the two on one answer of each record that is held back, and on adjudications.

    Every vote weighs the same here, so that what was found of a record holds until its answers change. Which
    answer is held back, and which records are looked at, hangs on a digest of the answers: neither on
    names nor on order. Stone, Cross-validatory choice and assessment of statistical predictions, JRSS
    B 36 (1974).

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> heard = ["he left urly today", "she left early today", "he left early", "he left early today"]
    >>> votes = [Vote("r", str(who), said) for who, said in enumerate(heard)]
    >>> HeldBack().compare({"r": answers_of(votes, None)})  # one record is too little to tell by
    HeldBackComparison(records=0, chosen=0.0, composed=0.0, composes=False)
    """

    def __init__(self) -> None:
        self._known: dict[bytes, Missed] = {}

    def compare(self, answers: Mapping[str, RecordAnswers]) -> HeldBackComparison:
        """Compare on these records; what is known of unchanged answers is not worked out again."""
        before, self._known = self._known, {}
        left = MAX_CELLS
        for digest, each in _in_order(answers.values())[:MAX_RECORDS]:
            left -= _cells(each)
            if left < 0:
                break
            found = before.get(digest)
            self._known[digest] = _missed(each, digest) if found is None else found
        n = len(self._known)
        if n < FEWEST_RECORDS:
            return HeldBackComparison()
        far = np.array(list(self._known.values()), np.float64)
        gain = far[:, 0] - far[:, 1]
        better = bool(gain.mean() > 2 * gain.std() / np.sqrt(n))
        chosen, made = far.mean(axis=0).tolist()
        return HeldBackComparison(n, chosen, made, better)


def _in_order(answers: Iterable[RecordAnswers]) -> list[tuple[bytes, RecordAnswers]]:
    """Those that can tell, in the order of their digests; of the same answers to several records one."""
    found = {}
    for each in answers:
        if len(each.votes) + (each.truth is not None) >= FEWEST_ANSWERS:
            said = sorted(vote.value for vote in each.votes)
            judged = [] if each.truth is None else [each.candidates[each.truth]]
            found[hashlib.sha256("\0".join([*said, "", *judged]).encode()).digest()] = each
    return sorted(found.items(), key=lambda pair: pair[0])


def _cells(answers: RecordAnswers) -> int:
    """About how many cells of tables it takes to compose them."""
    longest = max(len(words(text)) for text in answers.candidates)
    return len(answers.votes) * (longest + 1) ** 2


def _missed(answers: RecordAnswers, digest: bytes) -> Missed:
    votes = sorted(answers.votes, key=lambda vote: vote.value)
    if answers.truth is not None:
        meant = answers.candidates[answers.truth]
    else:
        meant = votes.pop(int.from_bytes(digest[:8], "big") % len(votes)).value
    rest = answers_of(votes, None)
    on = np.bincount(rest.said, minlength=len(rest.candidates))
    nearest = rest.candidates[int(np.argmin(np.round(rest.apart @ on, 9)))]
    made = composed(rest, np.ones(len(votes)))
    texts = [words(meant), words(nearest), words(nearest if made is None else made)]
    _, chosen, own = distances(texts)[0]
    return Missed(min(chosen, MAX_APART), min(own, MAX_APART))
