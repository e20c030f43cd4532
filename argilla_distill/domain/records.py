"""Argilla's nouns as plain values, parsed from its JSON. Reading and writing them is `gateway`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

Json = Mapping[str, Any]

REVIEW_OF = "argilla_distill_review_of"
"""What tells, in a dataset's own metadata, that it is a review dataset of ours, and whose."""

TWIN_OF = "argilla_distill_twin_of"
"""What tells, in a dataset's own metadata, that it is a twin of a version, and of whose."""

TWIN_VERSION, TWIN_DIGEST = "argilla_distill_version", "argilla_distill_content_sha256"
"""There too: the version's name, and the digest of its content."""

FRACTION = re.compile(r"\.(\d+)")
"""The part of a second, which Python 3.10 reads in three or six digits only."""

PLAIN, SECONDS = len("1970-01-01T00:00:00.000000"), len("1970-01-01T00:00:00.")
"""Lengths of nearly all of Argilla's moments, which every release of Python reads as they are."""

OWN_AGENT = "distill/"
"""What the agent of every suggestion of ours begins with."""


def milliseconds(moment: str) -> int:
    """Argilla's ISO time (UTC, most often without a zone) in milliseconds since the epoch.

    >>> milliseconds("1970-01-01T00:00:01.500000"), milliseconds("1970-01-01T00:00:01.5Z")
    (1500, 1500)
    """
    if len(moment) == PLAIN and moment[SECONDS:].isdigit():
        return round(datetime.fromisoformat(moment).replace(tzinfo=timezone.utc).timestamp() * 1000)
    parsed = datetime.fromisoformat(FRACTION.sub(_microseconds, moment).replace("Z", "+00:00"))
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=timezone.utc)
    return round(parsed.timestamp() * 1000)


def _microseconds(fraction: re.Match[str]) -> str:
    return f".{fraction[1][:6]:0<6}"


@dataclass(frozen=True)
class DatasetQuestion:
    """One question of a dataset.

    `labels` are what may be chosen (labels, ratings, or the items to be ranked), empty where the
    type has none; `overlapping` is whether spans may overlap, `field` is the field they lie in, `title`
    is what the form calls it; `required` is whether a submitted answer must answer it.
    """

    id: str
    name: str
    type: str
    labels: tuple[str, ...] = ()
    overlapping: bool = False
    field: str = ""
    title: str = ""
    required: bool = True

    @classmethod
    def parse(cls, data: Json) -> DatasetQuestion:
        """From Argilla's JSON."""
        options = data["settings"].get("options") or []
        labels = tuple(str(option["value"]) for option in options if "value" in option)
        settings = data["settings"]
        overlapping = bool(settings.get("allow_overlapping"))
        field = settings.get("field") or ""
        title = data.get("title") or ""
        required = bool(data.get("required", True))
        rest = overlapping, field, title, required
        return cls(data["id"], data["name"], settings["type"], labels, *rest)


@dataclass(frozen=True)
class Dataset:
    """A dataset with its questions.

    `last_activity` is in ms since the epoch; `min_submitted` is the overlap: how many answers
    complete a record; `review_of` is the id of the dataset whose review dataset this is, `twin_of` of the
    dataset whose version `twin_version`, of content `twin_digest`, this is the twin of; `guidelines` are
    markdown; `changed_at` is when anything of it but its records was last changed (ms).
    """

    id: str
    name: str
    workspace_id: str
    workspace: str
    status: str
    last_activity: int
    questions: tuple[DatasetQuestion, ...] = ()
    min_submitted: int = 1
    review_of: str | None = None
    twin_of: str | None = None
    twin_version: str = ""
    twin_digest: str = ""
    guidelines: str = field(default="", compare=False, repr=False)
    changed_at: int = field(default=0, compare=False)

    @property
    def full_name(self) -> str:
        """`workspace/name`, the key of `[datasets]` in distill.toml."""
        return f"{self.workspace}/{self.name}"

    def is_as(self, earlier: Dataset) -> bool:
        """Whether nothing has changed since but when somebody last answered, or changed it."""
        same = self == replace(earlier, last_activity=self.last_activity)
        return same and self.guidelines == earlier.guidelines

    @classmethod
    def parse(
        cls, data: Json, workspaces: Mapping[str, str], questions: tuple[DatasetQuestion, ...] = ()
    ) -> Dataset:
        """From Argilla's JSON, with the names of workspaces by id."""
        own = data.get("metadata") or {}
        return cls(
            data["id"],
            data["name"],
            data["workspace_id"],
            workspaces.get(data["workspace_id"], "?"),
            data["status"],
            milliseconds(data["last_activity_at"]),
            questions,
            (data.get("distribution") or {}).get("min_submitted", 1),
            own.get(REVIEW_OF),
            own.get(TWIN_OF),
            str(own.get(TWIN_VERSION) or ""),
            str(own.get(TWIN_DIGEST) or ""),
            data.get("guidelines") or "",
            milliseconds(data["updated_at"]) if data.get("updated_at") else 0,
        )

    @classmethod
    def restored(cls, data: Json) -> Dataset:
        """From what `dataclasses.asdict` made of one, also after a round trip through JSON."""
        questions = (
            DatasetQuestion(**{**q, "labels": tuple(q["labels"])}) for q in data["questions"]
        )
        return cls(**{**data, "questions": tuple(questions)})

    def question(self, name: str) -> DatasetQuestion | None:
        """The question of that name, if there is one."""
        return next((q for q in self.questions if q.name == name), None)

    def named(self, question_id: str) -> str | None:
        """The name of the question of that id, if there is one."""
        return next((q.name for q in self.questions if q.id == question_id), None)


@dataclass(frozen=True)
class Response:
    """What one user answers to one record: question name → value. `at` is in ms since the epoch."""

    user_id: str
    status: str
    values: Mapping[str, Any]
    at: int

    @classmethod
    def parse(cls, data: Json) -> Response:
        """From Argilla's JSON."""
        values = {name: given["value"] for name, given in (data.get("values") or {}).items()}
        return cls(data["user_id"], data["status"], values, milliseconds(data["updated_at"]))


@dataclass(frozen=True)
class Suggestion:
    """The current suggestion for one question of a record. `at` is in ms since the epoch."""

    id: str
    question_id: str
    value: Any
    score: float | list[float] | None
    agent: str | None
    type: str | None
    at: int

    @classmethod
    def parse(cls, data: Json) -> Suggestion:
        """From Argilla's JSON."""
        return cls(
            data["id"],
            data["question_id"],
            data["value"],
            data.get("score"),
            data.get("agent"),
            data.get("type"),
            milliseconds(data["updated_at"]),
        )

    @property
    def ours(self) -> bool:
        """Whether we wrote it."""
        return (self.agent or "").startswith(OWN_AGENT)


@dataclass(frozen=True)
class Record:
    """A record as Argilla shows it now; `created_at` in ms since the epoch, 0 for unknown."""

    id: str
    status: str
    fields: Mapping[str, Any]
    responses: tuple[Response, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    created_at: int = 0

    @classmethod
    def parse(cls, data: Json) -> Record:
        """From Argilla's JSON with responses and suggestions included.

        Responses of deleted users carry no user any more and are left out.
        """
        return cls(
            data["id"],
            data["status"],
            data.get("fields") or {},
            tuple(Response.parse(r) for r in data.get("responses") or () if r.get("user_id")),
            tuple(Suggestion.parse(s) for s in data.get("suggestions") or ()),
            data.get("metadata") or {},
            data.get("external_id"),
            milliseconds(data["inserted_at"]) if data.get("inserted_at") else 0,
        )

    def counted(self, overlap: int) -> Record:
        """The same record, completed if so many of its answers are submitted, else pending.

        Argilla works a record's status out when something is written to it. Until then it goes on
        telling the old one where a user was deleted or the overlap was raised or lowered.
        """
        submitted = sum(response.status == "submitted" for response in self.responses)
        return replace(self, status="completed" if submitted >= overlap else "pending")

    def suggestion(self, question_id: str) -> Suggestion | None:
        """The current suggestion for a question."""
        return next((s for s in self.suggestions if s.question_id == question_id), None)
