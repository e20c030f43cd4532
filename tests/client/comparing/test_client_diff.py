"""What changed between two versions, as the client tells it."""

from __future__ import annotations

import pytest

from argilla_distill import Client
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import NotFound, NotMade
from argilla_distill.workers.use_cases.versions.comparing import compare
from tests.client.running_service import Running
from tests.workers.argilla_in_memory import CHAT

NAME = "support/chat"


def test_it_waits_for_the_worker_and_tells_every_change_with_its_cause(
    served: Running, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = client.dataset(NAME).version("latest")
    with pytest.raises(NotMade, match="still being compared"):
        now.diff("prod", wait_s=0)
    waited: list[float] = []

    def works(_: Connection, seconds: float) -> None:
        waited.append(seconds)
        compare(served.service.world, CHAT, "majority-1", "majority-2", lambda *_: None)

    monkeypatch.setattr(Connection, "wait", works)
    found = now.diff("prod")
    assert len(waited) == 1
    assert repr(found) == "<Diff majority-1...majority-2: 1 labels>"
    assert (found.changed, found.causes) == (1, {"vote": 1})
    (change,) = found.changes()
    assert (change["question"], change["cause"], change["record_id"]) == ("helpful", "vote", "r3")
    assert (change["was"], change["now"]) == (None, "yes")
    assert list(found.changes(question="problem")) == []
    assert list(found.changes(cause="vote")) == [change]
    frame = found.to_pandas()
    assert frame.loc[0, "now"] == "yes"
    assert found.difference.records_both == 12
    earlier = client.dataset(NAME).version("prod")
    assert now.diff(earlier).changed == 1
    assert len(waited) == 1


def test_versions_that_are_the_same_or_not_there_are_refused(client: Client) -> None:
    version = client.dataset(NAME).version("prod")
    with pytest.raises(NotFound, match="cannot be compared with itself"):
        version.diff("majority-1")
    with pytest.raises(NotFound, match="did you mean majority-"):
        version.diff("majority-7")
