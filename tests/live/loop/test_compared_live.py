"""Which version and which run is better, on real parts: by command, on the page and in a notebook alike."""

import json
import random
import string
from pathlib import Path
from typing import Any

import httpx

from argilla_distill import Client
from argilla_distill.domain.audits import marked_out
from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.workers.use_cases.reviews import enable
from demo.argilla.api import Api
from demo.argilla.payloads import Json, unique
from demo.running.installation import Installation, eventually
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd, dataset_of

AUDITS = 10
"""So many are needed for a comparison."""


def to_be_audited(dataset_id: str) -> list[str]:
    """Texts that have nothing in common, of records that are marked out for audits."""
    drawn = random.Random(3)
    found: list[str] = []
    while len(found) < AUDITS:
        words = ("".join(drawn.choices(string.ascii_lowercase, k=6)) for _ in range(12))
        text = " ".join(words)
        if marked_out(fingerprint({"text": text}), text, dataset_id):
            found.append(text)
    return found


def predicted(records: list[Json], label: str) -> list[dict[str, str]]:
    return [{"record_id": record["id"], "prediction": label} for record in records]


def audit(installation: Installation, api: Api, dataset: Json, label: str) -> None:
    """A reviewer decides every audit, a few at a time, as they come."""
    world, done = installation.world, set[str]()

    def all_decided() -> bool:
        review = world.store.reviews.of(dataset["id"])
        assert review is not None
        for copy in api.records(str(review.id)):
            if copy["metadata"]["kind"] == "audit" and copy["id"] not in done:
                api.answer(copy, {"topic": label})
                done.add(copy["id"])
        return len(done) == AUDITS

    eventually(all_decided)
    installation.settle(dataset)


def test_the_better_version_and_the_better_run_are_told_alike_wherever_it_is_asked(
    installation: Installation, argilla: Argilla, api: Api, tmp_path: Path
) -> None:
    """In the earlier version everybody is wrong, and in the later one right, as the audits tell."""
    (user,) = crowd(api, "comparing", 1)
    dataset = dataset_of(api, [user], overlap=1, workspace_name=unique("audited-room"))
    enable(installation.world, dataset["id"])
    records = api.add_records(dataset, to_be_audited(dataset["id"]))
    annotator, service = api.as_user(user), installation.service
    given: list[Any] = [annotator.answer(record, {"topic": "a"}) for record in records]
    installation.settle(dataset, responses=AUDITS)
    create = ("version", "create", dataset["id"], "--strategy", "majority", "--wait")
    service.command(*create)
    for answer in given:
        annotator.edit(answer, {"topic": "b"})
    audit(installation, api, dataset, "b")
    service.command(*create)
    path = tmp_path / "good.jsonl"
    path.write_text("\n".join(map(json.dumps, predicted(records, "b"))))
    add = ("run", "add", dataset["id"], str(path), "--name", "good", "--trained-on", "latest")
    service.command(*add)

    with Client(service.url, argilla.api_key, progress=False) as client:
        remote = client.dataset(dataset["id"])
        remote.add_run("poor", predicted(records, "c"), trained_on="latest")
        found = remote.compare("majority-1", "latest", runs=["good", "poor"])
        eventually(lambda: all(each.right for each in remote.runs()))
        rates = {each.run.name: each.right for each in remote.runs()}
    told = {(each.question, each.aspect): each for each in found.contests}
    labels, runs = told["topic", "labels"], told["topic", "runs"]
    assert (labels.verdict, labels.only_one, labels.only_other) == ("other", 0, AUDITS)
    assert runs.sentence.startswith("good is the better model: +100 points")
    assert rates["good"] is not None
    assert rates["good"].value > 0.9

    names = ("compare", dataset["id"], "majority-1", "majority-2", "--runs", "good", "poor")
    by_command = json.loads(service.command(*names, "--json").stdout)
    assert by_command["content"] == found.content
    headers = {"Authorization": f"Bearer {argilla.api_key}", "Accept": "text/html"}
    at = f"{service.url}/datasets/{dataset['id']}/compare/majority-1...latest?runs=good...poor"
    page = httpx.get(at, headers=headers).raise_for_status().text
    for sentence in {each["sentence"] for each in by_command["contests"]}:
        assert sentence in page
    assert "majority-2: " in page  # the picture in words
