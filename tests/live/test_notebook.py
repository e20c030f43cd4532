"""The notebook in docs/, from its first cell to its last, on a service beside a real Argilla."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from argilla_distill import Client
from argilla_distill.client.errors import NotAllowed
from demo.argilla.api import Api
from demo.argilla.payloads import unique
from demo.running.installation import Installation
from tests.live.annotated_dataset import crowd, dataset_of
from tests.notebook import run

ABOUT = {
    "a": ("parcel", "delivery", "carrier", "late"),
    "b": ("refund", "money", "card", "paid"),
    "c": ("password", "login", "account", "email"),
}


def test_the_notebook_runs_with_an_admins_key_and_an_annotator_is_told_why_not(
    installation: Installation, api: Api, tmp_path: Path
) -> None:
    users = crowd(api, "notebook", 3)
    dataset = dataset_of(api, users, overlap=3)
    admin = api.create_user(unique("notebook-admin"), role="admin")
    api.add_to_workspace(dataset["workspace_id"], admin)
    drawn, labels = random.Random(1), list(ABOUT)
    items: list[Any] = [
        {"fields": {"text": f"{n}: {' '.join(drawn.choices(ABOUT[labels[n % 3]], k=6))}"}}
        for n in range(60)
    ]
    records = api.add_records(dataset, items)
    first = [api.as_user(user).answer(records[0], {"topic": "a"}) for user in users]
    for user in users:
        answers = [
            (record, {"topic": drawn.choice(labels) if drawn.random() < 0.2 else labels[n % 3]})
            for n, record in enumerate(records)
        ]
        api.as_user(user).answer_many(answers[1:])
    service = installation.service
    service.command("reconcile", dataset["id"])
    service.command("version", "create", dataset["id"], "--strategy", "dawid_skene", "--wait")
    for user, response in zip(users, first, strict=True):
        api.as_user(user).edit(response, {"topic": "b"})
    service.command("reconcile", dataset["id"])
    told = json.loads(service.command("status", "--json").stdout)
    named = next(each["name"] for each in told if each["id"] == dataset["id"])

    found = run(
        tmp_path,
        {
            "DISTILL_URL": service.url,
            "ARGILLA_API_KEY": admin["api_key"],
            "DISTILL_DATASET": named,
            "DISTILL_STRATEGY": "dawid_skene",
        },
        120,
    )
    assert found["versions"] == ["dawid_skene-1", "dawid_skene-2"]
    assert found["contested"] > 5
    assert found["votes"] >= 3
    assert len(found["train"]) > 30
    assert all(0 < score < 1 for score in found["scores"].values())
    assert records[0]["id"] in found["changed"]
    assert found["causes"]["vote"] >= 1
    assert sum(found["causes"].values()) == len(found["changed"])

    with Client(service.url, admin["api_key"], cache=tmp_path) as client:
        made = client.dataset(named).version("dawid_skene-2")
        again = client.dataset(named).create(strategy="dawid_skene", as_of=made.at, tags=["again"])
        assert (again.name, again.digest) == ("dawid_skene-3", made.digest)
        assert again.manifest.created_by == admin["username"]
    with Client(service.url, users[0]["api_key"], cache=tmp_path) as client:
        with pytest.raises(NotAllowed, match="is an annotator"):
            client.dataset(named)
        with pytest.raises(NotAllowed, match="is an annotator"):
            client.dataset(dataset["id"])
