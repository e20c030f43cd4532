"""The command line on real parts: connecting, looking, rotating, taking back."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.argilla_api import Api
from demo.installation import Installation, eventually, installed, ours
from demo.servers import Argilla, RedisServer
from tests.live.test_distilled import crowd, dataset_of, records_of


@pytest.fixture
def own(argilla: Argilla, redis_server: RedisServer, tmp_path: Path) -> Iterator[Installation]:
    with installed(argilla, redis_server.url(9), tmp_path / "service") as running:
        yield running


def test_connecting_again_keeps_one_webhook_and_adopts_one_that_was_lost(
    own: Installation, api: Api
) -> None:
    def webhooks() -> list[str]:
        url = own.world.settings.delivery_url
        return [webhook["id"] for webhook in api.webhooks() if webhook["url"] == url]

    (first,) = webhooks()
    assert "kept" in own.service.command("connect").stdout
    assert webhooks() == [first]
    own.world.store.service.forget_webhook(first)  # Redis was lost, say
    assert "adopted" in own.service.command("connect").stdout
    assert webhooks() == [first]
    api.create_webhook(own.world.settings.delivery_url, ["record.deleted"])  # somebody's mistake
    own.service.command("connect")
    assert webhooks() == [first]


def test_doctor_is_well_and_says_what_is_not(own: Installation) -> None:
    found = own.service.command("doctor", "--json", check=False)
    states = {finding["what"]: finding["state"] for finding in json.loads(found.stdout)}
    parts = ("redis persistence", "argilla", "webhook", "listener", "argilla worker", "workers")
    assert {part: states[part] for part in parts} == dict.fromkeys(parts, "ok")
    assert found.returncode == 0
    own.service.web.stop()
    sick = own.service.command("doctor", check=False)
    assert sick.returncode == 1
    assert "start the web process" in sick.stdout


def test_a_secret_is_rotated_without_a_refused_delivery(own: Installation, api: Api) -> None:
    users = crowd(api, "rotate", 1)
    dataset = dataset_of(api, users, overlap=1)
    before, after = records_of(api, dataset, 2)
    api.as_user(users[0]).answer(before, {"topic": "a"})
    (old,) = own.world.store.service.webhooks().values()
    own.service.command("rotate-secret")
    (new,) = own.world.store.service.webhooks().values()
    assert old["secret"] != new["secret"]
    api.as_user(users[0]).answer(after, {"topic": "a"})
    own.settle(dataset, responses=2)
    outcomes = {labels[2] for labels in own.world.store.service.counters()}
    assert outcomes == {"accepted"}


def test_disconnecting_takes_ours_back_and_restores_what_it_replaced(
    own: Installation, api: Api
) -> None:
    users = crowd(api, "leave", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name="apart-leave")
    first, second = records_of(api, dataset, 2)
    question_id = api.question_id(dataset, "topic")
    suggestion = {"question_id": question_id, "value": "c", "agent": "llm-x", "score": 0.5}
    api.call("PUT", f"/records/{first['id']}/suggestions", json=suggestion)
    for record in (first, second):
        for user in users:
            api.as_user(user).answer(record, {"topic": "a"})
    own.settle(dataset, responses=4)
    assert ours(api, dataset, api.record(first), "topic")
    assert ours(api, dataset, api.record(second), "topic")
    own.service.command("disconnect", "--restore")
    (restored,) = api.suggestions(first)
    assert (restored["value"], restored["agent"]) == ("c", "llm-x")
    assert api.suggestions(second) == []
    assert own.world.store.history.length(dataset["id"]) > 0
    own.service.command("connect")
    eventually(lambda: ours(api, dataset, api.record(second), "topic") is not None, timeout_s=90)


def test_a_refit_begins_a_new_version(own: Installation, api: Api) -> None:
    users = crowd(api, "refit", 2)
    dataset = dataset_of(api, users, overlap=2)
    (record,) = records_of(api, dataset, 1)
    for user in users:
        api.as_user(user).answer(record, {"topic": "a"})
    own.settle(dataset, responses=2)
    name = own.world.store.datasets.info(dataset["id"])["name"]
    before = own.world.store.datasets.models(dataset["id"])["topic"]["version"]
    told = json.loads(own.service.command("refit", name, "--json").stdout)
    assert told[name]["topic"] in (before, before + 1)  # the first version may begin here
    kinds = {e.kind for e in own.world.store.history.after(dataset["id"], "0-0")}
    assert "version" in kinds
