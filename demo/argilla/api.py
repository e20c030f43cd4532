"""A plain client of a real Argilla for the live tests: what owners and annotators do there.

    api = Api(argilla.url, argilla.api_key)
    ana = api.create_user("ana")
    workspace = api.create_workspace("news", [ana])
    dataset = api.create_dataset(workspace, "news", [label_question("topic", ["sport", "arts"])])
    record = api.add_records(dataset, ["The match ended 2:1."])[0]
    api.as_user(ana).answer(record, {"topic": "sport"})

Results are Argilla's JSON unchanged, and whatever has an id may be given as that JSON or as the id.
Questions go by name, values are a dict from question name to value.
Not here: questions, filters and sorts (`payloads.py`); starting Argilla (`demo/running/servers.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import httpx

from demo.argilla.api_error import ApiError
from demo.argilla.payloads import Json, Ref, id_of, terms, unique, with_lists, wrapped

Values: TypeAlias = Mapping[str, Any]

BULK = 500  # the most items that records/bulk takes
PAGE = 1_000  # the most records that one call lists
BOTH = ["responses", "suggestions"]


class Api:
    """Argilla as one user sees it; `as_user` is the same server as somebody else sees it."""

    def __init__(self, url: str, api_key: str, timeout_s: float = 60.0) -> None:
        self.url = url
        self.timeout_s = timeout_s
        headers = {"X-Argilla-Api-Key": api_key}
        # Reading all trusted certificates takes 25 ms for each of many users, on a machine's own address.
        self.http = httpx.Client(
            base_url=f"{url}/api/v1", headers=headers, timeout=timeout_s, verify=False
        )
        self._others: dict[str, Api] = {}
        self._question_ids: dict[tuple[str, str], str] = {}

    def __enter__(self) -> Api:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()
        for other in self._others.values():
            other.close()

    def call(self, method: str, path: str, **options: Any) -> Any:
        """The parsed answer, None for an empty one; `ApiError` for 4xx and 5xx."""
        response = self.http.request(method, path, **options)
        if response.is_error:
            raise ApiError(response)
        return response.json() if response.content else None

    # People and workspaces

    def me(self) -> Json:
        return dict(self.call("GET", "/me"))

    def as_user(self, user: Json) -> Api:
        """Always the same one for the same user; it is closed with this one."""
        key = str(user["api_key"])
        return self._others.setdefault(key, Api(self.url, key, self.timeout_s))

    def create_user(
        self, username: str, role: str = "annotator", password: str = "12345678", **more: Any
    ) -> Json:
        body = {"username": username, "first_name": username, "role": role, "password": password}
        return dict(self.call("POST", "/users", json=body | more))

    def users(self) -> list[Json]:
        return list(self.call("GET", "/users")["items"])

    def delete_user(self, user: Ref) -> None:
        self.call("DELETE", f"/users/{id_of(user)}")

    def token(self, username: str, password: str) -> str:
        """A bearer token, as the sign-in page gets it."""
        form = {"username": username, "password": password}
        return str(self.call("POST", "/token", data=form)["access_token"])

    def create_workspace(self, name: str | None = None, users: Iterable[Ref] = ()) -> Json:
        workspace = self.call("POST", "/workspaces", json={"name": name or unique("workspace")})
        for user in users:
            self.add_to_workspace(workspace, user)
        return dict(workspace)

    def add_to_workspace(self, workspace: Ref, user: Ref) -> None:
        body = {"user_id": id_of(user)}
        self.call("POST", f"/workspaces/{id_of(workspace)}/users", json=body)

    # Datasets

    def create_dataset(
        self,
        workspace: Ref,
        name: str | None = None,
        questions: Iterable[Json] = (),
        fields: Iterable[str] = ("text",),
        metadata: Mapping[str, str | Json] | None = None,
        min_submitted: int = 1,
        publish: bool = True,
        **more: Any,
    ) -> Json:
        """`metadata` declares properties: {"source": "terms", "length": "integer", ...}."""
        overlap = {"strategy": "overlap", "min_submitted": min_submitted}
        body: Json = {"name": name or unique("dataset"), "workspace_id": id_of(workspace)}
        dataset = self.call("POST", "/datasets", json=body | {"distribution": overlap} | more)
        path = f"/datasets/{dataset['id']}"
        for field in fields:
            body = {"name": field, "title": field, "required": True, "settings": {"type": "text"}}
            self.call("POST", f"{path}/fields", json=body)
        for item in questions:
            self.call("POST", f"{path}/questions", json=item)
        for key, kind in (metadata or {}).items():
            settings = {"type": kind} if isinstance(kind, str) else kind
            body = {"name": key, "title": key, "settings": settings, "visible_for_annotators": True}
            self.call("POST", f"{path}/metadata-properties", json=body)
        return dict(self.call("PUT", f"{path}/publish")) if publish else dict(dataset)

    def dataset(self, dataset: Ref) -> Json:
        return dict(self.call("GET", f"/datasets/{id_of(dataset)}"))

    def datasets(self, workspace: Ref | None = None) -> list[Json]:
        params = {"workspace_id": id_of(workspace)} if workspace else {}
        return list(self.call("GET", "/me/datasets", params=params)["items"])

    def update_dataset(self, dataset: Ref, **changes: Any) -> Json:
        return dict(self.call("PATCH", f"/datasets/{id_of(dataset)}", json=changes))

    def delete_dataset(self, dataset: Ref) -> None:
        self.call("DELETE", f"/datasets/{id_of(dataset)}")

    def questions(self, dataset: Ref) -> list[Json]:
        return list(self.call("GET", f"/datasets/{id_of(dataset)}/questions")["items"])

    def question_id(self, dataset: Ref, name: str) -> str:
        key = id_of(dataset), name
        if key not in self._question_ids:  # they stay as they are
            found = {(key[0], q["name"]): str(q["id"]) for q in self.questions(dataset)}
            self._question_ids.update(found)
        return self._question_ids[key]

    def progress(self, dataset: Ref) -> Json:
        return dict(self.call("GET", f"/datasets/{id_of(dataset)}/progress"))

    def my_progress(self, dataset: Ref) -> Json:
        return dict(self.call("GET", f"/me/datasets/{id_of(dataset)}/metrics")["responses"])

    # Records

    def add_records(self, dataset: Ref, records: Iterable[str | Json]) -> list[Json]:
        """A text, or {"fields": ..., "metadata": ..., "suggestions": {question: suggestion}}."""
        items = [{"fields": {"text": r}} if isinstance(r, str) else dict(r) for r in records]
        return self._bulk("POST", dataset, items)

    def upsert_records(self, dataset: Ref, items: Iterable[Json]) -> list[Json]:
        """As the SDK's `records.log`: items with an "id" change that record and emit no response.*

        `responses` in an item is {user id: values} for submitted ones, or Argilla's own list.
        """
        return self._bulk("PUT", dataset, [dict(item) for item in items])

    def log_responses(self, record: Ref, dataset: Ref, responses: Mapping[str, Values]) -> Json:
        """Answers of several users at once (user id → values), which emits no response event."""
        return self.upsert_records(dataset, [{"id": id_of(record), "responses": responses}])[0]

    def _bulk(self, method: str, dataset: Ref, items: list[Json]) -> list[Json]:
        ids = {q["name"]: q["id"] for q in self.questions(dataset)}
        items = [with_lists(item, ids) for item in items]
        path, done = f"/datasets/{id_of(dataset)}/records/bulk", []
        for start in range(0, len(items), BULK):
            body = {"items": items[start : start + BULK]}
            done += self.call(method, path, json=body)["items"]
        return done

    def record(self, record: Ref) -> Json:
        return dict(self.call("GET", f"/records/{id_of(record)}"))

    def records(self, dataset: Ref) -> list[Json]:
        """All records of a dataset, as many pages as it takes."""
        path, found = f"/datasets/{id_of(dataset)}/records", list[Json]()
        while True:
            params = {"include": BOTH, "limit": PAGE, "offset": len(found)}
            page = self.call("GET", path, params=params)["items"]
            found += page
            if len(page) < PAGE:
                return found

    def update_record(self, record: Ref, **changes: Any) -> Json:
        return dict(self.call("PATCH", f"/records/{id_of(record)}", json=changes))

    def delete_records(self, dataset: Ref, records: Iterable[Ref]) -> None:
        """At most 100."""
        params = {"ids": ",".join(id_of(record) for record in records)}
        self.call("DELETE", f"/datasets/{id_of(dataset)}/records", params=params)

    def delete_record(self, record: Ref) -> None:
        self.call("DELETE", f"/records/{id_of(record)}")

    def search(
        self,
        dataset: Ref,
        *filters: Json,
        sort: Sequence[Json] = (),
        text: str | None = None,
        limit: int = 1000,
        offset: int = 0,
        mine: bool = False,
    ) -> tuple[list[Json], int]:
        """Records and their total; `mine`: as the UI does, with my own response only."""
        body: Json = {"filters": {"and": list(filters)}} if filters else {}
        body |= {"sort": list(sort)} if sort else {}
        body |= {"query": {"text": {"q": text}}} if text else {}
        path = f"{'/me' if mine else ''}/datasets/{id_of(dataset)}/records/search"
        params = {"include": BOTH, "limit": limit, "offset": offset}
        found = self.call("POST", path, params=params, json=body)
        return [item["record"] for item in found["items"]], int(found["total"])

    def queue(self, dataset: Ref, status: str = "pending", **options: Any) -> list[Json]:
        """My records with that status, exactly as the UI asks for them."""
        wanted = [terms([status], entity="response", property="status")]
        if status == "pending":
            wanted.append(terms(["pending"], entity="record", property="status"))
        return self.search(dataset, *wanted, mine=True, **options)[0]

    # Responses

    def answer(self, record: Ref, values: Values, status: str = "submitted") -> Json:
        """My first response to a record; status: submitted, draft or discarded."""
        body = {"values": wrapped(values), "status": status}
        return dict(self.call("POST", f"/records/{id_of(record)}/responses", json=body))

    def edit(self, response: Ref, values: Values, status: str = "submitted") -> Json:
        """Replace a response of mine, as the UI does; needs the id that `answer` returned."""
        body = {"values": wrapped(values), "status": status}
        return dict(self.call("PUT", f"/responses/{id_of(response)}", json=body))

    def delete_response(self, response: Ref) -> None:
        self.call("DELETE", f"/responses/{id_of(response)}")

    def answer_many(self, answers: Iterable[tuple[Ref, Values]]) -> list[Json]:
        """Submit or replace responses of mine, up to 100, with their response.* events.

        Raises
        ------
        AssertionError : Argilla did not take some of them; the others are answered.
        """
        taken = self.try_to_answer(answers)
        refused = [each["error"] for each in taken if each.get("error")]
        assert not refused, f"Argilla refused {len(refused)} of {len(taken)} answers: {refused[0]}"
        return taken

    def try_to_answer(self, answers: Iterable[tuple[Ref, Values]]) -> list[Json]:
        """The same; which are not taken is told by the `error` of each, in their order."""
        items = [
            {"record_id": id_of(record), "values": wrapped(values), "status": "submitted"}
            for record, values in answers
        ]
        return list(self.call("POST", "/me/responses/bulk", json={"items": items})["items"])

    # Suggestions

    def suggestions(self, record: Ref) -> list[Json]:
        return list(self.call("GET", f"/records/{id_of(record)}/suggestions")["items"])

    def suggest(self, record: Json, name: str, value: Any, **more: Any) -> Json:
        """Upsert one suggestion (more: score, agent, type) of a record that is given as JSON."""
        body = {"question_id": self.question_id(record["dataset_id"], name), "value": value, **more}
        return dict(self.call("PUT", f"/records/{record['id']}/suggestions", json=body))

    def delete_suggestions(self, record: Ref, suggestions: Iterable[Ref]) -> None:
        """At most 100."""
        params = {"ids": ",".join(id_of(suggestion) for suggestion in suggestions)}
        self.call("DELETE", f"/records/{id_of(record)}/suggestions", params=params)

    # Webhooks

    def webhooks(self) -> list[Json]:
        return list(self.call("GET", "/webhooks")["items"])

    def create_webhook(self, url: str, events: Sequence[str], **more: Any) -> Json:
        return dict(self.call("POST", "/webhooks", json={"url": url, "events": events, **more}))

    def delete_webhook(self, webhook: Ref) -> None:
        self.call("DELETE", f"/webhooks/{id_of(webhook)}")
