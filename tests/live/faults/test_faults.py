"""Processes killed, Redis and Argilla away: nothing is lost, nothing counted twice, nothing stale."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from demo.argilla.api import Api
from demo.argilla.payloads import Json, unique
from demo.running.installation import Installation, batch, eventually, installed, ours
from demo.running.servers import Argilla, RedisServer
from tests.live.annotated_dataset import LABELS, LAG, crowd, dataset_of, only, records_of
from tests.live.faults.killed_process import kill
from tests.live.faults.proxy import Proxy

KILLS = 6
"""So many times a worker is killed; Redis is restarted after the third."""


def answer_all(api: Api, users: list[Json], records: list[Json], seed: int) -> int:
    """Every user answers every record, all at the same time; the answer is how many answers."""

    def work(number: int) -> int:
        draw, me = random.Random(seed + number), api.as_user(users[number])
        for n, record in enumerate(records):
            label = LABELS[n % 3] if draw.random() < 0.75 else draw.choice(LABELS)
            me.answer(record, {"topic": label})
        return len(records)

    with ThreadPoolExecutor(len(users)) as pool:
        return sum(pool.map(work, range(len(users))))


def assert_whole(running: Installation, api: Api, dataset: Json, answers: int) -> None:
    """What stands in Argilla is what a batch computation gives, and each answer is kept once."""
    expected = batch(api, dataset, "topic")
    for record in api.records(dataset):
        suggestion = ours(api, dataset, record, "topic")
        decision = expected[record["id"]]
        assert (suggestion and suggestion["value"]) == decision.value
        if suggestion:
            assert suggestion["score"] == pytest.approx(decision.confidence, abs=LAG)
    entries = running.world.store.history.after(dataset["id"], "0-0")
    said = Counter((e.record, e.annotator) for e in entries if e.kind == "answer")
    assert set(said.values()) == {1}
    assert len(said) == answers


def test_killed_workers_and_a_restarted_redis_lose_and_double_nothing(
    argilla: Argilla, api: Api, tmp_path: Path
) -> None:
    with (
        RedisServer(tmp_path / "redis") as redis,
        installed(
            argilla, redis.url(1), tmp_path / "service", workers=2, plan=only("apart-kill-*")
        ) as running,
    ):
        users = crowd(api, "kill", 3)
        dataset = dataset_of(api, users, overlap=3, workspace_name=unique("apart-kill"))
        records = records_of(api, dataset, 36)
        draw = random.Random(11)
        with ThreadPoolExecutor(1) as burst:
            given = burst.submit(answer_all, api, users, records, 21)
            for kills in range(1, KILLS + 1):
                time.sleep(draw.uniform(0.5, 2.0))
                victim = draw.choice(running.service.workers)
                kill(victim, and_children=draw.random() < 0.7)
                victim.start()
                if kills == KILLS // 2:
                    redis.stop()
                    time.sleep(2)
                    redis.start()
            answers = given.result()
        for worker in running.service.workers:
            worker.start()
        running.settle(dataset, responses=answers)
        assert_whole(running, api, dataset, answers)
        assert running.world.store.dirty.poisoned(dataset["id"]) == {}


def test_an_argilla_that_answers_503_and_then_nothing_is_caught_up_with(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    with (
        Proxy(argilla.url) as proxy,
        installed(
            argilla,
            redis_server.url(8),
            tmp_path / "service",
            plan=only("apart-away-*"),
            argilla_url=proxy.url,
            DISTILL_ARGILLA_TIMEOUT_S="5",
        ) as running,
    ):
        users = crowd(api, "away", 3)
        dataset = dataset_of(api, users, overlap=3, workspace_name=unique("apart-away"))
        records = records_of(api, dataset, 12)
        answers = answer_all(api, users, records[:3], 1)
        running.settle(dataset, responses=answers)
        proxy.fault = "503"
        answers += answer_all(api, users, records[3:], 2)
        info = running.world.store.datasets.info
        eventually(lambda: "503" in info(dataset["id"]).get("word", ""))
        proxy.fault = "silence"
        failed = int(info(dataset["id"])["failures"])
        eventually(lambda: int(info(dataset["id"])["failures"]) > failed)
        proxy.fault = ""
        running.settle(dataset, responses=answers)
        assert_whole(running, api, dataset, answers)
        eventually(lambda: running.world.store.datasets.info(dataset["id"])["word"] == "")


def test_a_refused_record_is_set_aside_and_holds_up_nobody(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "refused", 1)
    dataset = dataset_of(api, users, overlap=1)
    records = records_of(api, dataset, 3)
    # The cron's first look at a new dataset gives what is set aside another chance: not in between.
    installation.service.command("reconcile", dataset["id"])
    dirty = installation.world.store.dirty
    dirty.set_aside(
        dataset["id"], (records[0]["id"], ""), "made up", installation.world.store.now()
    )
    for record in records[1:]:
        api.as_user(users[0]).answer(record, {"topic": "a"})
    installation.settle(dataset, responses=2)
    assert list(dirty.poisoned(dataset["id"])) == [records[0]["id"]]
    status = installation.service.command("status", "--json").stdout
    assert "made up" in status
    api.as_user(users[0]).answer(records[0], {"topic": "a"})  # another chance
    installation.settle(dataset, responses=3)
    assert dirty.poisoned(dataset["id"]) == {}
