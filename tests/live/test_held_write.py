"""A write that hangs on the wire, outlives its worker and lands over newer values is put right."""

import threading
from collections.abc import Mapping
from pathlib import Path

from demo.argilla_api import Api
from demo.argilla_json import unique
from demo.installation import eventually, installed, ours
from demo.servers import Argilla, RedisServer
from tests.live.proxy import Proxy
from tests.live.test_distilled import crowd, dataset_of, records_of
from tests.live.test_faults import kill


def test_an_old_write_that_lands_over_a_newer_one_is_put_right(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    users = crowd(api, "held", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart"))
    (record,) = records_of(api, dataset, 1)
    held, go, landed = threading.Event(), threading.Event(), threading.Event()

    def hold(path: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        """The first write about the record waits until it may go."""
        if path.endswith("/records/bulk") and record["id"].encode() in body and not held.is_set():
            held.set()
            go.wait(600)
            answer = proxy.pass_on("PUT", path, body, headers)
            landed.set()
            return int(answer.status_code)
        return None

    def value() -> str | None:
        suggestion = ours(api, dataset, api.record(record), "topic")
        return str(suggestion["value"]) if suggestion else None

    with (
        Proxy(argilla.url, hold) as proxy,
        installed(
            argilla, redis_server.url(11), tmp_path / "service", argilla_url=proxy.url
        ) as running,
    ):
        given = [api.as_user(user).answer(record, {"topic": "a"}) for user in users]
        assert held.wait(180)
        (worker,) = running.service.workers
        kill(worker, and_children=True)
        worker.start()
        for user, answer in zip(users, given, strict=True):
            api.as_user(user).edit(answer, {"topic": "b"})
        eventually(lambda: value() == "b", 180)
        running.settle(dataset)
        go.set()
        assert landed.wait(180)
        eventually(lambda: value() == "b", 300)
