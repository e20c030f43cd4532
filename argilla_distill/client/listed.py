"""A version as the list of a dataset has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from argilla_distill.client.errors import NotFound


@dataclass(frozen=True)
class Listed:
    """A version as the list has it.

    Attributes
    ----------
    at : the moment that it shows: what was said later does not count.
    created_at : when it was made.
    deleted_at : when its files were deleted, None while they are there.
    records, votes : rows.
    bytes : what its files take.
    """

    name: str
    tags: tuple[str, ...]
    at: datetime
    created_at: datetime
    deleted_at: datetime | None
    records: int
    votes: int
    bytes: int
    note: str


def listed(row: Mapping[str, Any]) -> Listed:
    """A version as the service lists it."""
    deleted = row["deleted_at"]
    return Listed(
        name=row["name"],
        tags=tuple(row["tags"]),
        at=_moment(row["as_of"] or row["asked_at"]),
        created_at=_moment(row["created_at"]),
        deleted_at=_moment(deleted) if deleted else None,
        records=row["records"],
        votes=row["votes"],
        bytes=row["bytes"],
        note=row["note"],
    )


def being_made(making: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Version → how far it has come, in words."""
    return {
        m["name"]: f"{m['stage']}, {m['done']:,} of {m['total']:,}" if m["total"] else m["stage"]
        for m in making
    }


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, timezone.utc)


def named_as_of(dataset: str, versions: Sequence[Listed], moment: datetime) -> str:
    """The version that shows a dataset as it was then, or before then as shortly as there is one.

    Raises
    ------
    ValueError : the moment has no time zone. NotFound : there is none.
    """
    if moment.tzinfo is None:
        raise ValueError("as_of needs a time zone: datetime(2026, 11, 20, tzinfo=timezone.utc)")
    fitting = [v for v in versions if v.deleted_at is None and v.at <= moment]
    if not fitting:
        raise NotFound(
            f"There is no version of {dataset} of {moment.isoformat()} or before. Make one: "
            f"argilla-distill version create {dataset} --as-of {moment.isoformat()}"
        )
    return max(fitting, key=lambda v: (v.at, v.created_at)).name
