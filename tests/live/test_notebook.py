"""The notebook in docs/, from its first cell to its last, on a service beside a real Argilla."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from argilla_distill import Client
from argilla_distill.client.errors import NotAllowed
from demo.argilla.api import Api
from demo.argilla.payloads import unique
from demo.running.installation import Installation
from tests.live.annotated_dataset import crowd, dataset_of
from tests.places import ROOT

NOTEBOOK = ROOT / "docs" / "versions.ipynb"

ABOUT = {
    "a": ("parcel", "delivery", "carrier", "late"),
    "b": ("refund", "money", "card", "paid"),
    "c": ("password", "login", "account", "email"),
}

TOLD = """
import json
print()
print(json.dumps({
    "versions": [each.name for each in dataset.versions()],
    "contested": len(contested),
    "votes": len(of_one),
    "train": sorted(frame["record_id"]),
    "scores": scores,
    "causes": difference.causes,
    "changed": sorted(difference.to_pandas()["record_id"]),
    "new": len(new.to_arrow()),
}))
"""
"""What the test asks of the notebook's names, behind the last cell."""


def script() -> str:
    """The notebook's code as one program, as a kernel would run it cell by cell."""
    notebook = json.loads(NOTEBOOK.read_text("utf-8"))
    assert notebook["nbformat"] == 4
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(cells) > 8
    assert not any(cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    return "\n".join([*cells, TOLD])


def run(environment: dict[str, str], folder: Path) -> dict[str, Any]:
    """Run it; what it comes to."""
    env = {
        "PATH": os.defpath,
        "XDG_CACHE_HOME": str(folder),
        "OMP_NUM_THREADS": "1",
        **environment,
    }
    command = [sys.executable, "-W", "error::FutureWarning", "-c", script()]
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


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
    create = ("version", "create", dataset["id"], "--strategy", "dawid_skene", "--wait")
    service.command(*create)
    for user, response in zip(users, first, strict=True):
        api.as_user(user).edit(response, {"topic": "b"})
    service.command("reconcile", dataset["id"])
    service.command(*create)
    told = json.loads(service.command("status", "--json").stdout)
    named = next(each["name"] for each in told if each["id"] == dataset["id"])

    found = run(
        {
            "DISTILL_URL": service.url,
            "ARGILLA_API_KEY": admin["api_key"],
            "DISTILL_DATASET": named,
        },
        tmp_path,
    )
    assert found["versions"] == ["dawid_skene-1", "dawid_skene-2"]
    assert found["contested"] > 5
    assert found["votes"] >= 3
    assert len(found["train"]) > 30
    assert all(0 < score < 1 for score in found["scores"].values())
    assert records[0]["id"] in found["changed"]
    assert found["causes"]["vote"] >= 1
    assert sum(found["causes"].values()) == len(found["changed"])

    with Client(service.url, users[0]["api_key"], cache=tmp_path) as client:
        with pytest.raises(NotAllowed, match="is an annotator"):
            client.dataset(named)
        with pytest.raises(NotAllowed, match="is an annotator"):
            client.dataset(dataset["id"])
