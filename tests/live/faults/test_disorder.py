"""Lost, repeated, reordered and forged deliveries do not corrupt the result."""

import random
from collections.abc import Mapping
from pathlib import Path

import pytest

from demo.argilla.api import Api
from demo.argilla.payloads import unique
from demo.running.installation import eventually, installed
from demo.running.processes import free_port
from demo.running.servers import Argilla, RedisServer
from tests.live.annotated_dataset import LABELS, LAG, crowd, dataset_of, only, records_of
from tests.live.faults.proxy import Proxy


def test_twice_shuffled_forged_and_lost_deliveries_end_where_a_fresh_start_would(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    plan, port = only("apart-chaos-*"), free_port()
    held: list[tuple[str, bytes, Mapping[str, str]]] = []

    def hold(path: str, body: bytes, headers: Mapping[str, str]) -> int | None:
        if b'"ping"' in body[:40]:
            return None
        held.append((path, body, headers))
        return 202

    with (
        Proxy(f"http://127.0.0.1:{port}", hold) as proxy,
        installed(
            argilla,
            redis_server.url(6),
            tmp_path / "disturbed",
            plan=plan,
            port=port,
            DISTILL_LISTENER_URL=proxy.url,
        ) as disturbed,
    ):
        users = crowd(api, "chaos", 4)
        dataset = dataset_of(api, users, overlap=3, workspace_name=unique("apart-chaos"))
        records = records_of(api, dataset, 15)
        draw = random.Random(3)
        given = 0
        for n, record in enumerate(records):
            for user in users[: 3 if n < 12 else 2]:
                answer = api.as_user(user).answer(record, {"topic": draw.choice(LABELS)})
                given += 1
                if draw.random() < 0.3:
                    api.as_user(user).edit(answer, {"topic": draw.choice(LABELS)})
                    given += 1
        api.delete_record(records[0])
        eventually(lambda: len(held) >= given + 1, progress=lambda: f"{len(held)} of {given}")

        mixed = [
            each for each in held if draw.random() > 0.2
        ] * 2  # a fifth is lost, the rest twice
        draw.shuffle(mixed)
        refused = 0
        for path, body, headers in mixed:
            forged = draw.random() < 0.1
            sent = body.replace(b'"type"', b'"Type"') if forged else body
            answer = proxy.pass_on("POST", path, sent, headers)
            assert answer.status_code == (401 if forged else 202)
            refused += forged
        assert refused
        disturbed.service.command("reconcile")
        disturbed.settle(dataset)
        with installed(argilla, redis_server.url(7), tmp_path / "fresh", plan=plan) as fresh:
            fresh.settle(dataset, responses=sum(3 if n < 12 else 2 for n in range(15)) - 3)
            ours, theirs = disturbed.state(dataset), fresh.state(dataset)
        assert ours.keys() == theirs.keys() == {record["id"] for record in records[1:]}
        for record_id, expected in theirs.items():
            confidence = expected.pop("confidence")
            assert ours[record_id].pop("confidence") == pytest.approx(confidence, abs=LAG)
            assert ours[record_id] == expected
