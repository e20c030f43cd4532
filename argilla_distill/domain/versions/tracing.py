"""Where a fault may come from: segments of a version that say otherwise than the others, and near records.

How that is worked out is `workers.evaluation.segments` and `workers.evaluation.neighbours`. A segment is
associated with a fault; whether it has one, people tell who look at it.
"""

from __future__ import annotations

from dataclasses import dataclass

from argilla_distill.domain.wording.figures import count, figure, many

KINDS = ("round", "guidelines", "week", "model", "annotator", "source", "annotator and round")
"""What segments are of, in the order in which they are told."""


@dataclass(frozen=True)
class Suspect:
    """One segment, and how far it says otherwise.

    Attributes
    ----------
    kind : one of `KINDS`
    segment : as options take it: `round=2`, `annotator=ann,round=2`
    claims : labels, or answers, of the segment
    sure : those on which a model of other records is sure
    contradicted, expected : how many of these contradict it, and how many were to be expected
    z, p : how far beyond chance; 0 and 1 where too few claims tell
    significant : beyond what chance explains in any of so many segments
    """

    kind: str
    segment: str
    claims: int
    sure: int
    contradicted: int
    expected: float
    z: float
    p: float
    significant: bool

    @property
    def sentence(self) -> str:
        """What is to be said of it.

        >>> print(Suspect("round", "round=2", 150, 60, 24, 8.1, 4.2, 0.00001, True).sentence)
        round=2 is associated with wrong labels: 24 of 60 contradict the other segments, 8.1 were \
expected (z 4.2).
        """
        said = "is associated with wrong labels" if self.significant else "is not suspect"
        if self.p >= 1:
            return f"{self.segment} cannot be judged: {many(self.sure, 'label')} of it can be foretold."
        return (
            f"{self.segment} {said}: {self.contradicted} of {count(self.sure)} contradict the other "
            f"segments, {figure(self.expected, 1)} were expected (z {figure(self.z, 1)})."
        )


@dataclass(frozen=True)
class Suspicions:
    """All segments of one question of a version.

    Attributes
    ----------
    taken_at : ms since the epoch
    records : with a label, of which `looked_at` were looked at
    informative : whether a small model learns from texts at all which label it is; else nothing is said
    gate : the same in a sentence
    segments : by kind, the most suspect first
    """

    question: str
    version: str
    taken_at: int
    records: int
    looked_at: int
    informative: bool
    gate: str
    segments: tuple[Suspect, ...] = ()

    @property
    def significant(self) -> tuple[Suspect, ...]:
        """The segments that are suspect beyond chance, the most suspect first."""
        found = [each for each in self.segments if each.significant]
        return tuple(sorted(found, key=lambda each: -each.z))

    @property
    def sentence(self) -> str:
        """The whole in a sentence.

        >>> print(Suspicions("tone", "learned-3", 0, 300, 300, True, "").sentence)
        No segment is suspect beyond what chance explains.
        """
        if not self.informative:
            return f"{self.gate} So only audits can tell which segment has wrong labels."
        if not self.significant:
            return "No segment is suspect beyond what chance explains."
        named = ", ".join(each.segment for each in self.significant[:5])
        return f"Associated with wrong labels: {named}. Whether they are wrong, people tell who look at them."


@dataclass(frozen=True)
class Near:
    """A training record near to a failure.

    `similarity` is the cosine of their texts, 0 to 1; `conflict` whether its answers ever contradicted
    each other.
    """

    record_id: str
    similarity: float
    text: str
    label: str
    round: str
    annotators: tuple[str, ...]
    guidelines: tuple[str, ...]
    conflict: bool


@dataclass(frozen=True)
class Failure:
    """What went wrong, by the beginning of its text, and the training records nearest to it."""

    text: str
    near: tuple[Near, ...]


@dataclass(frozen=True)
class SegmentShare:
    """How many of the near records are of a segment, beside how many of all training records are."""

    segment: str
    near: int
    near_share: float
    share: float


@dataclass(frozen=True)
class FailuresOrigin:
    """The failures, and where the training records come from that are near to them."""

    failures: tuple[Failure, ...]
    shares: tuple[SegmentShare, ...]


@dataclass(frozen=True)
class AskedAgain:
    """A segment that was put into the review dataset for new votes.

    Attributes
    ----------
    records : of the segment
    asked, no_room : that were asked for now, and for which there was no room among the copies that wait
    waiting : of the segment's records that wait for an answer now, those that were asked before among them
    for_audits : of the test split: audits of the queue ask about those
    votes : new answers that each wants
    """

    segment: str
    version: str
    records: int
    asked: int
    waiting: int
    no_room: int
    for_audits: int
    votes: int

    @property
    def sentence(self) -> str:
        """The whole in a sentence.

        >>> print(AskedAgain("round=2", "learned-3", 150, 100, 100, 32, 18, 1).sentence)
        100 of 150 records of round=2 are asked again, 100 wait for 1 new answer each. 32 did not fit: \
repeat this when some are answered. 18 are of the test split: audits ask about them.
        """
        said = (
            f"{count(self.asked)} of {many(self.records, 'record')} of {self.segment} are asked again, "
            f"{count(self.waiting)} wait for {many(self.votes, 'new answer')} each."
        )
        if self.no_room:
            said += f" {count(self.no_room)} did not fit: repeat this when some are answered."
        if self.for_audits:
            said += f" {count(self.for_audits)} are of the test split: audits ask about them."
        return said
