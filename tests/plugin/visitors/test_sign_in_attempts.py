"""Guessing becomes slow for who guesses, and for nobody else."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from itsdangerous import TimestampSigner
from markupsafe import escape

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.visits.attempts import FORGOTTEN_S, FREE, LONGEST_S, pair
from argilla_distill.plugin.visitors import asking
from argilla_distill.plugin.visitors.asking import BUSY, Asking
from argilla_distill.plugin.visitors.device_cookies import LASTS_S, NAME
from argilla_distill.plugin.visitors.tokens import NOBODYS
from argilla_distill.plugin.visitors.visitor import MAX_INPUT_CHARACTERS, Refusal
from tests.plugin.pages.website import FAILURES, Failure, Site


@pytest.fixture
def site(store: Store) -> Site:
    return Site(store)


def fail(site: Site, times: int, name: str = "olga", at: str = "127.0.0.1") -> list[int]:
    return [site.sign_in(name, "wrong", at).status_code for _ in range(times)]


def test_after_some_failures_each_further_one_takes_twice_as_long(site: Site) -> None:
    assert fail(site, FREE) == [401] * FREE
    waits = []
    for _ in range(12):
        answer = site.sign_in("olga", "wrong")
        assert answer.status_code == 429
        assert "Too many attempts" in answer.text
        waits.append(int(answer.headers["Retry-After"]))
        assert site.sign_in("olga").status_code == 429  # nor is the right password tried
        site.clock.now += waits[-1]
        assert fail(site, 1) == [401]
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, *[LONGEST_S] * 4]


def test_a_success_forgives_the_attempts_before_it(site: Site) -> None:
    for _ in range(3):
        fail(site, FREE)
        site.clock.now += 2
        assert site.sign_in("olga").status_code == 303
        site.browser = site.new_browser()


def test_a_name_cannot_be_locked_out_from_elsewhere(site: Site) -> None:
    """Ten wrong passwords of anybody's once locked out any name."""
    for number in range(20):
        fail(site, FREE + 1, at=f"10.0.0.{number}")
    assert site.sign_in("olga", at="192.168.1.7").status_code == 303


def test_an_address_is_not_locked_by_one_of_many_who_share_it(site: Site) -> None:
    """Sixty wrong passwords once locked out everybody behind a proxy."""
    for number in range(100):
        assert fail(site, 1, name=f"name-{number}") == [401]
    fail(site, FREE + 5, name="adam")
    assert site.sign_in("olga").status_code == 303


def test_a_browser_that_knows_the_name_does_not_wait_for_others_at_its_address(site: Site) -> None:
    """Whoever shared an address could keep a colleague waiting for minutes, again and again."""
    assert site.sign_in("olga").status_code == 303
    site.browser.post("/sign-out", data={"token": site.token("/")})
    hers, site.browser = site.browser, site.new_browser()
    assert fail(site, FREE + 1) == [401] * FREE + [429]
    site.browser = hers
    assert site.sign_in("olga").status_code == 303


def test_a_browser_that_knows_a_name_is_throttled_by_itself_and_for_no_other_name(
    site: Site,
) -> None:
    site.sign_in("olga")
    site.browser.post("/sign-out", data={"token": site.token("/")})
    assert fail(site, FREE + 1) == [401] * FREE + [429]
    assert fail(site, FREE + 1, at="10.9.9.9") == [429] * (FREE + 1)  # it is the browser that waits
    assert fail(site, FREE + 1, name="adam") == [401] * FREE + [429]
    site.browser = site.new_browser()
    assert fail(site, 1) == [401]


def device(site: Site) -> str:
    """The device cookie of the browser in hand."""
    cookie = site.browser.get_cookie(NAME, path="/sign-in")
    assert cookie is not None
    return cookie.value


def stranger(site: Site, cookie: str) -> None:
    """Take another browser in hand, into which somebody has copied this device cookie."""
    site.browser = site.new_browser()
    site.browser.set_cookie(NAME, cookie, path="/sign-in")


def test_a_browser_that_knows_one_name_is_a_stranger_to_others(site: Site) -> None:
    site.sign_in("olga")
    known = device(site)
    site.browser = site.new_browser()
    assert fail(site, FREE + 1, name="adam") == [401] * FREE + [429]
    stranger(site, known)
    assert fail(site, 1, name="adam") == [429]


def test_two_browsers_that_know_a_name_do_not_wait_for_each_other(site: Site) -> None:
    site.sign_in("olga")
    first = device(site)
    site.browser = site.new_browser()
    site.sign_in("olga")
    second = device(site)
    stranger(site, first)
    assert fail(site, FREE + 1) == [401] * FREE + [429]
    stranger(site, second)
    assert fail(site, 1) == [401]


def test_a_browser_stays_the_same_however_often_one_signs_in(site: Site) -> None:
    """A copy of its cookie gets no attempts of its own."""
    site.sign_in("olga")
    copied = device(site)
    site.browser.post("/sign-out", data={"token": site.token("/")})
    site.sign_in("olga")
    renewed = device(site)
    stranger(site, copied)
    assert fail(site, FREE + 1) == [401] * FREE + [429]
    stranger(site, renewed)
    assert fail(site, 1) == [429]


@pytest.mark.parametrize(("age_s", "answers"), [(LASTS_S - 60, 303), (LASTS_S + 60, 429)])
def test_a_browser_that_was_away_for_long_is_a_stranger_again(
    site: Site, monkeypatch: pytest.MonkeyPatch, age_s: int, answers: int
) -> None:
    now = int(time.time())
    with monkeypatch.context() as then:
        then.setattr(TimestampSigner, "get_timestamp", lambda _: now - age_s)
        site.sign_in("olga")
        known = device(site)
    site.browser = site.new_browser()
    assert fail(site, FREE + 1) == [401] * FREE + [429]
    stranger(site, known)
    assert site.sign_in("olga").status_code == answers


@pytest.mark.parametrize("value", ["", "x", "ünïcode", "InJhbmRvbSI.aaaa.bbbb"])
def test_a_forged_device_cookie_is_none(site: Site, value: str) -> None:
    assert fail(site, FREE) == [401] * FREE
    site.browser.set_cookie(NAME, value, path="/sign-in")
    assert fail(site, 1) == [429]


def test_the_device_cookie_tells_no_name_and_goes_to_the_form_alone(site: Site) -> None:
    (cookie,) = [
        line
        for line in site.sign_in("olga").headers.getlist("Set-Cookie")
        if line.startswith(f"{NAME}=")
    ]
    assert "olga" not in cookie
    for part in ("HttpOnly", "SameSite=Lax", "Path=/sign-in"):
        assert part in cookie


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_go_over_https_alone_where_that_is_set(store: Store, secure: bool) -> None:
    site = Site(store, environment={"DISTILL_SECURE_COOKIES": str(secure).lower()})
    cookies = site.sign_in("olga").headers.getlist("Set-Cookie")
    assert len(cookies) == 2  # the session's and the device's
    assert ["; Secure" in cookie for cookie in cookies] == [secure] * 2


def test_another_address_of_the_same_network_is_the_same_visitor(site: Site) -> None:
    for number in range(FREE):
        fail(site, 1, at=f"2001:db8::{number}")
    assert fail(site, 1, at="2001:db8::ffff") == [429]
    assert fail(site, 1, at="2001:db8:0:1::1") == [401]
    assert pair("a", "::ffff:10.0.0.1") != pair("a", "::ffff:10.0.0.2")


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
@pytest.mark.parametrize("by_key", [False, True])
def test_what_is_argillas_failure_is_not_counted(
    site: Site, failure: Failure, by_key: bool
) -> None:
    site.argilla.fails = failure
    for _ in range(4 * FREE):
        answer = site.sign_in_by_key("olga.apikey") if by_key else site.sign_in("olga")
        assert answer.status_code == 503
        assert "Argilla does not answer" in answer.text
    site.argilla.fails = None
    answer = site.sign_in_by_key("olga.apikey") if by_key else site.sign_in("olga")
    assert answer.status_code == 303


def test_failures_before_and_after_an_outage_add_up(site: Site) -> None:
    fail(site, FREE - 1)
    site.argilla.away = True
    assert fail(site, 5) == [503] * 5
    site.argilla.away = False
    assert fail(site, 2) == [401, 429]


def test_failures_are_forgotten_in_time(site: Site) -> None:
    fail(site, FREE)
    keys = site.store.redis.keys(f"{site.store.keys.prefix}:attempts:*")
    assert [site.store.redis.ttl(key) for key in keys] == [pytest.approx(FORGOTTEN_S, abs=5)]


# By API key


def test_who_has_no_password_signs_in_with_an_api_key(site: Site) -> None:
    """Accounts that were made through OAuth have none."""
    answer = site.sign_in_by_key(" anna.apikey\n")
    assert (answer.status_code, answer.location) == (303, "/")
    assert "anna" in site.get("/").text


def test_the_form_says_where_argilla_shows_the_key(site: Site) -> None:
    page = site.get("/sign-in").text
    assert "My settings" in page
    assert 'href="http://argilla:6900/user-settings"' in page


@pytest.mark.parametrize("key", ["a-wrong-key", "x" * 300, "a b", "ünïcode"])
def test_a_key_of_nobodys_is_told_and_not_shown_again(site: Site, key: str) -> None:
    answer = site.sign_in_by_key(key)
    assert answer.status_code == 401
    assert escape(NOBODYS) in answer.text
    assert key not in answer.text


def test_a_key_needs_our_form_too(site: Site) -> None:
    answer = site.browser.post("/sign-in", data={"api_key": "olga.apikey", "token": "wrong"})
    assert answer.status_code == 400


# An Argilla that hangs


def test_only_some_threads_wait_for_an_argilla_that_hangs(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PATIENCE_S", 0.01)
    let_go, inside = threading.Event(), threading.Semaphore(0)

    def hang(_: Gateway) -> tuple[User, list[str]]:
        inside.release()
        assert let_go.wait(60)
        return User("1", "olga", "owner"), []

    ask = Asking(site.argilla.anonymous)
    with ThreadPoolExecutor(asking.MAX_AT_ONCE) as pool:
        waiting = [pool.submit(ask, hang, "?") for _ in range(asking.MAX_AT_ONCE)]
        for _ in waiting:
            inside.acquire()
        assert ask(hang, "?") == Refusal(503, BUSY)
        let_go.set()
        assert not any(isinstance(each.result(), Refusal) for each in waiting)
    assert not isinstance(ask(hang, "?"), Refusal)


def test_wrong_keys_at_the_form_are_counted_by_address_as_names_are(site: Site) -> None:
    answers = [site.sign_in_by_key("wrong", "10.0.0.1").status_code for _ in range(FREE + 1)]
    assert answers == [401] * FREE + [429]
    assert site.sign_in_by_key("wrong", "10.0.0.2").status_code == 401


def test_a_form_with_too_long_a_name_or_password_asks_nobody(site: Site) -> None:
    longest = "x" * MAX_INPUT_CHARACTERS
    for name, password in ((longest + "x", "y"), ("y", longest + "x"), ("", "y"), ("y", "")):
        assert site.sign_in(name, password).status_code == 401
    assert site.argilla.calls == []
    assert site.sign_in(longest, longest).status_code == 401
    assert len(site.argilla.calls) == 1


def test_a_name_and_a_password_may_be_a_single_letter(site: Site) -> None:
    site.argilla.accounts["x"] = ("y", "annotator", [])
    assert site.sign_in("x", "y").status_code == 303
