"""A version of an earlier moment, on real parts: everything was changed since, and it is what it was."""

import json
from datetime import datetime, timezone
from pathlib import Path

from argilla_distill.workers.use_cases.reviews import enable
from demo.argilla.api import Api
from demo.running.installation import Installation, eventually
from tests.live.annotated_dataset import crowd, dataset_of, records_of


def test_whatever_is_changed_in_argilla_a_version_of_the_moment_before_is_what_it_was(
    installation: Installation, api: Api, tmp_path: Path
) -> None:
    """Edits, an adjudication, guidelines, settings, metadata, a deleted user and a deleted record."""
    users = crowd(api, "before", 3)
    dataset = dataset_of(api, users, overlap=3, guidelines="Be kind.")
    enable(installation.world, dataset["id"])
    records = records_of(api, dataset, 10)
    for user, labels in zip(users, ("a", "ab", "bc"), strict=True):
        api.as_user(user).answer_many(
            (record, {"topic": labels[-1 if n % 3 else 0]}) for n, record in enumerate(records)
        )
    service, world = installation.service, installation.world
    installation.settle(dataset, responses=30)
    service.command("reconcile", dataset["id"])
    create = ("version", "create", dataset["id"], "--wait", "--json")
    then = json.loads(service.command(*create).stdout)
    moment = datetime.now(timezone.utc).isoformat()
    review = str(getattr(world.store.reviews.of(dataset["id"]), "id", ""))
    api.update_dataset(dataset, guidelines="Be strict.")
    for user, label in zip([*users, *users[:2]], "cabca", strict=True):  # fifty edits
        api.as_user(user).answer_many((record, {"topic": label}) for record in records)
    eventually(lambda: bool(api.records(review)))
    api.answer(api.records(review)[0], {"topic": "c"})
    api.update_record(records[3], metadata={"n": 99})
    api.delete_user(users[2])
    api.delete_record(records[4])
    other = tmp_path / "other.toml"
    other.write_text('[defaults]\nstrategy = "majority"\nname_annotators = true\n')
    service.command("reconcile", dataset["id"])
    env = dict(service.env)
    service.env["DISTILL_CONFIG"] = str(other)
    try:
        now = json.loads(service.command(*create).stdout)
    finally:
        service.env.update(env)
    again = json.loads(service.command(*create, "--as-of", moment).stdout)
    assert again["content_sha256"] == then["content_sha256"] != now["content_sha256"]
    assert (then["records"], now["records"], again["records"]) == (10, 9, 10)
    assert (now["named"], again["named"]) == (True, then["named"])
    assert again["settings_sha256"] == then["settings_sha256"] != now["settings_sha256"]
    assert now["questions"][0]["adjudications"] == 1
    assert [e["number"] for e in now["guidelines"]] == [1, 2]
    assert again["guidelines"] == then["guidelines"]
    assert [edition["votes"] for edition in again["guidelines"]] == [30]
    assert (again["unknown"], again["parent"]) == (then["unknown"], now["name"])
    told = service.command("history", "--dataset", dataset["id"]).stdout
    assert "The guidelines are those of edition 2." in told
    assert "was deleted in Argilla" in service.command("history", records[4]["id"]).stdout
