"""The main promise on real parts: answers become suggestions, and nothing of the annotators' changes."""

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from argilla_distill.workers.use_cases.connecting.leaving import withdraw_all
from demo.argilla.api import Api
from demo.argilla.payloads import Json
from demo.running.installation import STRATEGY, Installation, batch, eventually, ours
from tests.live.annotated_dataset import LABELS, LAG, crowd, dataset_of, records_of


def test_ten_annotators_at_once_get_what_a_batch_computation_gives(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "ten", 10)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 30)
    draw = random.Random(5)
    truth = {record["id"]: draw.choice(LABELS) for record in records}
    chosen = {
        record["id"]: draw.sample(range(10), 3 if n < 25 else 2) for n, record in enumerate(records)
    }

    def work(number: int) -> list[Json]:
        mine, me = random.Random(number), api.as_user(users[number])
        given = []
        for record in records:
            if number in chosen[record["id"]]:
                right = mine.random() < 0.5 + number / 20
                label = truth[record["id"]] if right else mine.choice(LABELS)
                given.append(me.answer(record, {"topic": label}))
        return given

    with ThreadPoolExecutor(10) as pool:
        given = [response for part in pool.map(work, range(10)) for response in part]
    installation.settle(dataset, responses=len(given))

    after = {record["id"]: record for record in api.records(dataset)}
    expected = batch(api, dataset, "topic")
    for record in after.values():
        suggestion = ours(api, dataset, record, "topic")
        if record["status"] != "completed":
            assert record["suggestions"] == []
            continue
        assert suggestion is not None
        assert suggestion["value"] == expected[record["id"]].value
        assert suggestion["score"] == pytest.approx(expected[record["id"]].confidence, abs=LAG)
        assert suggestion["type"] == "model"
        assert suggestion["agent"].startswith(f"distill/{STRATEGY}:")
    assert sum(record["status"] == "completed" for record in after.values()) == 25

    untouched = [{k: r[k] for k in ("id", "fields", "metadata", "external_id")} for r in records]
    assert [{k: after[r["id"]][k] for k in r} for r in untouched] == untouched
    stand = {r["id"]: r for record in after.values() for r in record["responses"]}
    assert stand == {response["id"]: response for response in given}


def test_a_conflict_gets_a_note_and_the_note_goes_when_the_conflict_ends(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "note", 3)
    dataset = dataset_of(api, users, overlap=3)
    (record, *_) = records_of(api, dataset, 2)
    *_, third = (
        api.as_user(user).answer(record, {"topic": label})
        for user, label in zip(users, ("a", "a", "b"), strict=True)
    )
    installation.settle(dataset, responses=3)
    note = ours(api, dataset, api.record(record), "conflicts")
    assert note is not None
    assert len(note["value"].splitlines()) <= 10
    assert f"{installation.service.url}/records/{record['id']}" in note["value"]
    assert all(user["username"] not in note["value"] for user in users)

    api.as_user(users[2]).edit(third, {"topic": "a", "conflicts": note["value"]})
    eventually(lambda: ours(api, dataset, api.record(record), "conflicts") is None)
    suggestion = ours(api, dataset, api.record(record), "topic")
    assert suggestion is not None
    assert suggestion["value"] == "a"
    said = [values for kind, _, values in installation.history(record) if kind == "answer"]
    assert all("conflicts" not in values for values in said)


def test_edits_retractions_and_deletions_are_followed_and_the_history_keeps_the_old(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "edits", 3)
    dataset = dataset_of(api, users, overlap=2)
    (record, *_) = records_of(api, dataset, 3)
    answers = [api.as_user(user).answer(record, {"topic": "a"}) for user in users[:2]]

    def value() -> Any:
        suggestion = ours(api, dataset, api.record(record), "topic")
        return suggestion and suggestion["value"]

    eventually(lambda: value() == "a")
    for user, answer in zip(users[:2], answers, strict=True):
        api.as_user(user).edit(answer, {"topic": "b"})
    eventually(lambda: value() == "b")
    api.as_user(users[0]).edit(answers[0], {"topic": "b"}, "draft")  # retracted: pending again
    eventually(lambda: value() is None)
    api.as_user(users[0]).edit(answers[0], {"topic": "c"})  # a tie is an abstention
    eventually(lambda: "tie" in installation.decided(record)["topic"].abstention)
    assert value() is None
    api.as_user(users[0]).edit(answers[0], {"topic": "b"})
    eventually(lambda: value() == "b")
    api.as_user(users[1]).delete_response(answers[1])
    eventually(lambda: value() is None)
    said = [(status, v) for kind, status, v in installation.history(record) if kind == "answer"]
    assert said == [
        ("submitted", {"topic": "a"}),
        ("submitted", {"topic": "a"}),
        ("submitted", {"topic": "b"}),
        ("submitted", {"topic": "b"}),
        ("draft", {"topic": "b"}),
        ("submitted", {"topic": "c"}),
        ("submitted", {"topic": "b"}),
        ("deleted", {}),
    ]


def test_a_deleted_record_leaves_the_model_and_stays_in_the_history(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "gone", 2)
    dataset = dataset_of(api, users, overlap=2)
    first, second = records_of(api, dataset, 2)
    for record in (first, second):
        for user in users:
            api.as_user(user).answer(record, {"topic": "a"})
    installation.settle(dataset, responses=4)
    api.delete_record(first)
    installation.settle(dataset, responses=2)
    assert set(installation.state(dataset)) == {second["id"]}
    assert ("deleted", {}) in [(s, v) for _, s, v in installation.history(first)]
    models = installation.world.store.models.all(dataset["id"])
    assert models["topic"].votes == 2


def test_a_deleted_dataset_is_left_alone_and_its_history_kept(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "lost", 2)
    dataset = dataset_of(api, users, overlap=2)
    (record,) = records_of(api, dataset, 1)
    for user in users:
        api.as_user(user).answer(record, {"topic": "a"})
    installation.settle(dataset, responses=2)
    api.delete_dataset(dataset)
    info = installation.world.store.datasets.info
    eventually(lambda: info(dataset["id"]).get("state") == "deleted")
    assert installation.waiting(dataset) == 0
    assert installation.world.store.history.length(dataset["id"]) >= 2


def test_what_no_delivery_tells_is_found_by_reconcile(installation: Installation, api: Api) -> None:
    users = crowd(api, "silent", 3)
    dataset = dataset_of(api, users, overlap=2)
    first, second = records_of(api, dataset, 2)
    for user in users[:2]:
        api.as_user(user).answer(first, {"topic": "a"})
    installation.settle(dataset, responses=2)
    api.log_responses(
        second, dataset, {users[0]["id"]: {"topic": "b"}, users[2]["id"]: {"topic": "b"}}
    )
    api.delete_user(users[1])
    name = f"{installation.world.gateway.dataset(dataset['id']).workspace}/{dataset['name']}"
    installation.service.command("reconcile", name)
    state = installation.state(dataset)
    assert state[second["id"]]["decided"] == {"topic": "b"}
    assert len(state[first["id"]]["responses"]) == 1
    assert ours(api, dataset, api.record(second), "topic") is not None
    assert ("answer", "deleted", {}) in installation.history(first)


def test_an_accepted_suggestion_of_ours_is_an_echo_and_raises_no_confidence(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "echo", 4)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 4)
    for record in records[1:]:
        for user in users:
            api.as_user(user).answer(record, {"topic": "b"})
    given = [
        api.as_user(user).answer(records[0], {"topic": label})
        for user, label in zip(users, ("a", "a", "b"), strict=False)
    ]
    installation.settle(dataset, responses=15)
    before = installation.decided(records[0])["topic"]
    assert before.value == "a"
    api.as_user(users[3]).answer(records[0], {"topic": "a"})  # accepts what is suggested
    installation.settle(dataset, responses=16)
    after = installation.decided(records[0])["topic"]
    assert after.confidence <= before.confidence + 0.001
    assert len(after.voices) == len(before.voices) == 3
    api.as_user(users[2]).edit(given[2], {"topic": "a"})  # gives in: the vote against is withdrawn
    installation.settle(dataset, responses=16)
    assert len(installation.decided(records[0])["topic"].voices) == 2


def test_another_agents_suggestion_is_a_vote_before_ours_replaces_it_and_can_be_restored(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "agent", 2)
    dataset = dataset_of(api, users, overlap=2)
    (record, pending) = records_of(api, dataset, 2)
    question_id = api.question_id(dataset, "topic")
    for each in (record, pending):
        suggestion = {"question_id": question_id, "value": "c", "agent": "llm-x", "score": 0.5}
        api.call("PUT", f"/records/{each['id']}/suggestions", json=suggestion)
    for user in users:
        api.as_user(user).answer(record, {"topic": "a"})
    installation.settle(dataset, responses=2)
    assert len(installation.decided(record)["topic"].voices) == 3
    replaced = ours(api, dataset, api.record(record), "topic")
    assert replaced is not None
    assert replaced["value"] == "a"
    assert ours(api, dataset, api.record(pending), "topic") is None
    withdraw_all(installation.world, dataset["id"], restore=True, progress=lambda done, total: None)
    (restored,) = [s for s in api.suggestions(record) if s["question_id"] == question_id]
    assert (restored["value"], restored["agent"], restored["score"]) == ("c", "llm-x", 0.5)
