"""Audits of segments: records drawn from each suspect segment and from the rest, decided by reviewers, blind.

They are a sample of their own. The audits of the review queue (`domain.audits`) are of the test split and
speak for the whole dataset; these are of the other splits, and each speaks for the segment that it was drawn
from, in which all had the same probability. So no figure on audits of the queue takes these, and no figure
here takes those. What a reviewer had looked at before cannot be drawn: the figures are of labels that nobody
had decided.

The n records with the least numbers, drawn from their ids, are the sample of a segment: Ohlsson,
Coordination of samples using permanent random numbers, in Business Survey Methods (1995). So a repeat
draws the same, a larger sample holds the smaller one, and of segments that overlap the samples do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist

from argilla_distill.domain.intervals import difference, share
from argilla_distill.domain.wording.figures import (
    count,
    many,
    points,
    points_reach,
    reach,
    whole_percent,
)

REST = "rest"

BY_LABEL = ("round", "model", REST)
"""Of segments of these kinds the distilled labels are judged, of others the answers."""

LEVEL = 0.05
"""So probable it is at most that any segment is called worse than the rest that is not."""

MAX_ADVISED = 1_000
"""More audits of a segment than that are not advised."""


@dataclass(frozen=True)
class DrawnRecord:
    """A record that was drawn: its label in the version, and the segment's answers to it that count."""

    record_id: str
    label: str
    answers: tuple[str, ...]


@dataclass(frozen=True)
class SampledSegment:
    """A segment, and what was drawn from it.

    Attributes
    ----------
    kind : as `tracing.KINDS` has it, or `REST`
    segment : as options take it; "" of the rest
    population : how many records could be drawn
    records : those that were, in the order of the draw
    """

    kind: str
    segment: str
    population: int
    records: tuple[DrawnRecord, ...]


@dataclass(frozen=True)
class SegmentSample:
    """What was drawn for one question of a version: segments, the rest last. `asked_at` is ms."""

    question: str
    version: str
    asked_at: int
    segments: tuple[SampledSegment, ...]

    @property
    def records(self) -> tuple[str, ...]:
        """All records that were drawn, each once."""
        return tuple(dict.fromkeys(r.record_id for each in self.segments for r in each.records))


@dataclass(frozen=True)
class AuditedSegment:
    """What reviewers decided of a segment's sample.

    Attributes
    ----------
    judged : `labels` or `answers`
    population, drawn, audited : records that could be drawn, that were, and that are decided
    pi : the probability with which each was drawn
    wrong : of how many of these the label is wrong; of answers, the sum of the shares that are
    share, low, high : the error rate, and the interval that holds it 9 times in 10 (Wilson)
    more, more_low, more_high : how far that is above the rest's, and the interval of the difference
        (Newcombe), so wide that of all segments together hardly one is called worse by chance; None of the
        rest itself, and where either has no audit
    worse : whether that is proven
    would : about so many audits of each would prove it, if the rates are what they seem to be; None where
        it is proven, or never would be
    """

    kind: str
    segment: str
    judged: str
    population: int
    drawn: int
    pi: float
    audited: int
    wrong: float
    share: float | None = None
    low: float = 0.0
    high: float = 1.0
    more: float | None = None
    more_low: float = -1.0
    more_high: float = 1.0
    worse: bool = False
    would: int | None = None

    @property
    def sentence(self) -> str:
        """What is to be said of it.

        >>> bad = AuditedSegment("round", "round=2", "labels", 150, 40, 0.27, 40, 14, 0.35, 0.24, 0.48)
        >>> print(bad.sentence)
        round=2: 35\u202f% of the labels are wrong (24 to 48\u202f%), on 40 audits.
        """
        name = self.segment or "The rest"
        if self.share is None:
            return f"{name}: {many(self.drawn, 'record')} drawn, none audited yet."
        said = (
            f"{name}: {whole_percent(self.share)} of the {self.judged} are wrong "
            f"({reach(self.low, self.high)}), on {many(self.audited, 'audit')}"
        )
        if self.more is None:
            return f"{said}."
        than = (
            f"{points(self.more)} beside the rest ({points_reach(self.more_low, self.more_high)})"
        )
        if self.worse:
            return f"{said}: worse than the rest, {than}."
        more = f"; about {count(self.would)} audits of each would" if self.would else ""
        return f"{said}: whether that is worse than the rest, {than}, cannot be told{more}."


@dataclass(frozen=True)
class SegmentAudits:
    """The audits of one question's segments: those proven worst first, the rest last.

    Where some segments are judged by labels and others by answers, so is the rest: once each.
    """

    question: str
    version: str
    asked_at: int
    waiting: int
    segments: tuple[AuditedSegment, ...]

    @property
    def sentence(self) -> str:
        """The whole in a sentence."""
        worse = [each.segment for each in self.segments if each.worse]
        left = f" {many(self.waiting, 'record')} wait for a reviewer." if self.waiting else ""
        if worse:
            return f"Audits prove more wrong labels than in the rest: {', '.join(worse)}.{left}"
        if not any(each.audited for each in self.segments):
            return f"Nothing is audited yet.{left}"
        return f"Audits prove of no segment that it is worse than the rest.{left}"


def place(record_id: str, dataset_id: str) -> float:
    """A record's permanent random number, in [0, 1): the least are drawn first.

    >>> 0 <= place("r1", "d") < 1, place("r1", "d") == place("r1", "d")
    (True, True)
    """
    digest = blake2b(f"segment audit\0{dataset_id}\0{record_id}".encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def in_words(value: object) -> str:
    """A label or a rating in words.

    >>> in_words(4), in_words(4.0), in_words("tone")
    ('4', '4', 'tone')
    """
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def audits_of(
    drawn: SegmentSample, decided: Mapping[str, str], looked_at: int = 0
) -> SegmentAudits:
    """What reviewers' decisions say of each segment.

    Parameters
    ----------
    decided : record → the value that a reviewer decided for, in words.
    looked_at : so many more will not be decided: they are gone, or a reviewer discarded them.

    >>> some = tuple(DrawnRecord(f"r{n}", "yes", ()) for n in range(40))
    >>> other = tuple(DrawnRecord(f"o{n}", "yes", ()) for n in range(40))
    >>> sample = SegmentSample("tone", "learned-3", 0, (
    ...     SampledSegment("round", "round=2", 150, some), SampledSegment(REST, "", 600, other)))
    >>> right = {f"o{n}": "no" if n < 4 else "yes" for n in range(40)}
    >>> found = audits_of(sample, right | {f"r{n}": "no" if n < 16 else "yes" for n in range(40)})
    >>> print(found.segments[0].sentence[66:])
    worse than the rest, +30 points beside the rest (+14 to +44).
    >>> audits_of(sample, right).segments[0].worse
    False
    """
    *segments, rest = drawn.segments
    z = NormalDist().inv_cdf(1 - LEVEL / max(len(segments), 1))
    found = [_against(each, rest, decided, z) for each in segments]
    found.sort(key=lambda each: (not each.worse, -(each.more if each.more is not None else -2.0)))
    judged = sorted({each.kind in BY_LABEL for each in segments} or {True}, reverse=True)
    known = [*found, *(_rate(rest, decided, by_label) for by_label in judged)]
    waiting = len(drawn.records) - sum(r in decided for r in drawn.records) - looked_at
    return SegmentAudits(drawn.question, drawn.version, drawn.asked_at, waiting, tuple(known))


def _against(
    each: SampledSegment, rest: SampledSegment, decided: Mapping[str, str], z: float
) -> AuditedSegment:
    by_label = each.kind in BY_LABEL
    own, other = _rate(each, decided, by_label), _rate(rest, decided, by_label)
    if own.share is None or other.share is None:
        return own
    low, high = difference(own.wrong, own.audited, other.wrong, other.audited, z)
    more = own.share - other.share
    return AuditedSegment(
        **{
            **vars(own),
            "more": round(more, 4),
            "more_low": round(low, 4),
            "more_high": round(high, 4),
            "worse": low > 0,
            "would": None if low > 0 else _would(own.share, other.share, own.audited, z),
        }
    )


def _rate(each: SampledSegment, decided: Mapping[str, str], by_label: bool) -> AuditedSegment:
    """Of answers, each record counts by the share that is wrong: as sure as that, at least."""
    wrong = [
        _wrong((r.label,) if by_label else r.answers, decided[r.record_id])
        for r in each.records
        if r.record_id in decided and (by_label or r.answers)
    ]
    n, total = len(wrong), sum(wrong)
    low, high = share(total, n)
    return AuditedSegment(
        each.kind,
        each.segment,
        "labels" if by_label else "answers",
        each.population,
        len(each.records),
        round(len(each.records) / each.population, 4) if each.population else 0.0,
        n,
        round(total, 2),
        round(total / n, 4) if n else None,
        round(low, 4),
        round(high, 4),
    )


def _wrong(said: Sequence[str], right: str) -> float:
    return sum(value != right for value in said) / len(said)


def _would(own: float, other: float, audited: int, z: float) -> int | None:
    """The least number of audits of each, in tens, that would prove a difference like this one."""
    for n in range(max(audited // 10 * 10 + 10, 20), MAX_ADVISED + 1, 10):
        if difference(own * n, n, other * n, n, z)[0] > 0:
            return n
    return None
