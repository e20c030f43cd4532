"""Versions on real parts: made by a worker beside live work, equal when made again, read as files."""

import json
import os
import signal
import time
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from demo.argilla.api import Api
from demo.running.installation import Installation
from tests.live.annotated_dataset import crowd, dataset_of, records_of
from tests.live.faults.killed_process import children, kill


def rows(manifest: dict[str, Any], folder: Path, table: str) -> list[dict[str, Any]]:
    """All rows of a table of a version."""
    place = folder / manifest["dataset_id"] / manifest["name"]
    files = [file["path"] for file in manifest["files"] if file["path"].startswith(f"{table}-")]
    return [row for file in files for row in pq.read_table(place / file).to_pylist()]


def test_a_version_holds_what_was_decided_and_an_earlier_moment_is_made_again_alike(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "version", 3)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 12)
    given: list[Any] = []
    for n, record in enumerate(records):
        for user, label in zip(users, "aab" if n % 3 else "aaa", strict=True):
            given.append(api.as_user(user).answer(record, {"topic": label}))
    service = installation.service
    service.command("reconcile", dataset["id"])
    then = json.loads(
        service.command("version", "create", dataset["id"], "--wait", "--json").stdout
    )
    moment = datetime.now(timezone.utc).isoformat()
    api.as_user(users[0]).edit(given[0], {"topic": "b"})
    service.command("reconcile", dataset["id"])
    create = ("version", "create", dataset["id"], "--wait", "--json")
    now = json.loads(service.command(*create, "--tag", "prod").stdout)
    again = json.loads(service.command(*create, "--as-of", moment).stdout)
    assert then["records"] == now["records"] == 12
    assert again["content_sha256"] == then["content_sha256"] != now["content_sha256"]
    folder = Path(service.env["DISTILL_VERSIONS"])
    decided = {row["record_id"]: row["topic"] for row in rows(then, folder, "records")}
    assert set(decided) == {record["id"] for record in records}
    assert {each["value"] for each in decided.values()} == {"a"}
    assert sum(each["conflict"]["ever"] for each in decided.values()) == 8
    assert len(rows(now, folder, "votes")) == 37
    told = json.loads(service.command("version", "list", dataset["id"], "--json").stdout)
    assert [version["tags"] for version in told["versions"]] == [[], ["prod"], ["latest"]]
    assert "identical" in service.command("version", "verify", dataset["id"], "prod").stdout


def test_kill_9_while_a_version_is_made_leaves_nothing_half_and_the_next_worker_finishes_it(
    installation: Installation, api: Api
) -> None:
    """The worker, the job and what goes on beside it are killed at the first sign of life."""
    users = crowd(api, "killed", 3)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 60)
    for user in users:
        api.as_user(user).answer_many((record, {"topic": "a"}) for record in records)
    service, versions = installation.service, installation.world.store.versions
    service.command("reconcile", dataset["id"])
    name = json.loads(service.command("version", "create", dataset["id"], "--json").stdout)["name"]
    (worker,) = service.workers
    end = time.monotonic() + 60
    while not (versions.progress(dataset["id"], name) or versions.manifest(dataset["id"], name)):
        assert time.monotonic() < end
    aside = [process for job in children(worker.pid) for process in children(job)]
    kill(worker, and_children=True)
    for process in aside:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    told = json.loads(service.command("version", "list", dataset["id"], "--json").stdout)
    folder = Path(service.env["DISTILL_VERSIONS"]) / dataset["id"]
    assert [m["name"] for m in told["making"]] + [m["name"] for m in told["versions"]] == [name]
    assert (folder / name).exists() == bool(told["versions"])
    worker.start()
    again = json.loads(
        service.command("version", "create", dataset["id"], "--wait", "--json").stdout
    )
    first = json.loads(service.command("version", "show", dataset["id"], name, "--json").stdout)
    assert first["content_sha256"] == again["content_sha256"]
    assert first["records"] == 60
    for made in (name, again["name"]):
        assert "identical" in service.command("version", "verify", dataset["id"], made).stdout
