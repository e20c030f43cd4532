"""The gateway: smallest JSON out, one of our errors for every failure, the key nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.domain.records import Suggestion
from argilla_distill.plugin.argilla.gateway import Gateway, connect
from argilla_distill.plugin.argilla.records_by_id import SEARCH_LIMIT
from argilla_distill.plugin.argilla.registered_webhook import RegisteredWebhook
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidValue,
    NotInArgilla,
)
from argilla_distill.plugin.settings import Settings

KEY = "the.owners.key"
Answer = Callable[[httpx.Request], httpx.Response]


@dataclass
class Wire:
    """Answers by method and path; remembers every request."""

    routes: dict[str, Any] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def gateway(self, **options: Any) -> Gateway:
        transport = httpx.MockTransport(self._answer)
        headers = {"X-Argilla-Api-Key": KEY}
        client = httpx.Client(base_url="http://argilla", headers=headers, transport=transport)
        return Gateway(client, **options)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = self.routes.get(f"{request.method} {request.url.path.removeprefix('/api/v1/')}")
        if found is None:
            return httpx.Response(404, json={"detail": "not found"})
        if isinstance(found, Exception):
            raise found
        if isinstance(found, httpx.Response):
            return found
        return httpx.Response(200, json=found(request) if callable(found) else found)


def fixed(answer: httpx.Response | Exception) -> Gateway:
    """A gateway to an Argilla that answers everything the same."""

    def handle(_: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    headers = {"X-Argilla-Api-Key": KEY}
    transport = httpx.MockTransport(handle)
    return Gateway(httpx.Client(base_url="http://argilla", headers=headers, transport=transport))


def record(record_id: str, *suggestions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": record_id,
        "status": "pending",
        "fields": {"text": "hi"},
        "metadata": {"x": 1},
        "responses": [],
        "suggestions": list(suggestions),
        **more,
    }


def suggestion(agent: str, at: str, question: str = "q1") -> dict[str, Any]:
    return {"id": "s", "question_id": question, "value": "yes", "agent": agent, "updated_at": at}


DATASET = {
    "id": "d1",
    "name": "chat",
    "workspace_id": "w1",
    "status": "ready",
    "last_activity_at": "1970-01-01T00:00:02",
}
SPACES = {"items": [{"id": "w1", "name": "support"}]}


# Errors


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (307, ArgillaRefused),
        (400, ArgillaRefused),
        (401, ArgillaRefused),
        (403, ArgillaRefused),
        (404, NotInArgilla),
        (405, ArgillaRefused),
        (408, ArgillaUnavailable),
        (422, InvalidValue),
        (425, ArgillaUnavailable),
        (429, ArgillaUnavailable),
        (500, ArgillaUnavailable),
        (502, ArgillaUnavailable),
        (503, ArgillaUnavailable),
        (599, ArgillaUnavailable),
    ],
)
def test_every_status_becomes_one_of_our_errors(status: int, error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        fixed(httpx.Response(status, text="what it says")).me()
    assert type(caught.value) is error
    assert "GET me" in str(caught.value)
    assert KEY not in str(caught.value)


@given(st.integers(300, 599))
def test_no_status_slips_through(status: int) -> None:
    with pytest.raises((ArgillaRefused, ArgillaUnavailable, InvalidValue)):
        fixed(httpx.Response(status)).release()


@pytest.mark.parametrize(
    "error",
    [
        httpx.ConnectError("refused"),
        httpx.ConnectTimeout("late"),
        httpx.ReadTimeout("late"),
        httpx.PoolTimeout("late"),
        httpx.ReadError("reset"),
        httpx.RemoteProtocolError("rubbish"),
        httpx.DecodingError("rubbish"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_argilla_that_does_not_answer_is_unavailable(error: Exception) -> None:
    with pytest.raises(ArgillaUnavailable, match="Argilla at http://argilla ") as caught:
        fixed(error).me()
    assert type(error).__name__ not in str(caught.value)
    assert caught.value.retry
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("text", ["", "<html>", "\ufffe", '{"open":'])
def test_an_answer_that_is_no_json_is_a_proxys_and_may_be_tried_again(text: str) -> None:
    with pytest.raises(ArgillaUnavailable, match="is not Argilla"):
        fixed(httpx.Response(200, text=text)).me()


def test_what_argilla_says_of_a_refused_value_is_told_but_not_at_any_length() -> None:
    with pytest.raises(InvalidValue, match="no such label") as caught:
        fixed(httpx.Response(422, text="no such label" + "x" * 10_000)).suggest("d1", [])
    assert len(str(caught.value)) < 600


def test_a_gateway_by_settings_sends_the_key_and_shows_it_nowhere() -> None:
    gateway = connect(
        Settings.model_validate({"argilla_api_url": "http://a:1", "argilla_api_key": KEY})
    )
    assert KEY not in repr(vars(gateway))
    with pytest.raises(ArgillaUnavailable) as caught:
        gateway.me()
    assert KEY not in str(caught.value)
    gateway.close()


def test_every_call_is_timed_with_its_outcome() -> None:
    told: list[tuple[str, bool]] = []
    wire = Wire({"GET me": {"id": "u", "username": "olga", "role": "owner"}})
    gateway = wire.gateway(
        timer=lambda name, seconds, success: told.append((name, success and seconds >= 0))
    )
    gateway.me()
    with pytest.raises(NotInArgilla):
        gateway.release()
    assert told == [("me", True), ("version", False)]
    assert wire.requests[0].headers["X-Argilla-Api-Key"] == KEY


# People


def test_a_visitor_signs_in_with_their_own_account_and_never_with_our_key() -> None:
    wire = Wire(
        {
            "POST token": {"access_token": "t0k"},
            "GET me": {"id": "u", "username": "ann", "role": "admin"},
            "GET me/workspaces": SPACES,
        }
    )
    user, spaces = wire.gateway().sign_in("ann", "p&ss=word")
    assert (user, spaces) == (User("u", "ann", "admin"), ["w1"])
    token, me, workspaces = wire.requests
    assert parse_qs(token.content.decode()) == {"username": ["ann"], "password": ["p&ss=word"]}
    for request in (me, workspaces):
        assert request.headers["Authorization"] == "Bearer t0k"
        assert request.headers["X-Argilla-Api-Key"] == ""


def test_a_wrong_password_is_refused_and_not_repeated_in_the_error() -> None:
    with pytest.raises(ArgillaRefused) as caught:
        fixed(httpx.Response(401, text="no")).sign_in("ann", "hunter2")
    assert "hunter2" not in str(caught.value)


def test_a_script_is_known_by_its_owners_key_and_never_by_ours() -> None:
    user = {"id": "u", "username": "ann", "role": "admin", "updated_at": "2026-01-01"}
    wire = Wire({"GET me": user, "GET me/workspaces": SPACES})
    known = User("u", "ann", "admin", "2026-01-01")
    assert wire.gateway().identify("theirs") == (known, ["w1"])
    assert [r.headers["X-Argilla-Api-Key"] for r in wire.requests] == ["theirs", "theirs"]


def test_a_key_of_nobody_is_refused_and_not_repeated_in_the_error() -> None:
    with pytest.raises(ArgillaRefused) as caught:
        fixed(httpx.Response(401, text="no")).identify("guessed-key")
    assert "guessed-key" not in str(caught.value)


def test_users_by_id() -> None:
    users = {"items": [{"id": "u1", "username": "ann"}, {"id": "u2", "username": "ben"}]}
    assert Wire({"GET users": users}).gateway().users() == {"u1": "ann", "u2": "ben"}


# Datasets


def test_datasets_are_those_published_with_their_workspaces_name() -> None:
    draft = {**DATASET, "id": "d2", "status": "draft"}
    elsewhere = {**DATASET, "id": "d3", "workspace_id": "w9"}
    wire = Wire(
        {"GET me/workspaces": SPACES, "GET me/datasets": {"items": [DATASET, draft, elsewhere]}}
    )
    one, other = wire.gateway().datasets()
    assert (one.id, one.full_name, one.last_activity) == ("d1", "support/chat", 2000)
    assert other.full_name == "?/chat"


def test_a_dataset_comes_with_its_questions() -> None:
    options = [{"value": "yes"}, {"value": "no"}]
    questions = [
        {
            "id": "q1",
            "name": "helpful",
            "settings": {"type": "label_selection", "options": options},
        },
        {"id": "q2", "name": "stars", "settings": {"type": "rating", "options": [{"value": 1}]}},
        {"id": "q3", "name": "note", "settings": {"type": "text"}},
        {"id": "q4", "name": "spans", "settings": {"type": "span", "options": None}},
    ]
    wire = Wire(
        {
            "GET datasets/d1": DATASET,
            "GET datasets/d1/questions": {"items": questions},
            "GET workspaces/w1": {"id": "w1", "name": "support"},
        }
    )
    dataset = wire.gateway().dataset("d1")
    assert [q.labels for q in dataset.questions] == [("yes", "no"), ("1",), (), ()]
    assert dataset.named("q3") == "note"
    assert dataset.named("q9") is None
    assert wire.gateway().activity("d1") == 2000


def test_progress_adds_up_what_lies_on_pending_and_completed_records() -> None:
    user = {
        "username": "ann",
        "completed": {"submitted": 3, "discarded": 1},
        "pending": {"submitted": 1, "draft": 2},
    }
    wire = Wire({"GET datasets/d1/users/progress": {"users": [user]}})
    assert wire.gateway().progress("d1") == {"ann": {"submitted": 4, "draft": 2, "discarded": 1}}


def test_the_probe_makes_a_dataset_and_deletes_it() -> None:
    wire = Wire(
        {
            "GET me/workspaces": SPACES,
            "POST datasets": {"id": "d9"},
            "DELETE datasets/d9": {"id": "d9"},
        }
    )
    assert wire.gateway().create_and_delete_dataset("probe") == "d9"
    assert [r.method for r in wire.requests] == ["GET", "POST", "DELETE"]
    assert (
        Wire({"GET me/workspaces": {"items": []}}).gateway().create_and_delete_dataset("probe")
        is None
    )


# Records


def searchable(*known: str) -> Callable[[httpx.Request], dict[str, Any]]:
    """A search that finds the known ones among the ids that are asked for."""

    def search(request: httpx.Request) -> dict[str, Any]:
        terms = json.loads(request.content)["filters"]["and"][0]
        assert terms["scope"] == {"entity": "record", "property": "id"}
        assert request.url.params.get_list("include") == ["responses", "suggestions"]
        assert len(terms["values"]) <= SEARCH_LIMIT
        return {"items": [{"record": record(i)} for i in terms["values"] if i in known]}

    return search


def test_many_records_take_one_search_per_250() -> None:
    ids = [f"r{i}" for i in range(600)]
    wire = Wire({"POST datasets/d1/records/search": searchable(*ids)})
    assert set(wire.gateway().records("d1", ids)) == set(ids)
    assert len(wire.requests) == 3


def test_what_the_search_does_not_find_is_asked_for_before_it_is_believed_gone() -> None:
    wire = Wire(
        {"POST datasets/d1/records/search": searchable("r1"), "GET records/r2": record("r2")},
    )
    assert set(wire.gateway().records("d1", ["r1", "r2", "r3"])) == {"r1", "r2"}
    assert [r.url.path.split("/")[-1] for r in wire.requests] == ["search", "r2", "r3"]


def test_a_single_record_is_read_without_a_search() -> None:
    wire = Wire({"GET records/r1": record("r1")})
    assert list(wire.gateway().records("d1", ["r1"])) == ["r1"]
    assert len(wire.requests) == 1


def test_no_records_take_no_call() -> None:
    wire = Wire()
    assert wire.gateway().records("d1", []) == {}
    assert wire.requests == []


def test_an_argilla_that_fails_in_the_middle_makes_no_record_look_gone() -> None:
    wire = Wire(
        {"POST datasets/d1/records/search": searchable("r1"), "GET records/r2": httpx.Response(500)}
    )
    with pytest.raises(ArgillaUnavailable):
        wire.gateway().records("d1", ["r1", "r2"])


def test_a_record_is_parsed_without_the_responses_of_deleted_users() -> None:
    responses = [
        {
            "user_id": "u1",
            "status": "submitted",
            "values": {"helpful": {"value": "yes"}},
            "updated_at": "1970-01-01T00:00:01.5",
        },
        {"user_id": None, "status": "submitted", "values": {}, "updated_at": "1970-01-01T00:00:01"},
        {
            "user_id": "u2",
            "status": "discarded",
            "values": None,
            "updated_at": "1970-01-01T00:00:01Z",
        },
    ]
    said = suggestion("judge", "1970-01-01T00:00:03+00:00")
    found = Wire({"GET records/r1": record("r1", said, responses=responses)}).gateway().record("r1")
    assert [(r.user_id, r.status, r.values, r.at) for r in found.responses] == [
        ("u1", "submitted", {"helpful": "yes"}, 1500),
        ("u2", "discarded", {}, 1000),
    ]
    assert found.suggestion("q1") == Suggestion("s", "q1", "yes", None, "judge", None, 3000)
    assert found.suggestion("q2") is None


def test_a_page_asks_for_responses_and_suggestions_and_tells_the_total() -> None:
    wire = Wire({"GET datasets/d1/records": {"items": [record("r1")], "total": 7}})
    records, total = wire.gateway().page("d1", 500, 250)
    assert ([r.id for r in records], total) == (["r1"], 7)
    assert dict(wire.requests[0].url.params) == {
        "include": "responses,suggestions",
        "offset": "500",
        "limit": "250",
    }


# Suggestions


def test_suggest_sends_ids_and_suggestions_and_nothing_else() -> None:
    answer = {"items": [record("r1", suggestion("distill/majority:1", "1970-01-01T00:00:05"))]}
    wire = Wire({"PUT datasets/d1/records/bulk": answer})
    items = [{"id": "r1", "suggestions": [{"question_id": "q1", "value": "yes"}]}]
    assert set(wire.gateway().suggest("d1", iter(items))) == {"r1"}
    assert json.loads(wire.requests[0].content) == {"items": items}


def test_suggest_returns_the_records_with_the_status_that_argilla_worked_out() -> None:
    written = suggestion("distill/majority:1", "1970-01-01T00:00:05")
    items = [record("r1", written, status="completed"), record("r2")]
    wire = Wire({"PUT datasets/d1/records/bulk": {"items": items}})
    found = wire.gateway().suggest("d1", [])
    assert {i: r.status for i, r in found.items()} == {"r1": "completed", "r2": "pending"}
    assert [s.at for s in found["r1"].suggestions] == [5000]


def test_withdrawing_names_the_suggestions_and_minds_not_that_they_are_gone() -> None:
    wire = Wire({"DELETE records/r1/suggestions": httpx.Response(204)})
    wire.gateway().withdraw("r1", ["s1", "s2"])
    wire.gateway().withdraw("r9", ["s1"])
    assert wire.requests[0].url.params["ids"] == "s1,s2"


# Webhooks


def test_webhooks_are_made_changed_pinged_and_deleted() -> None:
    hook = {"url": "http://us", "events": ["ping"], "enabled": True, "secret": "s"}
    wire = Wire(
        {
            "GET webhooks": {"items": [{"id": "h1", **hook}]},
            "POST webhooks": {"id": "h2", **hook},
            "PATCH webhooks/h2": {"id": "h2"},
            "POST webhooks/h2/ping": httpx.Response(204),
            "DELETE webhooks/h2": {"id": "h2"},
        }
    )
    gateway = wire.gateway()
    known = RegisteredWebhook("h1", "http://us", ("ping",), True, "s")
    assert gateway.webhooks() == [known]
    assert "secret" not in repr(known)
    assert gateway.create_webhook("http://us", ("ping",), "ours").secret == "s"
    gateway.update_webhook("h2", enabled=True)
    gateway.ping("h2")
    gateway.delete_webhook("h2")
    gateway.delete_webhook("gone")
    bodies = [json.loads(r.content) for r in wire.requests if r.content]
    assert bodies == [
        {"url": "http://us", "events": ["ping"], "description": "ours"},
        {"enabled": True},
    ]


def test_the_release_is_text() -> None:
    assert Wire({"GET version": {"version": "2.8.0"}}).gateway().release() == "2.8.0"
