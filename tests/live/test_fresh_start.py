"""Whatever went wrong on the way: after one reconciliation the state is that of a fresh start.

Edits, retractions, deliveries dropped, doubled, delayed, shuffled and forged, workers killed, another agent's
suggestions, a deleted user, adjudications; on real servers. Echoes are known to the history: nobody echoes.
"""

import os
import random
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from demo.argilla.api import Api
from demo.argilla.payloads import Json, unique
from demo.running.installation import Installation, eventually, installed
from demo.running.processes import free_port
from demo.running.servers import Argilla, RedisServer
from tests.live.annotated_dataset import LABELS, LAG, crowd, dataset_of, only
from tests.live.faults.proxy import Proxy

SETTLED = 0.9
"""`settled_confidence`, by default."""

WORDS = {"a": "alpha apple arrow", "b": "beta bread bridge", "c": "cello cloud candle"}


class Post:
    """A listener's neighbour: drops, doubles and delays what Argilla delivers, and forges some."""

    def __init__(self) -> None:
        self.draw = random.Random(3)
        self.late: list[tuple[str, bytes, Mapping[str, str]]] = []
        self.forged: list[int] = []
        """How each forged delivery was answered."""
        self.seen = 0
        self.proxy: Proxy | None = None

    def __call__(self, path: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        if b'"ping"' in body[:40]:
            return None
        self.seen += 1
        luck = self.draw.random()
        if luck < 0.2:
            return 202  # dropped
        if luck < 0.4:
            self.late.append((path, body, headers))
            return 202
        if luck < 0.6 and self.proxy is not None:
            self.proxy.pass_on("POST", path, body, headers)
        elif luck < 0.7 and self.proxy is not None:
            forged = body.replace(b'"type"', b'"Type"')
            self.forged.append(self.proxy.pass_on("POST", path, forged, headers).status_code)
        return None

    def deliver_late(self) -> None:
        self.draw.shuffle(self.late)
        for path, body, headers in self.late:
            assert self.proxy is not None
            self.proxy.pass_on("POST", path, body, headers)


def shown(api: Api, dataset: Json) -> dict[str, dict[str, tuple[Any, Any]]]:
    """Record → question's id → value and score of what Argilla shows of ours."""
    return {
        record["id"]: {
            s["question_id"]: (s["value"], s["score"])
            for s in record["suggestions"]
            if (s["agent"] or "").startswith("distill/")
        }
        for record in api.records(dataset)
    }


def conflicts(running: Installation, dataset: Json) -> set[str]:
    """The records in open conflict; which ones once were is known to the history only."""
    found = running.world.store.datasets.conflicts(dataset["id"])
    return {record_id for (record_id, _), c in found.items() if c.is_open}


def queue(running: Installation, dataset: Json) -> set[str]:
    """The records worth a review."""
    return {record_id for record_id, _ in running.world.store.reviews.due(dataset["id"], 0, 1_000)}


def kill(running: Installation) -> None:
    """kill -9 the worker with its child, and start another."""
    (worker,) = running.service.workers
    children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
    for pid in [worker.pid, *map(int, children)]:
        os.kill(pid, signal.SIGKILL)
    if worker.popen is not None:
        worker.popen.wait()
    worker.start()


def answer_with_faults(api: Api, running: Installation, dataset: Json, records: list[Json]) -> None:
    """Five people answer, change their minds and take back; one of them is deleted in the end."""
    draw = random.Random(8)
    users = crowd(api, "faults", 5)
    boss = api.create_user("faults-boss")
    for user in (*users, boss):
        api.add_to_workspace(dataset["workspace_id"], user)
    for n, record in enumerate(records):
        right = LABELS[n % 3]
        if n % 4 == 0:
            api.suggest(record, "topic", draw.choice(LABELS), agent="judge", score=0.5)
        for user in draw.sample(users, 3):
            me = api.as_user(user)
            given = me.answer(
                record, {"topic": right if draw.random() < 0.7 else draw.choice(LABELS)}
            )
            if draw.random() < 0.15:
                me.edit(given, {"topic": draw.choice(LABELS)})
            if draw.random() < 0.05:
                me.edit(given, {"topic": right}, "draft")
        if n % 5 == 0:
            api.as_user(boss).answer(record, {"topic": right})
        if n in (len(records) // 3, len(records) // 2):
            kill(running)
    api.delete_record(records[-1])
    api.delete_user(users[0])


def test_after_one_reconciliation_everything_is_as_after_a_fresh_start(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    plan = '[sources]\nreviewers = ["faults-boss"]\nmodels = ["judge"]\n' + only(
        "apart-disturbed-*"
    )
    port, post = free_port(), Post()
    with (
        Proxy(f"http://127.0.0.1:{port}", post) as proxy,
        installed(
            argilla,
            redis_server.url(9),
            tmp_path / "disturbed",
            plan=plan,
            port=port,
            DISTILL_LISTENER_URL=proxy.url,
        ) as disturbed,
    ):
        post.proxy = proxy
        dataset = dataset_of(api, [], overlap=3, workspace_name=unique("apart-disturbed"))
        items: list[Any] = [
            {"fields": {"text": f"{WORDS[LABELS[n % 3]]} {n}"}, "metadata": {"n": n}}
            for n in range(30)
        ]
        records = api.add_records(dataset, items)
        answer_with_faults(api, disturbed, dataset, records)
        eventually(lambda: post.seen > 100, 300, lambda: f"{post.seen} deliveries")
        post.deliver_late()
        assert set(post.forged) == {401}
        disturbed.service.command("reconcile")
        live = shown(api, dataset), conflicts(disturbed, dataset), queue(disturbed, dataset)
        state = disturbed.state(dataset)
        before = {s["id"]: s["updated_at"] for r in records[:-1] for s in api.suggestions(r)}
        disturbed.settle(dataset)
        after = {s["id"]: s["updated_at"] for r in records[:-1] for s in api.suggestions(r)}
        assert after == before  # nothing was left to be done
        assert {r["id"] for r in api.records(dataset) if r["status"] == "pending"} <= {
            record_id for record_id, ours in live[0].items() if not ours
        }
        for process in disturbed.service.processes:
            process.stop()
        with installed(argilla, redis_server.url(10), tmp_path / "fresh", plan=plan) as fresh:
            fresh.service.command("connect", "--wait")
            theirs = fresh.state(dataset)
            again = shown(api, dataset), conflicts(fresh, dataset), queue(fresh, dataset)
        assert state.keys() == theirs.keys() == {record["id"] for record in records[:-1]}
        near = set()
        for record_id, expected in theirs.items():
            sure = expected.pop("confidence")
            if abs(sure["topic"] - SETTLED) <= LAG:
                near.add(record_id)  # on either side of the threshold, within the tolerance
            assert state[record_id].pop("confidence") == pytest.approx(sure, abs=LAG)
            assert state[record_id] == expected
        assert (live[1] ^ again[1]) <= near
        assert (live[2] ^ again[2]) <= near
        topic = api.question_id(dataset, "topic")
        for record_id, ours in live[0].items():
            value, score = ours.get(topic, (None, 0.0))
            other, expected_score = again[0][record_id].get(topic, (None, 0.0))
            assert (value, score) == (other, pytest.approx(expected_score, abs=LAG))
