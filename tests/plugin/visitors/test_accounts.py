"""Signing in and out: who gets in, for how long, and what strangers may try."""

import hashlib

import pytest
from flask.json.tag import TaggedJSONSerializer
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.visits.sign_ins import SignIn
from argilla_distill.plugin.visitors.accounts import WRONG, local_path
from tests.plugin.pages.scene import RECORD
from tests.plugin.pages.website import Site, redis_away

PAGE = f"/records/{RECORD}"
COOKIE = "distill_session"


@pytest.fixture
def site(store: Store) -> Site:
    return Site(store)


def test_a_stranger_is_sent_to_sign_in_and_comes_back_to_the_page(site: Site) -> None:
    answer = site.get(PAGE)
    assert (answer.status_code, answer.location) == (302, f"/sign-in?next=/records/{RECORD}")
    answer = site.sign_in("olga", next=PAGE)
    assert (answer.status_code, answer.location) == (303, PAGE)


def test_the_password_is_checked_by_argilla_without_the_services_key(site: Site) -> None:
    site.sign_in("olga")
    assert [call.url.path for call in site.argilla.calls] == [
        "/api/v1/token",
        "/api/v1/me",
        "/api/v1/me/workspaces",
    ]
    assert all(not call.headers.get("X-Argilla-Api-Key") for call in site.argilla.calls)


@pytest.mark.parametrize(
    ("name", "password"), [("olga", "wrong"), ("nobody", "olgas-secret"), ("x" * 300, "y")]
)
def test_a_wrong_name_and_a_wrong_password_are_told_in_the_same_words(
    site: Site, name: str, password: str
) -> None:
    answer = site.sign_in(name, password)
    assert answer.status_code == 401
    assert WRONG in answer.text
    assert site.get("/").status_code == 302


def test_while_argilla_is_away_the_form_says_so(site: Site) -> None:
    site.argilla.away = True
    answer = site.sign_in("olga")
    assert answer.status_code == 503
    assert "Argilla does not answer" in answer.text


def test_the_cookie_is_for_the_browser_alone(site: Site) -> None:
    cookie = site.sign_in("olga").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" not in cookie


def test_the_cookie_travels_over_https_alone_where_that_is_asked_for(store: Store) -> None:
    site = Site(store, environment={"DISTILL_SECURE_COOKIES": "true"})
    assert "Secure" in site.get("/sign-in").headers["Set-Cookie"]


def test_a_session_ends_after_its_hours(site: Site) -> None:
    site.sign_in("olga")
    site.clock.now += 2 * 3600 - 1
    assert site.get("/").status_code == 200
    site.clock.now += 1
    assert site.get("/").status_code == 302


def test_a_forged_cookie_is_nobody(site: Site) -> None:
    known = SignIn("id-of-olga", "olga", "owner", (), 2**40, 0, 2**40)
    held = {"sign_in": site.store.sign_ins.begin(known, 0)}
    site.app.secret_key = "guessed"
    forger = SecureCookieSessionInterface().get_signing_serializer(site.app)
    assert forger is not None
    site.browser.set_cookie(COOKIE, str(forger.dumps(held)))
    assert site.get("/").status_code == 302


def test_a_changed_cookie_is_nobody(site: Site) -> None:
    site.sign_in("anna")
    cookie = site.browser.get_cookie(COOKIE)
    assert cookie is not None
    site.browser.set_cookie(COOKIE, "A" + cookie.value[1:])
    assert site.get("/").status_code == 302


def test_signing_in_begins_a_new_session_with_a_new_token(site: Site) -> None:
    before = site.token()
    site.sign_in("olga")
    assert site.token("/") != before


@pytest.mark.parametrize("token", ["", "wrong", "ünïcode", "None"])
def test_a_form_without_our_token_signs_nobody_in(site: Site, token: str) -> None:
    answer = site.sign_in("olga", token=token)
    assert answer.status_code == 400
    assert site.argilla.calls == []
    assert site.get("/").status_code == 302


@pytest.mark.parametrize("token", ["", "None"])
def test_a_form_of_another_sites_that_was_never_ours_signs_nobody_in(
    site: Site, token: str
) -> None:
    """Its browser has no session of ours, and so no token."""
    given = {"username": "olga", "password": "olgas-secret", "token": token}
    assert site.browser.post("/sign-in", data=given).status_code == 400
    assert site.argilla.calls == []


def test_a_form_without_our_token_signs_nobody_out(site: Site) -> None:
    site.sign_in("olga")
    assert site.browser.post("/sign-out", data={"token": "wrong"}).status_code == 400
    assert site.get("/").status_code == 200


def test_signing_out_ends_the_session(site: Site) -> None:
    site.sign_in("olga")
    answer = site.browser.post("/sign-out", data={"token": site.token("/")})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert site.get("/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "http://evil.example",
        "https:evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\x7f/evil.example",
        "/ /evil.example",
        " //evil.example",
        "evil.example",
        "",
    ],
)
def test_signing_in_leads_nowhere_but_to_our_pages(site: Site, target: str) -> None:
    assert local_path(target) == "/"
    assert site.sign_in("olga", next=target).location == "/"
    again = site.browser.get("/sign-in", query_string={"next": target})
    assert again.location == "/"


@pytest.mark.parametrize("target", ["/", "/records/1?x=y", "/records/!", "/records/\x80"])
def test_signing_in_leads_to_the_page_of_ours_that_was_asked_for(target: str) -> None:
    assert local_path(target) == target


def test_signing_in_never_leads_back_to_the_form(site: Site) -> None:
    assert site.sign_in("olga", next="/sign-in?next=/sign-in").location == "/"
    assert site.get("/sign-in?next=/sign-in").location == "/"


def test_two_listeners_know_each_others_cookies(site: Site, store: Store) -> None:
    site.sign_in("olga")
    cookie = site.browser.get_cookie(COOKIE)
    assert cookie is not None
    other = Site(store)
    other.browser.set_cookie(COOKIE, cookie.value)
    assert other.get("/").status_code == 200


def test_a_session_goes_on_after_an_upgrade(store: Store) -> None:
    """So what cookies of earlier releases hold, and how they are signed, stays as it is."""
    key = "a-long-and-random-key"
    site = Site(store, environment={"DISTILL_SECRET_KEY": key})
    known = SignIn("id-of-olga", "olga", "owner", (), 2**40, 0, 2**40)
    held = {"sign_in": store.sign_ins.begin(known, 0), "token": "a-token"}
    signer = URLSafeTimedSerializer(
        key.encode(),
        salt="cookie-session",
        serializer=TaggedJSONSerializer(),
        signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
    )
    site.browser.set_cookie(COOKIE, str(signer.dumps(held)))
    assert site.token("/") == "a-token"


def test_a_key_of_ones_own_needs_no_redis_to_show_the_form() -> None:
    site = Site(redis_away(), environment={"DISTILL_SECRET_KEY": "a-long-and-random-key"})
    assert site.get("/sign-in").status_code == 200
