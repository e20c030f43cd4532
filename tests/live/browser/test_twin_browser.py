"""A version's twin on a real Argilla: made by its SDK in the original's form, seen and filtered in its UI."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from argilla_distill.domain.records import TWIN_OF, TWIN_VERSION
from argilla_distill.plugin.argilla.links import dataset_link
from argilla_distill.workers.use_cases.connecting.registration import distilled
from demo.argilla.api import Api
from demo.argilla.payloads import (
    Json,
    label_question,
    multi_label_question,
    ranking_question,
    rating_question,
    span_question,
    text_question,
)
from demo.running.installation import Installation
from demo.running.servers import Argilla
from tests.live.annotated_dataset import crowd
from tests.live.browser.chromium import PATIENCE_S, shoot, sign_in, text

pytestmark = pytest.mark.browser

LABELS = ("a", "b", "c")

QUESTIONS = (
    label_question("topic", LABELS),
    multi_label_question("index", LABELS, required=False),
    rating_question("stars", range(1, 6), required=False),
    ranking_question("order", LABELS, required=False),
    span_question("marks", LABELS, required=False),
    text_question("record"),
    text_question("conflicts"),
)
"""One of each type. `index` is a name that the SDK's settings refuse, `record` that of a property of ours."""

FIELDS: dict[str, Json] = {
    "text": {"type": "text", "use_markdown": True},
    "picture": {"type": "image"},
    "talk": {"type": "chat", "use_markdown": True},
    "form": {"type": "custom", "template": "<b>{{record.fields.form.a}}</b>"},
}

VALUES: dict[str, Any] = {
    "topic": "a",
    "index": ["a", "b"],
    "stars": 4,
    "order": [{"value": label, "rank": n + 1} for n, label in enumerate(LABELS)],
    "marks": [{"start": 0, "end": 4, "label": "a"}],
}

CONTENT: Json = {
    "picture": "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==",
    "talk": [{"role": "user", "content": "Hello"}],
    "form": {"a": "one", "b": [1, None]},
}


def dataset_of_everything(api: Api, users: list[Json]) -> Json:
    """Fields and questions of every kind, in a workspace of its own."""
    workspace = api.create_workspace(users=users)
    draft = api.create_dataset(workspace, fields=(), min_submitted=2, publish=False)
    path = f"/datasets/{draft['id']}"
    for name, settings in FIELDS.items():
        field = {"name": name, "title": name.title(), "settings": settings}
        api.call("POST", f"{path}/fields", json={**field, "required": name == "text"})
    for question in QUESTIONS:
        api.call("POST", f"{path}/questions", json={**question, "description": "What is it?"})
    api.update_dataset(draft, guidelines="Be kind.")
    return dict(api.call("PUT", f"{path}/publish"))


def form(api: Api, dataset: Json, part: str) -> list[Json]:
    """Fields or questions without what Argilla gives to each dataset anew.

    That all options are visible, the SDK says by their number, and whoever says nothing by null.
    """
    own = ("id", "dataset_id", "inserted_at", "updated_at")
    items = api.call("GET", f"/datasets/{dataset['id']}/{part}")["items"]
    for item in items:
        if "visible_options" in item["settings"]:
            item["settings"]["visible_options"] = len(item["settings"]["options"])
    return [{key: value for key, value in item.items() if key not in own} for item in items]


def test_a_twin_has_the_originals_form_and_is_seen_and_filtered_in_argilla(
    installation: Installation,
    argilla: Argilla,
    api: Api,
    browser: webdriver.Chrome,
) -> None:
    users, service = crowd(api, "twin", 2), installation.service
    dataset = dataset_of_everything(api, users)
    items = [{"fields": {"text": f"text {n}", **CONTENT}} for n in range(3)]
    records = api.add_records(dataset, items)
    for record, second in zip(records, ("a", "b", "a"), strict=True):
        api.as_user(users[0]).answer(record, VALUES)
        api.as_user(users[1]).answer(record, {**VALUES, "topic": second})
    service.command("reconcile", dataset["id"])
    create = ("version", "create", dataset["id"], "--strategy", "majority", "--tag", "seen")
    made = json.loads(service.command(*create, "--twin", "--wait", "--json").stdout)
    told = made["twin"]
    assert (told["state"], told["written"], told["left_out"]) == ("done", 3, {})

    twin = api.dataset(told["id"])
    assert told["name"] == f"versions/{dataset['name']} @ majority-1"
    assert twin["metadata"][TWIN_OF] == dataset["id"]
    assert twin["metadata"][TWIN_VERSION] == "majority-1"
    assert twin["guidelines"].startswith("**majority-1** of ")
    assert twin["guidelines"].endswith("Be kind.")
    for part in ("fields", "questions"):
        assert form(api, twin, part) == form(api, dataset, part)

    copies = {copy["external_id"]: copy for copy in api.records(twin)}
    assert set(copies) == {record["id"] for record in records}
    names = {q["id"]: q["name"] for q in api.questions(twin)}
    settled = copies[records[0]["id"]]
    assert settled["fields"] == {"text": "text 0", **CONTENT}
    assert {names[s["question_id"]]: s["value"] for s in settled["suggestions"]} == VALUES
    assert {s["agent"] for s in settled["suggestions"]} == {"distill/majority-1"}
    contested = copies[records[1]["id"]]
    assert contested["metadata"]["conflict"] == "open"
    assert contested["metadata"]["version_record"] == records[1]["id"]

    again = json.loads(
        service.command("version", "twin", dataset["id"], "seen", "--wait", "--json").stdout
    )
    assert (again["id"], len(api.records(twin))) == (twin["id"], 3)
    assert twin["id"] not in {each.id for each in distilled(installation.world)}
    assert twin["id"] not in installation.world.store.datasets.ids()

    wait = WebDriverWait(browser, PATIENCE_S)
    browser.get(f"{argilla.url}/sign-in")
    sign_in(browser, argilla.username, argilla.password)
    wait.until(lambda b: "sign-in" not in b.current_url)
    address = dataset_link(argilla.url, twin["id"])
    browser.get(f"{address}?page=1&status=pending&metadata=conflict.open")
    wait.until(lambda b: "text 1" in text(b))
    wait.until(lambda b: "\nof 1\n" in text(b))
    shoot(browser, "twin-conflict")
    browser.get(f"{address}?page=1&status=pending&metadata=conflict.none")
    wait.until(lambda b: "\nof 2\n" in text(b))
    wait.until(lambda b: "distill/majority-1" in text(b))
    shoot(browser, "twin")
    service.command("version", "twin", dataset["id"], "seen", "--delete")
    assert twin["id"] not in {each["id"] for each in api.datasets()}
