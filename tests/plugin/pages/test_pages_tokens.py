"""Scripts: a visitor's own API key of Argilla as a token, with that visitor's rights."""

import logging

import pytest

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.visits.attempts import FREE
from argilla_distill.plugin.visitors.asking import Asking
from argilla_distill.plugin.visitors.tokens import MAX_REMEMBERED, NOBODYS, REMEMBERED_S, Tokens
from argilla_distill.plugin.visitors.visitor import MAX_INPUT_CHARACTERS, Refusal, Visitor
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, RECORD
from tests.plugin.pages.website import FAILURES, Failure, Site

PAGE = f"/datasets/{DATASET}"
KEY = "olga.apikey"


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    return Site(store)


def test_a_script_gets_json_unless_it_asks_for_html(site: Site) -> None:
    assert site.call(PAGE, KEY).get_json()["report"]["name"] == "helpful"
    assert site.call(PAGE, KEY, "application/json").is_json
    page = site.call(PAGE, KEY, "text/html")
    assert page.mimetype == "text/html"
    assert "Sign out" not in page.text


def test_a_token_has_the_rights_of_its_owner(site: Site) -> None:
    assert site.call(PAGE, "adam.apikey").status_code == 200
    assert site.call(PAGE, "nora.apikey").status_code == 403
    assert site.call(PAGE, "anna.apikey").status_code == 403
    assert site.call(f"{PAGE}/annotators/13", "anna.apikey").status_code == 200
    assert site.call(f"/records/{RECORD}", "anna.apikey").status_code == 403


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json"])
@pytest.mark.parametrize("path", ["/", PAGE, "/records/none"])
def test_no_cookie_is_set_for_a_token(site: Site, path: str, accept: str) -> None:
    for key in (KEY, "wrong"):
        assert "Set-Cookie" not in site.call(path, key, accept).headers


@pytest.mark.parametrize("key", ["wrong", "", "ünïcode", "x" * 300, "a b"])
def test_a_key_of_nobody_is_refused(site: Site, key: str) -> None:
    headers = {"Authorization": f"Bearer {key}".encode().decode("latin-1")}
    answer = site.new_browser().get(PAGE, headers=headers)
    assert (answer.status_code, answer.get_json()["error"]) == (401, NOBODYS)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_wrong_token_is_refused_although_somebody_is_signed_in(site: Site) -> None:
    site.sign_in("olga")
    assert site.browser.get(PAGE, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert site.get(PAGE).status_code == 200


def test_a_proxys_own_authorization_is_not_taken_for_a_token(site: Site) -> None:
    site.sign_in("olga")
    headers = {"Authorization": "Basic b2xnYTp4", "Accept": "text/html"}
    assert site.browser.get(PAGE, headers=headers).status_code == 200


def test_the_key_is_shown_to_argilla_alone_and_without_the_services_key(site: Site) -> None:
    site.call(PAGE, KEY)
    assert [c.headers["X-Argilla-Api-Key"] for c in site.argilla.calls] == [KEY, KEY]
    kept = site.store.redis.keys(f"{site.store.keys.prefix}:*")
    assert not any(KEY.encode() in key for key in kept)


def test_the_key_is_never_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        site.call(PAGE, KEY)
        site.call(PAGE, "a-wrong-key")
    assert KEY not in caplog.text
    assert "a-wrong-key" not in caplog.text


def test_argilla_is_asked_once_a_minute(site: Site) -> None:
    for _ in range(5):
        assert site.call(PAGE, KEY).status_code == 200
    assert len(site.argilla.calls) == 2
    site.clock.now += REMEMBERED_S
    del site.argilla.accounts["olga"]
    assert site.call(PAGE, KEY).status_code == 401


@pytest.mark.parametrize("name", ["x", "x" * MAX_INPUT_CHARACTERS])
def test_a_key_may_be_as_short_or_as_long_as_it_can_be(site: Site, name: str) -> None:
    site.argilla.accounts[name] = ("", "owner", [])
    assert site.call(PAGE, name).status_code == 200


def test_a_key_is_forgotten_when_argilla_knows_it_no_more(site: Site) -> None:
    tokens = Tokens(site.store.attempts, Asking(site.argilla.anonymous), site.clock)
    assert isinstance(tokens.visitor(KEY, "here"), Visitor)
    site.clock.now += REMEMBERED_S
    del site.argilla.accounts["olga"]
    assert tokens.visitor(KEY, "here") == Refusal(401, NOBODYS)
    assert tokens.remembered == 0


def test_only_so_many_keys_are_remembered(site: Site) -> None:
    """Who has many keys cannot fill the memory."""
    tokens = Tokens(site.store.attempts, Asking(site.argilla.anonymous), site.clock)
    for number in range(MAX_REMEMBERED + 5):
        name = f"user-{number}"
        site.argilla.accounts[name] = ("", "annotator", [])
        assert isinstance(tokens.visitor(f"{name}.apikey", "here"), Visitor)
    assert tokens.remembered == MAX_REMEMBERED


def test_a_wrong_key_is_tried_less_and_less_often(site: Site) -> None:
    answers = [site.call(PAGE, "wrong").status_code for _ in range(FREE + 1)]
    assert answers == [401] * FREE + [429]
    assert site.call(PAGE, "wrong").headers["Retry-After"] == "2"
    calls = len(site.argilla.calls)
    assert site.call(PAGE, "wrong").status_code == 429
    assert len(site.argilla.calls) == calls
    assert site.call(PAGE, KEY).status_code == 200


def test_wrong_keys_of_others_lock_out_nobody_at_the_same_address(site: Site) -> None:
    for number in range(100):
        assert site.call(PAGE, f"wrong-{number}").status_code == 401
    assert site.call(PAGE, KEY).status_code == 200


def test_right_keys_are_no_attempts(site: Site) -> None:
    for _ in range(5 * FREE):
        site.clock.now += REMEMBERED_S
        assert site.call(PAGE, KEY).status_code == 200


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_polls_with_a_good_key_are_not_held_against_it_while_argilla_fails(
    site: Site, failure: Failure
) -> None:
    site.argilla.fails = failure
    assert {site.call(PAGE, KEY).status_code for _ in range(20)} == {503}
    site.argilla.fails = None
    assert site.call(PAGE, KEY).status_code == 200


def test_while_argilla_is_away_a_script_is_told_to_come_back(site: Site) -> None:
    site.argilla.away = True
    assert site.call(PAGE, KEY).status_code == 503
