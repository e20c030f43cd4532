"""What changed between two versions: which labels, how many, and by which cause.

A label changed where the two versions differ in the value of a question of a record. A record that a
version does not have has no label there, as one that is left open has none. Every change has one cause, so
that causes add up to all changes: the first of `CAUSES` that applies to it, from what happened to the
record itself to what concerns all of them. What else applied is kept with it (`also`).

How versions are compared is `workers.versions.differences`.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

CAUSES: Mapping[str, str] = {
    "new": "the record is new",
    "gone": "the record is gone",
    "adjudication": "a reviewer decided it, or decided otherwise",
    "vote": "a new or edited answer",
    "withdrawn": "an answer that counts no more",
    "text": "the record's text changed",
    "strategy": "another strategy",
    "settings": "other settings",
    "weighed": "the same answers, weighed anew",
    "release": "another release of argilla-distill",
    "unexplained": "nothing that the versions tell",
}
"""Cause → what it is, in the order in which they are looked for."""

BLOCK = 100
"""Changes that are stored, and shown, together."""

FORMAT = 1
"""Of what is stored; a comparison of another format is made anew."""


def first_cause(applying: Iterable[str]) -> str:
    """The cause that a change is counted under, of all that apply to it.

    >>> first_cause({"strategy", "vote"}), first_cause(())
    ('vote', 'unexplained')
    """
    found = set(applying)
    return next((cause for cause in CAUSES if cause in found), "unexplained")


@dataclass(frozen=True)
class Change:
    """One label that changed.

    Attributes
    ----------
    was, now : the label in words; None where there was none.
    was_confidence, now_confidence : 0 to 1; None where the record is not there.
    also : further causes that apply to it.
    about : how the record's text begins.
    """

    record_id: str
    external_id: str | None
    was: str | None
    now: str | None
    was_confidence: float | None
    now_confidence: float | None
    also: tuple[str, ...] = ()
    about: str = ""

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Change:
        """The inverse of `dataclasses.asdict`, also through JSON."""
        return cls(**{**stored, "also": tuple(stored["also"])})


@dataclass(frozen=True)
class Caused:
    """The changes of one cause.

    Attributes
    ----------
    alone : those to which no other cause applies.
    blocks : where each block of `BLOCK` changes begins in the file that lists them, and the end, in bytes.
    """

    cause: str
    count: int
    alone: int
    blocks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Move:
    """So many records had the one label and have the other, which may be the same. None: no label."""

    was: str | None
    now: str | None
    count: int


@dataclass(frozen=True)
class QuestionDifference:
    """What changed of one question.

    Attributes
    ----------
    was_strategy, now_strategy : which strategy decided.
    settings : settings on which labels depend, and which are not the same.
    records : those in both versions.
    changed : labels that changed, the sum over `caused`.
    moves : of records in both versions, of questions with a few labels: from each label to each.
    """

    name: str
    type: str
    was_strategy: str
    now_strategy: str
    settings: tuple[str, ...]
    records: int
    changed: int
    caused: tuple[Caused, ...]
    moves: tuple[Move, ...]


@dataclass(frozen=True)
class Side:
    """One of the two versions: its name, the moment that it is of, when it was made, and what it has.

    Moments are in ms since the epoch. `only` and `without` are the segments that it was to have, and not to
    have: what the other version has beside them is new or gone.
    """

    name: str
    moment: int
    created_at: int
    records: int
    release: str
    content_sha256: str
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """All that changed from one version to another.

    Attributes
    ----------
    same_content : whether both have the same digest: then nothing differs.
    records_new, records_gone, records_both : records in the second version only, in the first only, in both.
    questions_new, questions_gone : questions that only one of them has. They are not compared.
    """

    dataset_id: str
    dataset: str
    was: Side
    now: Side
    same_content: bool
    records_new: int
    records_gone: int
    records_both: int
    questions_new: tuple[str, ...]
    questions_gone: tuple[str, ...]
    questions: tuple[QuestionDifference, ...]
    format: int = FORMAT

    @property
    def name(self) -> str:
        """How pages and files call it."""
        return pair(self.was.name, self.now.name)

    @property
    def changed(self) -> int:
        """Labels that changed, of all questions."""
        return sum(question.changed for question in self.questions)

    def question(self, name: str) -> QuestionDifference | None:
        """What changed of a question; None if it is not compared."""
        return next((q for q in self.questions if q.name == name), None)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    def shown(self) -> dict[str, Any]:
        """As scripts read it: without where the lists are stored, and with the sum."""
        plain = self.as_json()
        del plain["format"]
        for question in plain["questions"]:
            for caused in question["caused"]:
                del caused["blocks"]
        return {"name": self.name, "changed": self.changed, **plain}

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Difference:
        """The inverse of `as_json`, also through JSON."""
        questions = tuple(_question(each) for each in stored["questions"])
        only = {key: tuple(stored[key]) for key in ("questions_new", "questions_gone")}
        sides = {side: _side(stored[side]) for side in ("was", "now")}
        return cls(**{**stored, **only, **sides, "questions": questions})


def pair(was: str, now: str) -> str:
    """The name of a comparison of two versions.

    >>> pair("learned-2", "learned-3")
    'learned-2...learned-3'
    """
    return f"{was}...{now}"


def block_of(changes: Sequence[Change]) -> bytes:
    """A block as it is stored.

    >>> change = Change("r1", None, "yes", None, 0.9, 0.5, ("strategy",))
    >>> changes_of(block_of([change])) == [change]
    True
    """
    return zlib.compress(json.dumps([vars(each) for each in changes]).encode())


def changes_of(block: bytes) -> list[Change]:
    """The changes in a block."""
    return [Change.read(each) for each in json.loads(zlib.decompress(block))]


def _side(stored: Mapping[str, Any]) -> Side:
    several = {name: tuple(stored.get(name, ())) for name in ("only", "without")}
    return Side(**{**stored, **several})


def _question(stored: Mapping[str, Any]) -> QuestionDifference:
    caused = tuple(Caused(**{**each, "blocks": tuple(each["blocks"])}) for each in stored["caused"])
    moves = tuple(Move(**each) for each in stored["moves"])
    given = {**stored, "settings": tuple(stored["settings"]), "caused": caused, "moves": moves}
    return QuestionDifference(**given)
