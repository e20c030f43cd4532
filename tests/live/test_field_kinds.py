"""Fields of all kinds that Argilla has: distilled alike, shown as text, no script of theirs ever run."""

from __future__ import annotations

from typing import Any

import httpx

from demo.argilla.api import Api
from demo.argilla.payloads import Json, label_question, text_question
from demo.running.installation import Installation, eventually, ours
from tests.live.annotated_dataset import crowd

SCRIPT = "<script>alert('field')</script><img src=x onerror=alert(1)>"
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

KINDS: dict[str, Json] = {
    "image": {"type": "image"},
    "chat": {"type": "chat", "use_markdown": True},
    "custom": {"type": "custom", "template": "<b>{{record.fields.custom.a}}</b>"},
    "marked": {"type": "text", "use_markdown": True},
}

RECORDS: list[dict[str, Any]] = [
    {"image": PIXEL},
    {"image": "https://pictures.example/one.png?x=" + SCRIPT},
    {"chat": [{"role": "user", "content": SCRIPT}, {"role": "assistant", "content": "No."}]},
    {"custom": {"a": SCRIPT, "b": [1, {"c": None}], SCRIPT: "key"}},
    {"marked": f"# Title\n\n{SCRIPT}\n\n[link](javascript:alert(2))"},
    {"marked": "x" * 200_000},
    {"marked": ""},
    {},
]


def dataset_of_all_kinds(api: Api, users: list[Json]) -> Json:
    draft = api.create_dataset(
        api.create_workspace(users=users), fields=(), min_submitted=2, publish=False
    )
    path = f"/datasets/{draft['id']}"
    for name, settings in KINDS.items():
        api.call("POST", f"{path}/fields", json=field(name, settings))
    api.call("POST", f"{path}/fields", json=field("always", {"type": "text"}, required=True))
    for question in (label_question("topic", ["a", "b"]), text_question("conflicts")):
        api.call("POST", f"{path}/questions", json=question)
    return dict(api.call("PUT", f"{path}/publish"))


def field(name: str, settings: Json, required: bool = False) -> Json:
    return {"name": name, "title": name, "required": required, "settings": settings}


def test_records_with_fields_of_all_kinds_are_distilled_alike_and_shown_as_text(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "kinds", 3)
    dataset = dataset_of_all_kinds(api, users)
    records = api.add_records(dataset, [{"fields": {"always": "text", **r}} for r in RECORDS])
    given = 0
    for number, record in enumerate(records):
        for user in users[: 2 + number % 2]:
            api.as_user(user).answer(record, {"topic": "a"})
            given += 1
    installation.settle(dataset, responses=given)
    assert not installation.world.store.dirty.poisoned(dataset["id"])
    for record in records:
        suggestion = ours(api, dataset, api.record(record), "topic")
        assert suggestion is not None
        assert suggestion["value"] == "a"
        for key in (installation.service.env["ARGILLA_API_KEY"], users[0]["api_key"]):
            assert look(installation, f"/records/{record['id']}", key)["record_id"] == record["id"]
    reports = installation.world.store.reports
    eventually(lambda: reports.question(dataset["id"], "topic") is not None)
    for part in ("", "/examples", "/annotators"):
        address = f"/datasets/{dataset['id']}{part}"
        look(installation, address, installation.service.env["ARGILLA_API_KEY"])


def look(installation: Installation, path: str, key: str) -> Json:
    """A page's JSON; as a browser gets it, it holds no markup of a field's."""
    told = []
    for kind in ("text/html", "application/json"):
        headers = {"Authorization": f"Bearer {key}", "Accept": kind}
        answer = httpx.get(f"{installation.service.url}{path}", headers=headers, timeout=60)
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Type"].startswith(kind)
        told.append(answer)
    page = told[0].text
    assert not any(part in page for part in ("<script", "<img src=x", 'href="javascript'))
    return dict(told[1].json())
