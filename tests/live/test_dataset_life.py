"""What happens to datasets in their lives: published late, renamed, deleted, left by people."""

from __future__ import annotations

import json
from typing import Any

from demo.argilla.api import Api
from demo.argilla.payloads import Json
from demo.running.installation import Installation, batch, eventually, ours
from tests.live.annotated_dataset import crowd, dataset_of, records_of


def told(installation: Installation, dataset: Json) -> dict[str, Any]:
    """What `status` tells of a dataset."""
    every = json.loads(installation.service.command("status", "--json").stdout)
    return next(dict(each) for each in every if each["id"] == dataset["id"])


def well(installation: Installation, dataset: Json) -> bool:
    """Whether nothing of it waits, failed or was set aside."""
    store, info = installation.world.store, installation.world.store.datasets.info(dataset["id"])
    return (
        not any(store.dirty.sizes(dataset["id"]))
        and int(info.get("failures", 0)) == 0
        and info.get("word", "") == ""
    )


def test_a_dataset_that_is_published_late_renamed_and_left_by_people_goes_on(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "life", 3)
    draft = dataset_of(api, users, overlap=2, publish=False)
    installation.service.command("reconcile")  # a draft is no business of ours
    assert installation.world.store.datasets.info(draft["id"]).get("state") != "active"
    dataset = dict(api.call("PUT", f"/datasets/{draft['id']}/publish"))
    records = records_of(api, dataset, 6)
    for record in records:
        for user, label in zip(users, ("a", "a", "b"), strict=True):
            api.as_user(user).answer(record, {"topic": label})
    installation.settle(dataset, responses=18)
    assert all(ours(api, dataset, r, "topic") for r in api.records(dataset))

    api.update_dataset(dataset, name=f"{dataset['name']}-renamed")
    api.delete_records(dataset, records[4:])
    workspace = dataset["workspace_id"]
    api.call("DELETE", f"/workspaces/{workspace}/users/{users[2]['id']}")
    api.as_user(users[0]).answer_many([(records[0], {"topic": "b"})])
    installation.service.command("reconcile")
    installation.settle(dataset, responses=12)
    assert well(installation, dataset)
    assert told(installation, dataset)["name"].endswith("-renamed")
    expected = batch(api, dataset, "topic")
    stored = {record["id"]: record for record in api.records(dataset)}
    assert len(stored) == 4
    for record in stored.values():
        suggestion = ours(api, dataset, record, "topic")
        assert (suggestion and suggestion["value"]) == expected[record["id"]].value
        assert len(record["responses"]) == 3  # what people said stands when they leave


def test_a_dataset_that_is_deleted_while_at_work_is_let_go_without_an_error(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "gone", 2)
    dataset = dataset_of(api, users, overlap=2)
    for part in range(4):
        records = records_of(api, dataset, 12)
        for user in users:
            api.as_user(user).answer_many([(r, {"topic": "abc"[part % 3]}) for r in records])
    info = installation.world.store.datasets.info
    eventually(lambda: bool(info(dataset["id"]).get("observed")), 180)
    api.delete_dataset(dataset)
    eventually(lambda: info(dataset["id"]).get("state") == "deleted", 180)
    installation.settle(dataset)
    assert int(info(dataset["id"]).get("failures", 0)) == 0
    assert told(installation, dataset)["state"] == "deleted"
