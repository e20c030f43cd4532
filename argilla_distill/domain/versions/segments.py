"""Segments: records that share provenance, as people write them: `round=2,annotator=ann`.

| written | the record … |
| --- | --- |
| `round=2` | is of this round, `model=bot-0.4` of this model |
| `split=train` | is in this split |
| `label=problem:tone` | has this distilled label of this question (of a multi-label question, among others) |
| `annotator=ann` | has an answer by this annotator that counts |
| `source=model` | has one by an annotator of this kind: person, model, template or reviewer |
| `guidelines=3` | has one that was given under this edition of the guidelines |
| `week=2026-W47` | has one that was given in this week (ISO 8601, UTC) |

Conditions with commas between them must all hold. An option that is given twice means either:
`--only round=1 --only round=2` keeps both rounds. A comma or a backslash within a value has a backslash
before it. What a record's provenance is, whoever has the record says; nothing here reads anything.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timezone

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.split import SPLITS

ONE = ("round", "model", "split")
"""What a record has one of."""

ANSWERED = ("annotator", "source", "guidelines", "week")
"""What each answer that counts has one of."""

LABEL = "label"
KINDS = (*ONE, LABEL, *ANSWERED)

MAX_NAMED = 10
"""So many known values are named to somebody who wrote another one."""

SOURCES = ("person", "model", "template", "reviewer")


class InvalidSegment(ValueError):
    """What was written is no segment. The message says what is wrong, and what was probably meant."""


@dataclass(frozen=True)
class Provenance:
    """Where a record comes from, as far as segments ask.

    Attributes
    ----------
    round, model, split : "" for none.
    labels : question → its distilled label in words; several of a multi-label question.
    annotators, sources, guidelines, weeks : of the answers that count.
    """

    round: str = ""
    model: str = ""
    split: str = ""
    labels: Mapping[str, Collection[str]] = field(default_factory=dict)
    annotators: Collection[str] = ()
    sources: Collection[str] = ()
    guidelines: Collection[str] = ()
    weeks: Collection[str] = ()

    def values(self, kind: str, question: str = "") -> Collection[str]:
        """What it has of a kind of condition."""
        match kind:
            case "label":
                return self.labels.get(question, ())
            case "round" | "model" | "split":
                value: str = getattr(self, kind)
                return (value,) if value else ()
            case "annotator":
                return self.annotators
            case "source":
                return self.sources
            case "guidelines":
                return self.guidelines
            case _:
                return self.weeks


@dataclass(frozen=True)
class Condition:
    """One condition: `kind=value`, of labels `label=question:value`."""

    kind: str
    value: str
    question: str = ""

    def __str__(self) -> str:
        text = f"{self.question}:{self.value}" if self.kind == LABEL else self.value
        return f"{self.kind}={text}".replace("\\", "\\\\").replace(",", "\\,")

    def holds(self, record: Provenance) -> bool:
        """Whether the record fulfils it."""
        return self.value in record.values(self.kind, self.question)


@dataclass(frozen=True)
class Segment:
    """Records that fulfil all of these conditions."""

    conditions: tuple[Condition, ...]

    def __str__(self) -> str:
        return ",".join(map(str, self.conditions))

    def holds(self, record: Provenance) -> bool:
        """Whether the record is one of them."""
        return all(condition.holds(record) for condition in self.conditions)


@dataclass(frozen=True)
class Selection:
    """Which records are wanted: those in any segment of `only` (empty: all) and in none of `without`.

    >>> selection = Selection.parse(["round=1", "round=2"], ["annotator=ann"])
    >>> selection.holds(Provenance(round="2", annotators={"ben"}))
    True
    >>> selection.holds(Provenance(round="2", annotators={"ben", "ann"}))
    False
    >>> selection.holds(Provenance(round="3"))
    False
    """

    only: tuple[Segment, ...] = ()
    without: tuple[Segment, ...] = ()

    @classmethod
    def parse(cls, only: Iterable[str] = (), without: Iterable[str] = ()) -> Selection:
        """From what was written. Raises InvalidSegment."""
        return cls(tuple(map(parse, only)), tuple(map(parse, without)))

    @property
    def written(self) -> dict[str, list[str]]:
        """As it is stored and shown: the arguments of `parse`."""
        return {"only": [str(s) for s in self.only], "without": [str(s) for s in self.without]}

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """All its conditions, each once."""
        segments = (*self.only, *self.without)
        return tuple(dict.fromkeys(c for segment in segments for c in segment.conditions))

    @property
    def answers(self) -> bool:
        """Whether it asks for anything that only the answers tell."""
        return any(condition.kind in ANSWERED for condition in self.conditions)

    def __bool__(self) -> bool:
        return bool(self.only or self.without)

    def holds(self, record: Provenance) -> bool:
        """Whether the record is wanted."""
        wanted = not self.only or any(segment.holds(record) for segment in self.only)
        return wanted and not any(segment.holds(record) for segment in self.without)

    def check(self, known: Mapping[str, Collection[str]]) -> None:
        """See to it that every value is known.

        Parameters
        ----------
        known : kind → all values that there are, `label:question` → those of a question. What is not in
            it is not checked; but if any question is, the others are unknown.

        Raises
        ------
        InvalidSegment : names the first unknown value and the nearest known one.
        """
        questions = [key.partition(":")[2] for key in known if key.startswith("label:")]
        for condition in self.conditions:
            if condition.kind == LABEL and questions and condition.question not in questions:
                raise InvalidSegment(
                    f"{condition}: there is no question {condition.question}"
                    f"{_meant(condition.question, questions)}"
                )
            key = f"label:{condition.question}" if condition.kind == LABEL else condition.kind
            if key in known and condition.value not in known[key]:
                raise InvalidSegment(
                    f"{condition}: no record has this {_noun(condition)}"
                    f"{_meant(condition.value, known[key])}"
                )


def parse(text: str) -> Segment:
    r"""One segment, as it is written.

    Raises
    ------
    InvalidSegment : it is none.

    >>> parse("round=2,label=problem:tone").conditions[1]
    Condition(kind='label', value='tone', question='problem')
    >>> str(parse(r"model=bot\, the first,split=train"))
    'model=bot\\, the first,split=train'
    >>> parse("runde=2")
    Traceback (most recent call last):
    argilla_distill.domain.versions.segments.InvalidSegment: runde=2: there is no runde (did you mean round?)
    """
    conditions = tuple(dict.fromkeys(map(_condition, _parts(text))))
    for kind in ONE:
        values = [c.value for c in conditions if c.kind == kind]
        if len(values) > 1:
            each = " and ".join(f"{kind}={value}" for value in values)
            raise InvalidSegment(
                f"{text}: a record has one {kind}, so that none is both {each}; give the option twice "
                "for either"
            )
    return Segment(conditions)


def week_of(moment: int) -> str:
    """The week of a moment (ms since the epoch), by ISO 8601 in UTC.

    >>> week_of(1_795_651_200_000), week_of(0)
    ('2026-W48', '1970-W01')
    """
    year, week, _ = datetime.fromtimestamp(moment / 1000, timezone.utc).isocalendar()
    return f"{year}-W{week:02}"


def _parts(text: str) -> list[str]:
    r"""What is between the commas, without the backslashes.

    >>> _parts(r"a=1,b=2\,3,c=\\"), _parts("a=1,")
    (['a=1', 'b=2,3', 'c=\\'], ['a=1', ''])
    """
    parts, characters = [""], iter(text)
    for character in characters:
        if character == ",":
            parts.append("")
        else:
            parts[-1] += next(characters, character) if character == "\\" else character
    return parts


def _condition(text: str) -> Condition:
    kind, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not kind or not value:
        raise InvalidSegment(
            f"{text!r} is no segment: write it like round=2 or label=problem:tone, several with commas "
            "between them"
        )
    if kind not in KINDS:
        raise InvalidSegment(f"{text}: there is no {kind}{_meant(kind, KINDS)}")
    if kind == "week" and not _is_week(value):
        raise InvalidSegment(f"{text}: a week is written like {week_of(1_795_651_200_000)}")
    for named, values in (("split", SPLITS), ("source", SOURCES)):
        if kind == named and value not in values:
            raise InvalidSegment(f"{text}: there is no {kind} {value}{_meant(value, values)}")
    if kind != LABEL:
        return Condition(kind, value)
    question, sign, label = (part.strip() for part in value.partition(":"))
    if not question or not label:
        raise InvalidSegment(f"{text}: name the question as well, like label=problem:tone")
    return Condition(kind, label, question)


def _is_week(text: str) -> bool:
    found = re.fullmatch(r"(\d{4})-W(\d\d)", text)
    try:
        return found is not None and bool(date.fromisocalendar(int(found[1]), int(found[2]), 1))
    except ValueError:
        return False


def _noun(condition: Condition) -> str:
    if condition.kind == "guidelines":
        return "edition of the guidelines"
    return f"label of {condition.question}" if condition.kind == LABEL else condition.kind


def _meant(name: str, known: Collection[str]) -> str:
    """The nearest name, or all of them where they are few.

    >>> _meant("b", ["one", "two"])
    '; there are one, two'
    """
    hint = did_you_mean(name, known)
    if hint or not known:
        return hint or "; there is none"
    more = f" and {len(known) - MAX_NAMED:,} more" if len(known) > MAX_NAMED else ""
    return f"; there are {', '.join(sorted(known)[:MAX_NAMED])}{more}"
