"""The gateway: smallest JSON out, one of our errors for every failure, the key nowhere."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.plugin.argilla.gateway import connect
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.argilla.webhooks import RegisteredWebhook
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidValue,
    NotInArgilla,
)
from argilla_distill.plugin.settings import Settings
from tests.plugin.argilla.wire import KEY, Wire, fixed

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
    assert gateway.webhooks.all() == [known]
    assert "secret" not in repr(known)
    assert gateway.webhooks.create("http://us", ("ping",), "ours").secret == "s"
    gateway.webhooks.update("h2", enabled=True)
    gateway.webhooks.ping("h2")
    gateway.webhooks.delete("h2")
    gateway.webhooks.delete("gone")
    bodies = [json.loads(r.content) for r in wire.requests if r.content]
    assert bodies == [
        {"url": "http://us", "events": ["ping"], "description": "ours"},
        {"enabled": True},
    ]


def test_the_release_is_text() -> None:
    assert Wire({"GET version": {"version": "2.8.0"}}).gateway().release() == "2.8.0"


# Time


def test_how_long_a_call_may_take_is_the_business_of_its_thread() -> None:
    """What is sent beside has little time; what is read meanwhile has as much as ever."""
    wire = Wire({"GET version": {"version": "2.8.0"}})
    gateway = wire.gateway()
    with gateway.within(3.0), ThreadPoolExecutor(1) as other:
        gateway.release()
        other.submit(gateway.release).result()
        with gateway.within(2.0):
            gateway.release()
        gateway.release()
    gateway.release()
    allowed = [request.extensions["timeout"]["read"] for request in wire.requests]
    assert allowed == [3.0, 5.0, 2.0, 3.0, 5.0]
