"""An Argilla in memory, as far as the gateway shows it, with annotators who answer in it."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from argilla_distill.domain.records import (
    REVIEW_OF,
    Dataset,
    DatasetQuestion,
    Record,
    Response,
    Suggestion,
)
from argilla_distill.domain.versions.twin import TwinDataset
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.errors import InvalidValue, NotInArgilla
from tests.workers.gateway_parts_in_memory import AddedInMemory, WebhooksInMemory

P = ParamSpec("P")
R = TypeVar("R")

D = "d5a7a5e7-0000-4000-8000-000000000001"
HELPFUL = DatasetQuestion("q-helpful", "helpful", "label_selection", ("yes", "no"))
PROBLEM = DatasetQuestion("q-problem", "problem", "label_selection", ("none", "tone", "facts"))
STARS = DatasetQuestion("q-stars", "stars", "rating", ("1", "2"))
NOTE = DatasetQuestion("q-note", "conflicts", "text")
CHAT = Dataset(D, "chat", "w1", "support", "ready", 0, (HELPFUL, PROBLEM, STARS, NOTE))

Hook = Callable[[str], None]


def quiet(name: str) -> None:
    """Does nothing at any call."""


def call(
    method: Callable[Concatenate[FakeArgilla, P], R],
) -> Callable[Concatenate[FakeArgilla, P], R]:
    """A call of the gateway: noted, and with a hook before and after it takes effect."""

    @wraps(method)
    def called(self: FakeArgilla, /, *args: P.args, **kwargs: P.kwargs) -> R:
        self.calls.append(method.__name__)
        self.before(method.__name__)
        answer = method(self, *args, **kwargs)
        self.after(method.__name__)
        return answer

    return called


@dataclass
class Row:
    """What lies on one record. `status` is as of the last write: see `FakeArgilla`."""

    status: str = "pending"
    responses: dict[str, Response] = field(default_factory=dict)
    suggestions: dict[str, Suggestion] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    external_id: str | None = None
    created_at: int = 0


class FakeArgilla(Gateway):
    """One dataset to begin with. A record is completed by `overlap` submitted answers.

    As in a real one, the status of a record is worked out when something is written to it, and goes
    on telling the old one when a user is deleted or the overlap is changed.

    `behind_ms`: so far its clock is behind ours.

    `told`: guidelines by dataset; `fields`: name → type of the fields of all datasets. `refuses`: records
    on which no suggestion is accepted; `unreadable`: records that break reading;
    `unshown`: records for which Argilla refuses to show any page that they are on.
    """

    added: AddedInMemory
    webhooks: WebhooksInMemory

    def __init__(self, overlap: int = 2) -> None:
        self.overlap = overlap
        self.sets = {D: CHAT}
        self.rows: dict[str, dict[str, Row]] = {D: {}}
        self.told: dict[str, str] = {}
        self.behind_ms = 0
        self.fields = {"text": "text"}
        self.names: dict[str, str] = {}
        self.calls: list[str] = []
        self.before: Hook = quiet
        self.after: Hook = quiet
        self.chiefs: set[str] = set()
        self.refuses: set[str] = set()
        self.unreadable: set[str] = set()
        self.unshown: set[str] = set()
        self.added = AddedInMemory(
            lambda: self.fields, self._by_external_id, self._create, self._noted
        )
        self.webhooks = WebhooksInMemory(self._noted, lambda name: self.after(name))
        self._now = 0

    def _by_external_id(self, dataset_id: str) -> dict[str, Record]:
        rows = self.rows[dataset_id]
        return {row.external_id: self._record(i) for i, row in rows.items() if row.external_id}

    def _create(self, dataset_id: str, item: Mapping[str, Any]) -> str:
        record = f"new-{item['external_id']}"
        self.rows[dataset_id][record] = Row(
            fields=item["fields"],
            metadata=item["metadata"],
            external_id=item["external_id"],
            created_at=self.tick(),
        )
        return record

    def _noted(self, name: str) -> None:
        self.calls.append(name)
        self.before(name)

    def copy(self) -> FakeArgilla:
        """Another Argilla with the same content."""
        other = FakeArgilla(self.overlap)
        kept = (self.sets, self.rows, self.names, self.chiefs, self._now)
        other.sets, other.rows, other.names, other.chiefs, other._now = copy.deepcopy(kept)
        return other

    # What annotators and other agents do

    def tick(self) -> int:
        """Argilla's time: never twice the same."""
        self._now = max(self._now + 1, int(time.time() * 1000) - self.behind_ms)
        return self._now

    def add(self, *records: str) -> None:
        self.rows[D].update({record: Row() for record in records})

    def answer(self, user: str, record: str, status: str = "submitted", **values: Any) -> int:
        self.names[f"id-{user}"] = user
        at = self.tick()
        dataset_id, row = self._row(record)
        row.responses[user] = Response(f"id-{user}", status, values, at)
        self._work_out(dataset_id, row)
        self.sets[dataset_id] = replace(self.sets[dataset_id], last_activity=at)
        return at

    def _row(self, record: str) -> tuple[str, Row]:
        """A record's dataset, and what lies on it."""
        for dataset_id, rows in self.rows.items():
            if record in rows:
                return dataset_id, rows[record]
        raise NotInArgilla(record)

    def delete_dataset(self, dataset_id: str) -> None:
        del self.sets[dataset_id], self.rows[dataset_id]

    def retract(self, user: str, record: str) -> None:
        said = self.rows[D][record].responses[user]
        self.answer(user, record, "draft", **said.values)

    def delete_user(self, user: str) -> None:
        del self.names[f"id-{user}"]
        for row in (row for rows in self.rows.values() for row in rows.values()):
            row.responses.pop(user, None)

    def suggested_by(
        self, agent: str | None, record: str, question: DatasetQuestion, value: str
    ) -> None:
        found = Suggestion(
            f"s-{record}-{question.name}", question.id, value, 0.7, agent, "model", self.tick()
        )
        self.rows[D][record].suggestions[question.id] = found

    def shown(self, record: str, question: DatasetQuestion = HELPFUL) -> Suggestion | None:
        """What an annotator sees suggested."""
        return self._row(record)[1].suggestions.get(question.id)

    def _record(self, record: str) -> Record:
        row = self._row(record)[1]
        given = tuple(row.responses.values())
        suggestions = tuple(row.suggestions.values())
        return Record(
            record,
            row.status,
            row.fields,
            given,
            suggestions,
            row.metadata,
            row.external_id,
            row.created_at,
        )

    def _work_out(self, dataset_id: str, row: Row) -> None:
        """What any write to a record does with its status."""
        submitted = sum(response.status == "submitted" for response in row.responses.values())
        overlap = self.overlap if dataset_id == D else self.sets[dataset_id].min_submitted
        row.status = "completed" if submitted >= overlap else "pending"

    # The gateway

    def close(self) -> None:
        """Nothing is open."""

    def within(self, limit_s: float) -> AbstractContextManager[None]:
        """Nothing takes long."""
        return nullcontext()

    @call
    def me(self) -> User:
        return User("id-owner", "owner", "owner")

    @call
    def user(self, user_id: str) -> tuple[User, list[str]]:
        role = "admin" if self.names[user_id] in self.chiefs else "annotator"
        return User(user_id, self.names[user_id], role), ["w1"]

    @call
    def users(self) -> dict[str, str]:
        return dict(self.names)

    @call
    def sign_in(self, username: str, password: str) -> tuple[User, list[str]]:
        return User("id-owner", username, "owner"), ["w1"]

    @call
    def datasets(self, published: bool = True) -> list[Dataset]:
        found = [i for i, d in self.sets.items() if (d.status == "ready") == published]
        return [replace(self._set(i), questions=()) for i in found]

    def _set(self, dataset_id: str) -> Dataset:
        found = replace(self.sets[dataset_id], guidelines=self.told.get(dataset_id, ""))
        return replace(found, min_submitted=self.overlap) if dataset_id == D else found

    @call
    def dataset(
        self, dataset_id: str, workspaces: Mapping[str, str] | None = None, lately: bool = False
    ) -> Dataset:
        if dataset_id not in self.sets:
            raise NotInArgilla(dataset_id)
        return self._set(dataset_id)

    @call
    def activity(self, dataset_id: str) -> int:
        return self.sets[dataset_id].last_activity

    @call
    def progress(self, dataset_id: str) -> dict[str, dict[str, int]]:
        counts = {
            n: dict.fromkeys(("submitted", "draft", "discarded"), 0) for n in self.names.values()
        }
        for row in self.rows[dataset_id].values():
            for user, response in row.responses.items():
                counts[user][response.status] += 1
        return counts

    @call
    def guidelines(self, dataset_id: str) -> str:
        if dataset_id not in self.sets:
            raise NotInArgilla(dataset_id)
        return self.told.get(dataset_id, "")

    @call
    def write_guidelines(self, dataset_id: str, text: str) -> None:
        if len(text) > 10_000:
            raise InvalidValue("guidelines: at most 10000 characters")
        self.told[dataset_id] = text

    @call
    def create_and_delete_dataset(self, name: str) -> str | None:
        return None

    @call
    def record(self, record_id: str) -> Record:
        return self._record(record_id)

    @call
    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        if self.unreadable.intersection(ids):
            raise KeyError("updated_at")
        if dataset_id not in self.rows and len(ids) > 1:  # one is asked for by itself
            raise NotInArgilla(dataset_id)
        return {i: self._record(i) for i in ids if i in self.rows.get(dataset_id, {})}

    @call
    def page(self, dataset_id: str, offset: int, limit: int) -> tuple[list[Record], int]:
        if dataset_id not in self.rows:
            raise NotInArgilla(dataset_id)
        every = list(self.rows[dataset_id])
        if self.unshown.intersection(every[offset : offset + limit]):
            raise InvalidValue("'utf-8' codec can't encode character: surrogates not allowed")
        return [self._record(i) for i in every[offset : offset + limit]], len(every)

    def unparsed_page(
        self, dataset_id: str, offset: int, limit: int
    ) -> Callable[[], tuple[list[Record], int]]:
        page = self.page(dataset_id, offset, limit)
        return lambda: page

    @call
    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        items = list(items)
        at = self.tick()
        if dataset_id not in self.rows:
            raise NotInArgilla(dataset_id)
        for item in items:
            assert set(item) == {"id", "suggestions"}
            if item["id"] in self.refuses:
                raise InvalidValue(f"{item['id']}: not accepted")
        for item in items:
            row = self.rows[dataset_id][item["id"]]
            self.set_suggestions(row, item["id"], item["suggestions"], at)
            self._work_out(dataset_id, row)
        return {item["id"]: self._record(item["id"]) for item in items}

    def set_suggestions(self, row: Row, record: str, suggestions: Any, at: int = 0) -> None:
        for given in suggestions:
            row.suggestions[given["question_id"]] = Suggestion(
                f"s-{record}-{given['question_id']}",
                given["question_id"],
                given["value"],
                given.get("score"),
                given.get("agent"),
                given.get("type"),
                at or self.tick(),
            )

    @call
    def identify(self, api_key: str) -> tuple[User, list[str]]:
        return User("id-owner", "owner", "owner"), ["w1"]

    # Review datasets

    @call
    def admins(self) -> set[str]:
        return {f"id-{user}" for user in self.chiefs}

    @call
    def workspaces(self) -> dict[str, str]:
        return {"w1": "support", "w2": "quality"}

    @call
    def blueprint(self, dataset_id: str) -> dict[str, Any]:
        fields = [
            {"name": name, "title": name, "required": True, "settings": {"type": kind}}
            for name, kind in self.fields.items()
        ]
        questions = [
            {
                "name": q.name,
                "title": q.name,
                "description": None,
                "required": True,
                "settings": {"type": q.type, "options": [{"value": v} for v in q.labels]},
            }
            for q in self.sets[dataset_id].questions
        ]
        return {"guidelines": "", "fields": fields, "questions": questions}

    @call
    def create_dataset(
        self,
        body: Mapping[str, Any],
        fields: Sequence[Mapping[str, Any]],
        questions: Sequence[Mapping[str, Any]],
        metadata: Sequence[Mapping[str, Any]],
    ) -> str:
        dataset_id = f"dataset-{len(self.sets) + 1}-{self.tick()}"
        asked = tuple(
            DatasetQuestion.parse({"id": f"{dataset_id}-{q['name']}", **q}) for q in questions
        )
        self.sets[dataset_id] = Dataset(
            dataset_id,
            body["name"],
            body["workspace_id"],
            self.workspaces()[body["workspace_id"]],
            "ready",
            self.tick(),
            asked,
            body["distribution"]["min_submitted"],
            body["metadata"][REVIEW_OF],
        )
        self.rows[dataset_id] = {}
        return dataset_id

    def create_twin(self, wanted: TwinDataset) -> str:
        """What `plugin.argilla.sdk` does."""
        self.calls.append("create_twin")
        self.before("create_twin")
        half = [i for i, d in self.sets.items() if d.status != "ready" and d.twin_of]
        for dataset_id in half:
            self.delete_dataset(dataset_id)
        dataset_id = f"twin-{len(self.sets) + 1}-{self.tick()}"
        body = {
            "id": dataset_id,
            "name": wanted.name,
            "workspace_id": "w3",
            "status": "ready",
            "last_activity_at": "2026-01-01T00:00:00",
            "metadata": wanted.metadata,
        }
        asked = tuple(
            DatasetQuestion.parse({"id": f"{dataset_id}-{q['name']}", **q})
            for q in wanted.questions
        )
        self.sets[dataset_id] = Dataset.parse(body, {"w3": wanted.workspace}, asked)
        self.rows[dataset_id] = {}
        self.told[dataset_id] = wanted.guidelines
        return dataset_id

    @call
    def update_dataset(self, /, dataset_id: str, **changes: Any) -> None:
        if "guidelines" in changes:
            self.told[dataset_id] = changes["guidelines"]
            return
        overlap = changes["distribution"]["min_submitted"]
        if any(row.responses for row in self.rows[dataset_id].values()):
            raise InvalidValue("the distribution of a dataset with responses cannot be changed")
        self.sets[dataset_id] = replace(self.sets[dataset_id], min_submitted=overlap)

    @call
    def update_question(self, /, question_id: str, **changes: Any) -> None:
        labels = tuple(option["value"] for option in changes["settings"]["options"])
        for dataset_id, found in self.sets.items():
            asked = (
                replace(q, labels=labels) if q.id == question_id else q for q in found.questions
            )
            self.sets[dataset_id] = replace(found, questions=tuple(asked))

    @call
    def put_records(self, dataset_id: str, items: Sequence[Mapping[str, Any]]) -> dict[str, Record]:
        if dataset_id not in self.rows:
            raise NotInArgilla(dataset_id)
        rows = self.rows[dataset_id]
        if any(item["external_id"] in self.refuses for item in items):
            raise InvalidValue("not accepted")
        known = {row.external_id: record for record, row in rows.items()}
        for item in items:
            record = known.setdefault(
                item["external_id"], f"copy-{item['external_id']}-{self.tick()}"
            )
            row = rows.setdefault(record, Row(external_id=item["external_id"]))
            row.fields, row.metadata = item["fields"], item["metadata"]
            self.set_suggestions(row, record, item["suggestions"])
            self._work_out(dataset_id, row)
        names = [item["external_id"] for item in items]
        return {name: self._record(known[name]) for name in names}

    @call
    def delete_records(self, dataset_id: str, ids: Sequence[str]) -> None:
        for record in ids:
            self.rows[dataset_id].pop(record, None)

    @call
    def withdraw(self, record_id: str, suggestion_ids: Sequence[str]) -> None:
        kept = self._row(record_id)[1].suggestions
        for question_id in [q for q, s in kept.items() if s.id in suggestion_ids]:
            del kept[question_id]

    @call
    def release(self) -> str:
        return "2.8.0"
