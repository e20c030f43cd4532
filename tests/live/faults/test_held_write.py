"""A write that hangs on the wire, outlives its worker and lands over newer values is put right."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path

from demo.argilla.api import Api
from demo.argilla.payloads import Json, unique
from demo.running.installation import eventually, installed, ours
from demo.running.servers import Argilla, RedisServer
from tests.live.annotated_dataset import crowd, dataset_of, only, records_of
from tests.live.faults.killed_process import kill
from tests.live.faults.proxy import Proxy


class Held:
    """The first write about a record waits on the wire until it may `go`."""

    def __init__(self, argilla: Argilla, record: Json) -> None:
        self.record_id = record["id"].encode()
        self.held, self.go, self.landed = threading.Event(), threading.Event(), threading.Event()
        self.proxy = Proxy(argilla.url, self.hold)

    def hold(self, path: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        if path.endswith("/records/bulk") and self.record_id in body and not self.held.is_set():
            self.held.set()
            self.go.wait(600)
            answer = self.proxy.pass_on("PUT", path, body, headers)
            self.landed.set()
            return int(answer.status_code)
        return None

    def land(self) -> None:
        self.go.set()
        assert self.landed.wait(180)


def value(api: Api, dataset: Json, record: Json) -> str | None:
    suggestion = ours(api, dataset, api.record(record), "topic")
    return str(suggestion["value"]) if suggestion else None


def test_an_old_write_that_lands_over_a_newer_one_is_put_right(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    users = crowd(api, "held", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart-held"))
    (record,) = records_of(api, dataset, 1)
    write = Held(argilla, record)
    with (
        write.proxy as proxy,
        installed(
            argilla,
            redis_server.url(11),
            tmp_path / "service",
            plan=only("apart-held-*"),
            argilla_url=proxy.url,
        ) as running,
    ):
        given = [api.as_user(user).answer(record, {"topic": "a"}) for user in users]
        assert write.held.wait(180)
        (worker,) = running.service.workers
        kill(worker, and_children=True)
        worker.start()
        for user, answer in zip(users, given, strict=True):
            api.as_user(user).edit(answer, {"topic": "b"})
        eventually(lambda: value(api, dataset, record) == "b", 180)
        running.settle(dataset)
        write.land()
        eventually(lambda: value(api, dataset, record) == "b", 300)


def test_a_write_that_lands_after_disconnect_is_taken_back(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    """Its suggestions once stayed for good."""
    users = crowd(api, "late", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart-late"))
    (record,) = records_of(api, dataset, 1)
    write = Held(argilla, record)
    with (
        write.proxy as proxy,
        installed(
            argilla,
            redis_server.url(12),
            tmp_path / "service",
            plan=only("apart-late-*"),
            argilla_url=proxy.url,
        ) as running,
    ):
        for user in users:
            api.as_user(user).answer(record, {"topic": "a"})
        assert write.held.wait(180)
        (worker,) = running.service.workers
        kill(worker, and_children=True)
        worker.start()
        told = json.loads(running.service.command("disconnect", "--json").stdout)
        assert told["unanswered"] == 1
        write.land()
        assert value(api, dataset, record) == "a"
        eventually(lambda: value(api, dataset, record) is None, 300)
