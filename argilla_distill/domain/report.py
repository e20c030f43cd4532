"""What is known of a whole dataset at one moment, counted beforehand so that pages are quick to make.

`workers.reporting` counts it now and then, `plugin.store.reports` keeps it, the pages show it. Every
value that people chose is in words here (see `workers.models.values.short`), every annotator a number.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from functools import cache, partial
from types import UnionType
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.stand_in import Panel, StandIn

T = TypeVar("T")


@dataclass(frozen=True)
class Bin:
    """Confidences between `low` and `high`: how many, how sure on average."""

    low: float
    high: float
    count: int
    confidence: float | None = None


@dataclass(frozen=True)
class Period:
    """What happened in one week (`name` is its Monday, 2026-11-16) or in one round (its name).

    `since` is in ms since the epoch. `agreement` is Krippendorff's alpha of the votes on the records
    first answered then, `confidence` the mean of their decisions, `conflicts` those still open.
    """

    name: str
    since: int
    answers: int
    records: int
    agreement: float | None
    confidence: float | None
    conflicts: int


@dataclass(frozen=True)
class Pair:
    """Two values that people confuse: how many pairs of votes on one record say one and the other.

    Of multi-label questions they are labels; `other` is "" where it is left out, with none in its place.
    """

    one: str
    other: str
    count: int
    open: int = 0


@dataclass(frozen=True)
class Across:
    """Two near-identical records that were decided differently."""

    record: str
    other: str
    value: str
    other_value: str


@dataclass(frozen=True)
class Example:
    """A complete record that shows a newcomer what a label means, or where it ends.

    Attributes
    ----------
    kind : `telling` (weighed most heavily one way) or `close` (a close call that a reviewer settled)
    text : the record's beginning
    reason : in words, why it is decided so
    """

    record: str
    kind: str
    value: str
    confidence: float
    text: str
    reason: str


@dataclass(frozen=True)
class Costly:
    """A complete record on which one annotator stood against what was decided, and what it cost.

    `cost` is in nats: how far their vote pulled the decision away from what it became.
    """

    record: str
    said: str
    decided: str
    cost: float


@dataclass(frozen=True)
class AnnotatorReport:
    """One annotator on one question.

    Attributes
    ----------
    reliability, low, high : in [0, 1]; the interval holds it with probability 0.9
    known : whether there are answers enough to say anything; else they are shown as unknown
    confusion : rows are what is right, columns what they said, each row sums to 1; empty but for labels
    bias : label → share of their answers minus share that the model expects, in [-1, 1]
    alpha : Krippendorff's alpha of them and those who answered the same records
    kappa : the mean of Cohen's kappa with each other annotator, weighed by records shared
    traits : what else the model knows of them, such as the shift of a rater
    seconds : median time from one answer to the next within a sitting
    drift : by week: share of their votes on complete records that agree with the decision
    stand_in : whether they may replace a person; None of people
    """

    number: int
    votes: int
    reliability: float
    low: float
    high: float
    known: bool
    confusion: tuple[tuple[float, ...], ...] = ()
    bias: Mapping[str, float] | None = None
    alpha: float | None = None
    kappa: float | None = None
    traits: Mapping[str, float] | None = None
    seconds: float | None = None
    drift: tuple[tuple[str, float, int], ...] = ()
    costly: tuple[Costly, ...] = ()
    stand_in: StandIn | None = None


@dataclass(frozen=True)
class QuestionReport:
    """One question of a dataset.

    Attributes
    ----------
    labels : the question's labels in order; empty where values are open
    values : value → how many records are decided so, most first, at most 30
    undecided : records with votes and without a value
    confidence : histogram, ten bins
    agreement : Krippendorff's alpha of all votes, None where nobody answered the same record
    conflicts : open; `settled` were once open, or differ and are sure
    pairs : votes of two annotators on one record by pair of values, most first, at most 100
    audited : how often labels are right, compared with majority vote, as audits tell
    training : in a sentence, what adjudications have made of the strategy
    words : label → words of records that tell it apart, the most telling first
    panel : what all models and templates are worth together; None where that is not to be told
    """

    name: str
    type: str
    strategy: str
    fit: int
    labels: tuple[str, ...]
    votes: int
    decided: int
    undecided: int
    values: Mapping[str, int]
    confidence: tuple[Bin, ...]
    agreement: float | None
    conflicts: int
    settled: int
    kinds: Mapping[str, int]
    pairs: tuple[Pair, ...]
    weeks: tuple[Period, ...]
    rounds: tuple[Period, ...]
    across: tuple[Across, ...]
    across_count: int
    adjudications: int
    training: str
    annotators: tuple[AnnotatorReport, ...]
    examples: tuple[Example, ...]
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    audited: Audited = field(default_factory=Audited)
    panel: Panel | None = None


@dataclass(frozen=True)
class Today:
    """What changed since midnight UTC."""

    answers: int = 0
    decisions: int = 0
    adjudications: int = 0
    fits: int = 0


@dataclass(frozen=True)
class Overview:
    """A dataset in a few figures. `taken_at` is in ms since the epoch, `seconds` what it took."""

    taken_at: int
    seconds: float
    today: Today
    questions: tuple[Mapping[str, Any], ...]


def as_json(report: Any) -> dict[str, Any]:
    """A report as JSON can hold it."""
    return asdict(report)


def read(kind: type[T], data: Mapping[str, Any]) -> T:
    """The inverse of `as_json`, whatever became of tuples on the way.

    >>> read(Today, {"answers": 3}).answers
    3
    >>> read(Bin, as_json(Bin(0.0, 0.1, 4))) == Bin(0.0, 0.1, 4)
    True
    """
    readers = _readers(cast(Hashable, kind))
    return kind(
        **{
            name: reader(value) if value is not None and (reader := readers[name]) else value
            for name, value in data.items()
            if name in readers
        }
    )


Reader = Callable[[Any], Any]


@cache
def _readers(kind: Any) -> dict[str, Reader | None]:
    """What makes each field's value out of JSON; None where it is what it was."""
    hints = get_type_hints(kind)
    return {each.name: _reader(hints[each.name]) for each in fields(kind)}


def _reader(hint: Any) -> Reader | None:
    if get_origin(hint) in (Union, UnionType):
        hint = next(each for each in get_args(hint) if each is not type(None))
    if isinstance(hint, type) and is_dataclass(hint):
        return partial(read, hint)
    if get_origin(hint) is not tuple:
        return None
    inner = get_args(hint)
    part = _reader(inner[0]) if len(inner) == 2 and inner[1] is Ellipsis else None
    return tuple if part is None else lambda values: tuple(map(part, values))
