"""The command line on real parts: connecting, looking, rotating, taking back."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from argilla_distill.workers.writing.guidelines_section import END, START
from demo.argilla.api import Api
from demo.argilla.payloads import unique
from demo.running.installation import Installation, eventually, installed, ours
from demo.running.servers import Argilla, RedisServer
from tests.live.annotated_dataset import crowd, dataset_of, only, records_of


@pytest.fixture(scope="module")
def theirs(
    argilla: Argilla, redis_server: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    directory = tmp_path_factory.mktemp("commands")
    plan = only("apart-commands-*")
    with installed(argilla, redis_server.url(9), directory, plan=plan) as running:
        yield running


@pytest.fixture
def own(theirs: Installation) -> Installation:
    """The installation of these tests, connected and whole, whatever the test before stopped."""
    theirs.service.start()
    return theirs


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
    def outcomes() -> Counter[str]:
        told: Counter[str] = Counter()
        for labels, number in own.world.store.service.counters().items():
            told[labels[2]] += int(number)
        return told

    users = crowd(api, "rotate", 1)
    dataset = dataset_of(api, users, overlap=1, workspace_name=unique("apart-commands"))
    before, after = records_of(api, dataset, 2)
    api.as_user(users[0]).answer(before, {"topic": "a"})
    (old,) = own.world.store.service.webhooks().values()
    first = outcomes()
    own.service.command("rotate-secret")
    (new,) = own.world.store.service.webhooks().values()
    assert old["secret"] != new["secret"]
    api.as_user(users[0]).answer(after, {"topic": "a"})
    own.settle(dataset, responses=2)
    assert set(outcomes() - first) == {"accepted"}


def test_disconnecting_takes_ours_back_and_restores_what_it_replaced(
    own: Installation, api: Api
) -> None:
    users = crowd(api, "leave", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart-commands"))
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
    eventually(lambda: ours(api, dataset, api.record(second), "topic") is not None)


def test_a_refit_begins_a_new_fit(own: Installation, api: Api) -> None:
    users = crowd(api, "refit", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart-commands"))
    (record,) = records_of(api, dataset, 1)
    for user in users:
        api.as_user(user).answer(record, {"topic": "a"})
    own.settle(dataset, responses=2)
    name = own.world.store.datasets.info(dataset["id"])["name"]
    before = own.world.store.models.all(dataset["id"])["topic"].fit
    told = json.loads(own.service.command("refit", name, "--json").stdout)
    assert told[name]["topic"] in (before, before + 1)  # the first fit may begin here
    kinds = {e.kind for e in own.world.store.history.after(dataset["id"], "0-0")}
    assert "fit" in kinds


def test_status_and_history_read_in_80_columns_and_take_external_ids(
    own: Installation, api: Api
) -> None:
    users = crowd(api, "look", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart-commands"))
    record, _ = api.add_records(
        dataset,
        [{"fields": {"text": f"text {n}"}, "external_id": f"ticket/{n}"} for n in range(2)],
    )
    suggestion = {"question_id": api.question_id(dataset, "topic"), "value": "b", "agent": "llm-x"}
    api.call("PUT", f"/records/{record['id']}/suggestions", json=suggestion)
    given = [api.as_user(user).answer(record, {"topic": "b"}) for user in users]
    own.settle(dataset, responses=2)
    for user, response in zip(users, given, strict=True):
        api.as_user(user).edit(response, {"topic": "a"})
    eventually(lambda: len(own.history(record)) >= 6)
    own.service.command("backfill")
    own.settle(dataset)
    name = own.world.store.datasets.info(dataset["id"])["name"]
    told = own.service.command("status").stdout
    assert max(map(len, told.splitlines())) <= 80
    figures = told[told.index(name) + len(name) :].split()[:3]  # a long name has a line of its own
    assert figures == ["1/2", "2", "1"]
    (known,) = json.loads(own.service.command("status", name, "--json").stdout)
    expected = {"answers": 2, "suggestions": 1, "model_answers": 0, "labels": 1, "records": 2}
    assert {key: known[key] for key in expected} == expected
    assert known["writes"] >= known["labels"]
    assert known["entries"] >= 6  # two answers, two edits, a suggestion, a decision
    story = own.service.command("history", "ticket/0").stdout
    assert story.startswith(f"record {record['id']} (ticket/0)\nin {name}, completed")
    assert "changed the answer\n  topic: a (before: b)" in story
    assert max(map(len, story.splitlines())) <= 80


def test_disconnecting_for_good_leaves_nothing_but_what_people_said(
    own: Installation, api: Api
) -> None:
    users = crowd(api, "forgood", 2)
    dataset = dataset_of(api, users, overlap=2, workspace_name=unique("apart-commands"))
    records = records_of(api, dataset, 3)
    for record in records:
        for user, label in zip(users, ("a", "b"), strict=True):
            api.as_user(user).answer(record, {"topic": label})
    own.settle(dataset, responses=6)
    name = own.world.store.datasets.info(dataset["id"])["name"]
    api.update_dataset(dataset, guidelines=f"Be kind.\n\n{START}\n## Examples\n{END}\n")
    review = json.loads(own.service.command("review", "enable", name, "--json").stdout)
    eventually(lambda: len(api.records(review["id"])) == 3)
    copy = api.records(review["id"])[0]
    api.answer(copy, {"topic": "c", "why": "because"}, status="draft")
    told = own.service.command("disconnect", "--restore").stdout
    for part in ("in Argilla there stays", "guidelines", "with 3 copies", "--all"):
        assert part in " ".join(told.split())
    assert "disconnected" in own.service.command("status").stdout
    done = json.loads(own.service.command("disconnect", "--all", "--json").stdout)
    assert [thing["kind"] for thing in done["removed"]] == ["guidelines"]
    assert "1 copy that somebody opened" in done["stays"][0]["text"]
    assert api.dataset(dataset)["guidelines"].strip() == "Be kind."
    (left,) = api.records(review["id"])
    assert left["id"] == copy["id"]
    assert [s for s in left["suggestions"] if s["agent"].startswith("distill/")] == []
    assert all(api.suggestions(record) == [] for record in records)
    again = json.loads(own.service.command("disconnect", "--all", "--json").stdout)
    assert (again["webhooks_deleted"], again["records"], again["removed"]) == (0, 0, [])
    own.service.command("connect", "--wait")
    assert "active" in own.service.command("status", name).stdout


def test_what_is_amiss_is_said_in_our_words(own: Installation, tmp_path: Path) -> None:
    def told(*words: str, **env: str) -> tuple[int, str]:
        before = dict(own.service.env)
        own.service.env.update(env)
        try:
            done = own.service.command(*words, check=False)
        finally:
            own.service.env.clear()
            own.service.env.update(before)
        text = " ".join((done.stdout + done.stderr).split())
        assert not any(word in text for word in ("Traceback", "Errno", "hidden", "pydantic"))
        return done.returncode, text

    assert own.service.command("status").returncode == 0
    wrong = told("doctor", DISTILL_PUBLIC_URL="http://wrong.example")
    assert "but by the settings we are at http://wrong.example/webhooks/argilla" in wrong[1]
    plan = tmp_path / "other.toml"
    plan.write_text('[datasets."nobody/none"]\ndistil = false\n')
    assert "Argilla has no such dataset" in told("status", DISTILL_CONFIG=str(plan))[1]
    assert "Argilla has no such dataset" in told("doctor", DISTILL_CONFIG=str(plan))[1]
    code, text = told("connect", ARGILLA_API_KEY="hidden.key")
    assert (code, "does not know our API key (401)" in text) == (4, True)
    code, text = told("connect", ARGILLA_API_URL="http://user:hidden@127.0.0.1:1")
    assert (code, "http://127.0.0.1:1 refuses the connection" in text) == (3, True)
    url = own.service.env["DISTILL_REDIS_URL"]
    argillas = url.rpartition("/")[0] + "/0"
    code, text = told("connect", DISTILL_REDIS_URL=argillas, DISTILL_KEY_PREFIX="fresh")
    assert (code, "which are Argilla's" in text) == (4, True)
    with_password = argillas.replace("redis://", "redis://ada:hidden@")
    code, text = told("status", DISTILL_REDIS_URL=with_password)
    assert (code, "does not accept the password or user name" in text) == (4, True)
    for worker in own.service.workers:
        worker.stop()
    code, text = told("reconcile")
    assert "no worker is alive" in text
