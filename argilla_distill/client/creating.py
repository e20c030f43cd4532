"""A version is wished for, and waited for.

The client draws a key for each wish, so that a call that got no answer is sent again without harm: one key is
one version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from uuid import uuid4

from argilla_distill.client.bar import StageLine
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import NotMade, Refused
from argilla_distill.domain.versions.wish import KEY, KEY_RULE

FIRST_LOOK_S, LONGEST_LOOK_S = 0.2, 2.0


@dataclass(frozen=True)
class NewVersion:
    """What a version is to be; the fields are those of `RemoteDataset.create`."""

    strategy: str = ""
    as_of: datetime | None = None
    only: Sequence[str] = ()
    without: Sequence[str] = ()
    tags: Sequence[str] = ()
    note: str = ""
    twin: bool = False
    key: str = ""

    def form(self) -> dict[str, str | list[str]]:
        """As it is sent. Raises ValueError."""
        for name in ("only", "without", "tags"):
            if isinstance(getattr(self, name), str):
                raise ValueError(f"{name} is a list of texts: [{getattr(self, name)!r}]")
        if self.key and not KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is no key: {KEY_RULE}")
        return {
            "key": self.key or uuid4().hex,
            "strategy": self.strategy,
            "as_of": _moment(self.as_of),
            "only": list(self.only),
            "without": list(self.without),
            "tag": list(self.tags),
            "note": self.note,
            "twin": "yes" if self.twin else "no",
        }


def created(
    connection: Connection,
    dataset_id: str,
    new: NewVersion,
    wait_s: float,
    progress: bool | None = None,
) -> str:
    """Have a version made; its name once it is.

    Raises
    ------
    Refused : it cannot be made; the text says why.
    NotMade : it is not made after `wait_s`. It is still being made.
    """
    form = new.form()
    told = connection.send(f"/datasets/{dataset_id}/versions", **form)
    key, waited, pause = told["key"], 0.0, FIRST_LOOK_S
    with StageLine(progress) as line:
        while told["state"] != "made":
            if told["state"] == "refused":
                raise Refused(f"No version was made: {told['error']}")
            name, making = told["version"] or "the version", told["making"] or {}
            stage, done, total = (
                making.get("stage", "asked for"),
                making.get("done", 0),
                making.get("total", 0),
            )
            line.tell(name, stage, done, total)
            if waited >= wait_s:
                raise NotMade(_late(name, key, waited, stage, making), stage, done, total)
            connection.wait(pause)
            waited += pause
            pause = min(2 * pause, LONGEST_LOOK_S)
            told = connection.json(f"/datasets/{dataset_id}/wishes/{key}")
    return str(told["version"])


def _late(name: str, key: str, waited: float, stage: str, making: dict[str, str]) -> str:
    why = making.get("error") or stage
    alive = "" if making else ". `argilla-distill status` says whether a worker is alive"
    return (
        f"{name} is not made after {waited:g} s ({why}). It is still wished for: the same call with "
        f"key={key!r} waits for it again{alive}"
    )


def _moment(moment: datetime | None) -> str:
    """A moment as it is sent: to the millisecond, as versions know moments.

    >>> _moment(datetime.fromisoformat("2026-11-20T01:00:00.0009+01:00")), _moment(None)
    ('2026-11-20T00:00:00.000+00:00', '')
    """
    if moment is None:
        return ""
    if moment.tzinfo is None:
        raise ValueError("as_of needs a time zone: datetime(2026, 11, 20, tzinfo=timezone.utc)")
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")
