"""Whether labels of a round are suspect: what tracing said of it, as it is told with the round.

A round's share is told from the labels of the version that its end made (`Round.version`). Later versions
may have other labels: a segment was asked again, or reviewers decided. So what was found in the round's own
version is kept with the round, beside what was found in the version that was looked at last, and each names
its version.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.versions.segments import parse
from argilla_distill.domain.versions.tracing import Suspect, Suspicions

ROUND, ANNOTATOR = "round", "annotator and round"
"""The kinds of segments that are told with a round."""

SUSPECT, NOT_SUSPECT, TOO_FEW = "suspect", "not suspect", "too few to tell"


@dataclass(frozen=True)
class RoundSuspicion:
    """Whether labels of a round, or of one annotator in it, are associated with wrong ones.

    `verdict` is "suspect", "not suspect" or "too few to tell"; `version` the one that was looked at.
    """

    question: str
    version: str
    segment: str
    verdict: str
    sentence: str

    @property
    def whole(self) -> bool:
        """Whether it is of the round, and not of one annotator in it."""
        return len(parse(self.segment).conditions) == 1


@dataclass(frozen=True)
class DoubtedRound:
    """A round whose labels are suspect as a whole, those that its share is told from.

    Attributes
    ----------
    version : in which they are suspect: the one that its end made, or a later one where that could not be
        judged.
    cleared_in : the later version in which they are not suspect any more; "" where there is none.
    """

    name: str
    version: str
    cleared_in: str = ""

    @property
    def clause(self) -> str:
        """In words.

        >>> DoubtedRound("3", "learned-3", "learned-4").clause
        'labels of round 3 are suspect in learned-3, and no longer in learned-4'
        """
        cleared = f", and no longer in {self.cleared_in}" if self.cleared_in else ""
        return f"labels of round {self.name} are suspect in {self.version}{cleared}"


def suspicions_of(name: str, looked: Suspicions) -> Iterator[RoundSuspicion]:
    """Of a round as a whole, and of annotators in it where they are suspect.

    Parameters
    ----------
    looked : what tracing said of one question of a version.
    """
    for each in looked.segments:
        if each.kind == ROUND or (each.kind == ANNOTATOR and each.significant):
            conditions = parse(each.segment).conditions
            if any((c.kind, c.value) == (ROUND, name) for c in conditions):
                yield RoundSuspicion(
                    looked.question, looked.version, each.segment, _verdict(each), each.sentence
                )


OwnVersion: TypeAlias = tuple[str, str]
"""A version and a round that ended with it. Where its files were lost before it was counted, a round ends
with another one."""


def own(of: Round) -> OwnVersion:
    """The version that a round's share is told from, and the round."""
    return of.version, of.name


@dataclass(frozen=True)
class KnownSuspicions:
    """All that is known of the rounds of a dataset.

    Attributes
    ----------
    latest : question → what tracing said of the version that was looked at last.
    at_end : what it said of a round in the version that its end made.
    """

    latest: Mapping[str, Suspicions]
    at_end: Mapping[OwnVersion, Sequence[RoundSuspicion]]

    def now(self, of: Round) -> tuple[RoundSuspicion, ...]:
        """In the version that was looked at last, of all questions."""
        return tuple(s for looked in self.latest.values() for s in suspicions_of(of.name, looked))

    def then(self, of: Round) -> tuple[RoundSuspicion, ...]:
        """In the version that its share is told from; empty where nothing could be said."""
        looked = self.latest.get(of.question)
        if own(of) not in self.at_end and looked is not None and looked.version == of.version:
            return tuple(suspicions_of(of.name, looked))
        return tuple(self.at_end.get(own(of), ()))

    def doubt(self, of: Round) -> DoubtedRound | None:
        """What is to be said beside its share; None where nothing is.

        What its own version tells counts. A later version, whose labels may be others, counts where the own
        could not be judged, as the first round of a dataset can not.
        """
        then, now = _of_whole(self.then(of), of), _of_whole(self.now(of), of)
        if then is not None and then.verdict == SUSPECT:
            cleared = now is not None and now.verdict == NOT_SUSPECT
            return DoubtedRound(of.name, then.version, now.version if now and cleared else "")
        if (then is None or then.verdict == TOO_FEW) and now is not None and now.verdict == SUSPECT:
            return DoubtedRound(of.name, now.version)
        return None

    def doubts(self, rounds: Sequence[Round]) -> dict[str, DoubtedRound]:
        """Round → what is to be said beside its share, of those of which something is."""
        found = {each.name: self.doubt(each) for each in rounds}
        return {name: doubt for name, doubt in found.items() if doubt is not None}


def _of_whole(found: Sequence[RoundSuspicion], of: Round) -> RoundSuspicion | None:
    return next((s for s in found if s.question == of.question and s.whole), None)


def _verdict(each: Suspect) -> str:
    if each.p >= 1:
        return TOO_FEW
    return SUSPECT if each.significant else NOT_SUSPECT
