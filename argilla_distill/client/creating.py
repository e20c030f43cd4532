"""A version is asked for, and waited for.

The client draws a key for each call, so that one that got no answer is sent again without harm: one key is
one version.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from urllib.parse import quote
from uuid import uuid4

from argilla_distill.client.bar import StageLine
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Deleted, NotFound, NotMade, Refused
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.domain.report import read
from argilla_distill.domain.versions.manifest import MAX_NOTE
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

    def form(self) -> dict[str, str | Sequence[str]]:
        """As it is sent. Raises ValueError."""
        for name in ("only", "without", "tags"):
            if isinstance(getattr(self, name), str):
                raise ValueError(f"{name} is a list of texts: [{getattr(self, name)!r}]")
        if self.key and not KEY.fullmatch(self.key):
            raise ValueError(f"{self.key!r} is no key: {KEY_RULE}")
        if len(self.note) > MAX_NOTE:
            raise ValueError(
                f"a note has {MAX_NOTE:,} characters at most, and this one {len(self.note):,}"
            )
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
    form, at = new.form(), f"/datasets/{dataset_id}"
    order = read(WorkOrder, connection.send(f"{at}/versions", **form)["order"])
    waited, pause = 0.0, FIRST_LOOK_S
    with StageLine(progress) as line:
        while True:
            if not order.waits:
                if order.error:
                    raise Refused(f"No version was made: {order.error}")
                making = _unmade(connection, f"{at}/versions/{quote(order.result, safe='')}")
                if making is None:
                    return order.result
            else:
                making = NotMade("", order.stage or "waits for a worker")
            line.tell(order.result or "the version", making.stage, making.done, making.total)
            if waited >= wait_s:
                text = _late(order, str(form["key"]), waited, making.stage)
                raise NotMade(text, making.stage, making.done, making.total)
            connection.wait(pause)
            waited += pause
            pause = min(2 * pause, LONGEST_LOOK_S)
            if order.waits:
                order = read(WorkOrder, connection.json(f"{at}/orders/{quote(order.id, safe='')}"))


def _unmade(connection: Connection, path: str) -> NotMade | None:
    """How far a version is that is asked for; None once it is made. Raises Refused."""
    try:
        connection.json(path)
    except NotMade as making:
        return making
    except NotFound as error:
        raise Refused(f"No version was made: {error}") from None
    except Deleted:
        pass  # it was made, and whoever asks for it is told
    return None


def _late(order: WorkOrder, key: str, waited: float, stage: str) -> str:
    what = order.result or "The version"
    alive = ". `argilla-distill status` says whether a worker is alive" if order.waits else ""
    return (
        f"{what} is not made after {waited:g} s ({stage}). It is still asked for: the same call with "
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
