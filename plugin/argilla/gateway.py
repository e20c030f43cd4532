"""Every request that we make of Argilla's API, as a method. Only `sdk`, which makes twins, has others.

It sends the smallest JSON that says what is meant (the SDK's `records.log` sends whole records
back and so can undo what annotators did meanwhile). What the values mean is in `domain.records`, how a
call is made and fails in `calls`, how records are found by id in `records_by_id`, what rounds add in
`added_records`, webhooks in `webhooks`; what to write is decided by `workers.use_cases`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

import httpx

from argilla_distill.domain.records import Dataset, Record, milliseconds
from argilla_distill.plugin.argilla.added_records import AddedRecords
from argilla_distill.plugin.argilla.calls import Calls, Timer, client
from argilla_distill.plugin.argilla.questions_read import QuestionsRead
from argilla_distill.plugin.argilla.records_by_id import RecordsById
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.argilla.webhooks import Webhooks
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable, NotInArgilla
from argilla_distill.plugin.settings import Settings

VISITOR_TIMEOUT_S = 10.0
"""How long somebody who signs in waits for Argilla."""


def connect(settings: Settings, timer: Timer | None = None) -> Gateway:
    """A gateway with the service's own key."""
    key = {"X-Argilla-Api-Key": settings.argilla_api_key.get_secret_value()}
    return Gateway(client(settings, settings.argilla_timeout_s, key), timer)


def anonymous(settings: Settings) -> Gateway:
    """A gateway without any key and with a cookie jar of its own, for one visitor."""
    return Gateway(client(settings, min(settings.argilla_timeout_s, VISITOR_TIMEOUT_S), {}))


class Gateway:
    """Argilla through one authenticated HTTP client.

    Every method raises `ArgillaUnavailable` (try again), `ArgillaRefused` or `NotInArgilla` (final),
    and those that write also `InvalidValue`.
    """

    def __init__(self, http: httpx.Client, timer: Timer | None = None) -> None:
        self._calls = Calls(http, timer)
        self._records = RecordsById(self._calls)
        self._questions = QuestionsRead(self._calls)
        self.added = AddedRecords(self._calls)
        self.webhooks = Webhooks(self._calls)

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()

    def within(self, limit_s: float) -> AbstractContextManager[None]:
        """Calls made inside, by the same thread, are given up after so many seconds of silence."""
        return self._calls.within(limit_s)

    # People

    def me(self) -> User:
        """The user whose key we use."""
        return User.parse(self._calls.json("me", "GET", "me"))

    def user(self, user_id: str) -> tuple[User, list[str]]:
        """A user and the ids of their workspaces. Needs an owner's key."""
        user = self._calls.json("sign_in", "GET", f"users/{user_id}")
        spaces = self._calls.json("sign_in", "GET", f"users/{user_id}/workspaces")["items"]
        return User.parse(user), [space["id"] for space in spaces]

    def users(self) -> dict[str, str]:
        """All users: id → username. Needs an owner's key."""
        return {u["id"]: u["username"] for u in self._calls.json("users", "GET", "users")["items"]}

    def admins(self) -> set[str]:
        """The ids of owners and admins. Needs an owner's key."""
        items = self._calls.json("users", "GET", "users")["items"]
        return {u["id"] for u in items if u["role"] in ("owner", "admin")}

    def sign_in(self, username: str, password: str) -> tuple[User, list[str]]:
        """A visitor's user and the ids of their workspaces, by their own Argilla account.

        Raises
        ------
        ArgillaRefused : user name or password is wrong.
        """
        form = {"username": username, "password": password}
        token = self._calls.json("sign_in", "POST", "token", data=form)["access_token"]
        return self._visitor({"Authorization": f"Bearer {token}", "X-Argilla-Api-Key": ""})

    def identify(self, api_key: str) -> tuple[User, list[str]]:
        """A visitor's user and the ids of their workspaces, by their own API key.

        Raises
        ------
        ArgillaRefused : nobody has this key.
        """
        return self._visitor({"X-Argilla-Api-Key": api_key})

    def _visitor(self, headers: dict[str, str]) -> tuple[User, list[str]]:
        user = self._calls.json("sign_in", "GET", "me", headers=headers)
        spaces = self._calls.json("sign_in", "GET", "me/workspaces", headers=headers)["items"]
        return User.parse(user), [space["id"] for space in spaces]

    # Datasets

    def workspaces(self) -> dict[str, str]:
        """The workspaces that our key may see: id → name."""
        items = self._calls.json("datasets", "GET", "me/workspaces")["items"]
        return {space["id"]: space["name"] for space in items}

    def datasets(self, published: bool = True) -> list[Dataset]:
        """All published datasets, or all that are not published yet, without their questions."""
        names = self.workspaces()
        items = self._calls.json("datasets", "GET", "me/datasets")["items"]
        return [Dataset.parse(d, names) for d in items if (d["status"] == "ready") == published]

    def dataset(
        self, dataset_id: str, workspaces: Mapping[str, str] | None = None, lately: bool = False
    ) -> Dataset:
        """One dataset with its questions. `workspaces` are those whose names are known, by id.

        `lately`: its questions may be as they were read a short while ago; the rest is as it is now.
        """
        data = self._calls.json("dataset", "GET", f"datasets/{dataset_id}")
        questions = self._questions.of(dataset_id, data["status"] == "ready", lately)
        names = dict(workspaces or {})
        if data["workspace_id"] not in names:
            space = self._calls.json("dataset", "GET", f"workspaces/{data['workspace_id']}")
            names[space["id"]] = space["name"]
        return Dataset.parse(data, names, questions)

    def activity(self, dataset_id: str) -> int:
        """When somebody last answered, in ms since the epoch."""
        return milliseconds(
            self._calls.json("look", "GET", f"datasets/{dataset_id}")["last_activity_at"]
        )

    def progress(self, dataset_id: str) -> dict[str, dict[str, int]]:
        """How many responses each user has given: username → status → count."""
        users = self._calls.json("look", "GET", f"datasets/{dataset_id}/users/progress")["users"]
        return {
            user["username"]: {
                status: user["completed"].get(status, 0) + user["pending"].get(status, 0)
                for status in ("submitted", "draft", "discarded")
            }
            for user in users
        }

    def guidelines(self, dataset_id: str) -> str:
        """A dataset's guidelines, markdown; empty without any."""
        return self._calls.json("guidelines", "GET", f"datasets/{dataset_id}")["guidelines"] or ""

    def write_guidelines(self, dataset_id: str, text: str) -> None:
        """Replace a dataset's guidelines, markdown of at most 10,000 characters; "" removes them."""
        body = {"guidelines": text or None}
        self._calls.call("guidelines", "PATCH", f"datasets/{dataset_id}", json=body)

    def create_and_delete_dataset(self, name: str) -> str | None:
        """Make Argilla send an event. Returns the id of a dataset that was, None without a workspace."""
        spaces = self.workspaces()
        if not spaces:
            return None
        body = {"name": name, "workspace_id": next(iter(spaces))}
        dataset_id = str(self._calls.json("probe", "POST", "datasets", json=body)["id"])
        self._calls.call("probe", "DELETE", f"datasets/{dataset_id}")
        return dataset_id

    # Review datasets, which we make ourselves; twins, the other kind, are made by `sdk`

    def blueprint(self, dataset_id: str) -> dict[str, Any]:
        """What a dataset like this one is made of: guidelines, fields and questions, as Argilla's JSON."""
        parts = {
            part: self._calls.json("dataset", "GET", f"datasets/{dataset_id}/{part}")["items"]
            for part in ("fields", "questions")
        }
        data = self._calls.json("dataset", "GET", f"datasets/{dataset_id}")
        return {"guidelines": data.get("guidelines") or "", **parts}

    def create_dataset(
        self,
        body: Mapping[str, Any],
        fields: Sequence[Mapping[str, Any]],
        questions: Sequence[Mapping[str, Any]],
        metadata: Sequence[Mapping[str, Any]],
    ) -> str:
        """Make and publish a dataset. Returns its id. What cannot be finished is deleted."""
        dataset_id = str(self._calls.json("create", "POST", "datasets", json=body)["id"])
        path = f"datasets/{dataset_id}"
        parts = (("fields", fields), ("questions", questions), ("metadata-properties", metadata))
        try:
            for part, items in parts:
                for item in items:
                    self._calls.call("create", "POST", f"{path}/{part}", json=item)
            self._calls.call("create", "PUT", f"{path}/publish")
        except Exception:
            with suppress(ArgillaUnavailable, ArgillaRefused, NotInArgilla):
                self._calls.call("create", "DELETE", path)
            raise
        return dataset_id

    def delete_dataset(self, dataset_id: str) -> None:
        """Delete a dataset of ours; one already gone is no error."""
        with suppress(NotInArgilla):
            self._calls.call("create", "DELETE", f"datasets/{dataset_id}")

    def update_dataset(self, dataset_id: str, **changes: Any) -> None:
        """Change `distribution`, `guidelines` or `name` of a dataset."""
        self._calls.call("update", "PATCH", f"datasets/{dataset_id}", json=changes)

    def update_question(self, question_id: str, **changes: Any) -> None:
        """Change `title`, `description` or `settings` of a question."""
        self._calls.call("update", "PATCH", f"questions/{question_id}", json=changes)

    def put_records(self, dataset_id: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Record]:
        """Upsert at most 500 records of a dataset of ours. Returns them as they are now, by external id."""
        path = f"datasets/{dataset_id}/records/bulk"
        data = self._calls.json("copy", "PUT", path, json={"items": list(items)})
        return {item["external_id"]: Record.parse(item) for item in data["items"]}

    def delete_records(self, dataset_id: str, ids: Sequence[str]) -> None:
        """Delete at most 100 records of a dataset of ours; those already gone are no error."""
        with suppress(NotInArgilla):
            path = f"datasets/{dataset_id}/records"
            self._calls.call("copy", "DELETE", path, params={"ids": ",".join(ids)})

    # Records

    def record(self, record_id: str) -> Record:
        """One record with responses and suggestions."""
        return self._records.one(record_id)

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        """Many records by id; those that are gone are left out.

        Parameters
        ----------
        settled : whether all have been there, if they are, for longer than the index lags behind.
        """
        return self._records.found(dataset_id, ids, settled)

    def page(self, dataset_id: str, offset: int, limit: int) -> tuple[list[Record], int]:
        """A page of a dataset's records, and how many there are in all."""
        return self.unparsed_page(dataset_id, offset, limit)()

    def unparsed_page(
        self, dataset_id: str, offset: int, limit: int
    ) -> Callable[[], tuple[list[Record], int]]:
        """A page that was read, and a function that parses it: a thread that only reads asks for the next."""
        query = {"include": "responses,suggestions", "offset": offset, "limit": limit}
        path = f"datasets/{dataset_id}/records"
        parsed = self._calls.unparsed("page", "GET", path, params=query)

        def page() -> tuple[list[Record], int]:
            data = parsed()
            return [Record.parse(item) for item in data["items"]], data["total"]

        return page

    # Suggestions: the one thing that we write on annotators' records

    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        """Upsert suggestions of at most 500 records: items are ``{"id", "suggestions": […]}``.

        Returns the records as they are now, by id: this call works their status out anew. One item
        that Argilla does not accept refuses them all.
        """
        path = f"datasets/{dataset_id}/records/bulk"
        data = self._calls.json("suggest", "PUT", path, json={"items": list(items)})
        return {item["id"]: Record.parse(item) for item in data["items"]}

    def withdraw(self, record_id: str, suggestion_ids: Sequence[str]) -> None:
        """Delete suggestions of one record; those already gone are no error."""
        with suppress(NotInArgilla):
            path = f"records/{record_id}/suggestions"
            self._calls.call("withdraw", "DELETE", path, params={"ids": ",".join(suggestion_ids)})

    # The server

    def release(self) -> str:
        """Which release of Argilla answers."""
        return str(self._calls.json("version", "GET", "version")["version"])
