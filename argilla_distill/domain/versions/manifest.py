"""A version: an immutable distilled dataset, named `learned-3`. Its manifest says how it was made.

How it is made is `workers.versions`, when `workers.use_cases.versions`; where manifests are kept
`plugin.store.versions`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.report import read
from argilla_distill.domain.strategy_names import HOW
from argilla_distill.domain.versions.segments import Selection

NAME = re.compile(r"[\w.:-]+-[1-9]\d*")
TAG = re.compile(r"[A-Za-z][\w.-]{0,99}")

TAG_RULE = "a letter, then letters, digits, . _ or -; not a version's name"
"""What a tag is, in words."""

LATEST = "latest"
"""The tag that names the version that was made last. It moves by itself."""

MAX_NOTE = 10_000
"""Characters of a note."""

LISTED = (
    "name",
    "as_of",
    "asked_at",
    "created_at",
    "deleted_at",
    "records",
    "votes",
    "bytes",
    "note",
)
"""What the list of all versions, a command's or a page's, has of each manifest."""


@dataclass(frozen=True)
class VersionRequest:
    """What a version is asked to be. It is fixed when it is asked for, and so is what it comes to.

    Attributes
    ----------
    name : the version's name, `strategy-number`.
    strategy : of every question that it suits; "" leaves each question its own.
    position : the last entry of the history that counts.
    as_of : the moment that was asked for, ms since the epoch; 0 for now.
    asked_at : when it was asked for, ms since the epoch.
    only, without : the segments that it is to have, and those that it is not to have.
    parent : the version that was the latest when it was asked for; "" for none.
    created_by : who asked for it; "" for unknown.
    """

    name: str
    strategy: str
    position: str
    as_of: int = 0
    asked_at: int = 0
    note: str = ""
    tags: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    parent: str = ""
    created_by: str = ""

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> VersionRequest:
        """The inverse of `dataclasses.asdict`, also through JSON."""
        several = {name: tuple(json.get(name, ())) for name in ("tags", "only", "without")}
        return cls(**{**json, **several})

    @property
    def selection(self) -> Selection:
        """Which records it is to have."""
        return Selection.parse(self.only, self.without)


@dataclass(frozen=True)
class FailedVersion:
    """A version that could not be made: why, and when that was found (ms since the epoch)."""

    name: str
    error: str
    at: int


@dataclass(frozen=True)
class VersionEdition:
    """One edition of the guidelines: since when (ms since the epoch), and how many answers are under it."""

    number: int
    sha256: str
    since: int
    votes: int


@dataclass(frozen=True)
class VersionFile:
    """One file of a version: its path below the version's folder, its rows, its size."""

    path: str
    rows: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class VersionQuestion:
    """One question of a version.

    Attributes
    ----------
    column : the column of `records` that holds it.
    strategy : what decided it; `why` says why that is another one than was asked for.
    fit : the number of the live model's fit at the version's position; 0 where there was none.
    votes, adjudications : how many of them were learned.
    trained : what adjudications have made of the strategy, in a sentence; "" for nothing.
    labels : value in words → records decided so.
    abstained, open_conflicts : records.
    options : what may be chosen, in Argilla's order; empty where anything may be said.
    span_field : the field that spans are marked in; "" of other types.
    audits : records with an adjudication that answers an audit.
    audited : how often its labels are right, as they tell.
    """

    name: str
    column: str
    type: str
    strategy: str
    fit: int
    votes: int
    adjudications: int
    trained: str = ""
    why: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)
    abstained: int = 0
    open_conflicts: int = 0
    agreement: float | None = None
    mean_confidence: float | None = None
    options: tuple[str, ...] = ()
    span_field: str = ""
    audits: int = 0
    audited: Audited = field(default_factory=Audited)

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> VersionQuestion:
        """The inverse of `dataclasses.asdict`, also through JSON."""
        audited = read(Audited, json.get("audited") or {})
        return cls(**{**json, "options": tuple(json.get("options", ())), "audited": audited})


@dataclass(frozen=True)
class Manifest:
    """Everything about a version but its rows.

    Attributes
    ----------
    settings_sha256 : of the dataset's effective settings, which are in `settings`.
    unknown : what the history could not tell of the moment asked for, a sentence each.
    content_sha256 : of the values, whatever wrote the files: the same call gives the same.
    records, votes : rows.
    splits : split → records.
    rounds : round → records.
    sources : kind of annotator → annotators with a vote.
    guidelines : their editions, up to the version's moment.
    only, without : the segments that it was to have, and not to have; as they are written.
    parent : the version that was the latest when it was asked for; "" for none.
    created_by : who asked for it; "" for unknown.
    """

    name: str
    dataset_id: str
    dataset: str
    position: str
    as_of: int
    asked_at: int
    created_at: int
    release: str
    settings: Mapping[str, Any]
    settings_sha256: str
    questions: tuple[VersionQuestion, ...]
    records: int
    votes: int
    splits: Mapping[str, int]
    rounds: Mapping[str, int]
    sources: Mapping[str, int]
    named: bool
    files: tuple[VersionFile, ...]
    content_sha256: str
    unknown: tuple[str, ...] = ()
    note: str = ""
    deleted_at: int = 0
    guidelines: tuple[VersionEdition, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    parent: str = ""
    created_by: str = ""

    @property
    def bytes(self) -> int:
        """What its files take."""
        return 0 if self.deleted_at else sum(file.bytes for file in self.files)

    def as_json(self) -> dict[str, Any]:
        """As it is stored, and as scripts read it."""
        return asdict(self)

    @classmethod
    def read(cls, json: Mapping[str, Any]) -> Manifest:
        """The inverse of `as_json`, also through JSON."""
        questions = tuple(VersionQuestion.read(each) for each in json["questions"])
        files = tuple(VersionFile(**each) for each in json["files"])
        editions = tuple(VersionEdition(**each) for each in json.get("guidelines", ()))
        several = {name: tuple(json.get(name, ())) for name in ("unknown", "only", "without")}
        whole = {"questions": questions, "files": files, "guidelines": editions, **several}
        return cls(**{**json, **whole})


def is_name(text: str) -> bool:
    """Whether a text is a version's name: a strategy, which is built in or a team's own, and a number.

    >>> is_name("learned-3"), is_name("acme:PeopleFirst-12"), is_name("prod"), is_name("learned-0")
    (True, True, False, False)
    >>> is_name("before-guideline-4")
    False
    """
    strategy = text.rpartition("-")[0]
    return NAME.fullmatch(text) is not None and (":" in strategy or strategy in HOW)


def tag_fault(text: str) -> str:
    """Why somebody may not let this tag name a version, in a sentence; "" if they may.

    >>> tag_fault("prod"), tag_fault("latest")
    ('', 'latest names the version that was made last, and moves by itself: take another tag')
    """
    if text == LATEST:
        return (
            f"{LATEST} names the version that was made last, and moves by itself: take another tag"
        )
    return "" if is_tag(text) else f"{text!r} is no tag: {TAG_RULE}"


def is_tag(text: str) -> bool:
    """Whether a text may be a tag: a letter first, and no version's name.

    >>> is_tag("prod"), is_tag("before-guideline-4"), is_tag("learned-3"), is_tag("3"), is_tag("a b")
    (True, True, False, False, False)
    """
    return TAG.fullmatch(text) is not None and not is_name(text)
