"""Where there is no page, it is ours that says so: for people a page, for programs JSON."""

from __future__ import annotations

import re

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.pages.site import HEADERS
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import Store
from tests.plugin.pages.website import ENVIRONMENT, redis_away

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def app(store: Store) -> Flask:
    app = create_app(read(ENVIRONMENT), store)
    for status in (400, 403, 418, 500, 503):
        app.add_url_rule(f"/fails-{status}", str(status), lambda status=status: abort(status))
    app.add_url_rule("/breaks", "breaks", lambda: str(1 // 0))
    return app


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return app.test_client()


def looks_like_ours(answer: TestResponse) -> str:
    """The heading of an answer that has our frame, and the headers that protect it."""
    assert answer.mimetype == "text/html"
    assert '<a class="brand" href="/">' in answer.text
    assert "<script" not in answer.text
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    (heading,) = re.findall("<h1>(.*)</h1>", answer.text)
    return str(heading)


MISSING = ["/nothing", "/records", "/datasets/1/2/3", "/static/none.css", "/wp-login.php", "/%00"]


@pytest.mark.parametrize("path", MISSING)
def test_an_address_that_there_is_not_is_told_by_a_page_of_ours(
    browser: FlaskClient, path: str
) -> None:
    answer = browser.get(path, headers=HTML)
    assert answer.status_code == 404
    assert looks_like_ours(answer) == "There is no such page"
    assert browser.get(path, headers=JSON).status_code == 404


@pytest.mark.parametrize("path", MISSING)
def test_a_program_is_told_in_json(browser: FlaskClient, path: str) -> None:
    answer = browser.get(path, headers=JSON)
    assert (answer.status_code, list(answer.get_json())) == (404, ["error"])
    script = browser.get(path, headers={"Authorization": "Bearer some-key"})
    assert script.is_json


def test_a_page_that_takes_no_such_method_says_which_it_takes(browser: FlaskClient) -> None:
    answer = browser.post("/", headers=HTML)
    assert answer.status_code == 405
    assert looks_like_ours(answer) == "That cannot be done here"
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("status", [400, 403, 418, 500, 503])
def test_every_other_status_has_our_frame_too(browser: FlaskClient, status: int) -> None:
    answer = browser.get(f"/fails-{status}", headers=HTML)
    assert answer.status_code == status
    assert looks_like_ours(answer)
    told = browser.get(f"/fails-{status}", headers=JSON)
    assert (told.status_code, list(told.get_json())) == (status, ["error"])


def test_a_mistake_of_ours_is_told_as_such_and_nothing_of_it_is_shown(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False
    for headers in (HTML, JSON):
        answer = app.test_client().get("/breaks", headers=headers)
        assert answer.status_code == 500
        assert "division" not in answer.text
    assert "ZeroDivisionError" in caplog.text
    assert looks_like_ours(app.test_client().get("/breaks", headers=HTML)).startswith("Something")


def test_a_form_that_is_too_large_is_refused_in_a_page(browser: FlaskClient) -> None:
    answer = browser.post("/sign-in", data={"username": "x" * 70_000}, headers=HTML)
    assert answer.status_code == 413
    assert looks_like_ours(answer) == "That is too large"


@pytest.mark.parametrize("path", ["/webhooks/none", "/healthz/x"])
def test_what_only_programs_call_answers_in_json_whatever_is_asked_for(
    browser: FlaskClient, path: str
) -> None:
    answer = browser.get(path, headers=HTML)
    assert (answer.status_code, answer.is_json) == (404, True)
    assert browser.post("/healthz", headers=HTML).is_json


def test_without_redis_what_is_not_there_is_still_told(store: Store) -> None:
    browser = create_app(read(ENVIRONMENT), redis_away()).test_client()
    assert browser.get("/nothing", headers=HTML).status_code == 404
    away = browser.get("/", headers=HTML)
    assert away.status_code == 503
    assert looks_like_ours(away) == "Back in a moment"
