"""A session ends where it is ended, and when Argilla says that its visitor is not who they were."""

from __future__ import annotations

from dataclasses import replace

import pytest
from redis.exceptions import OutOfMemoryError

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.visits.sign_ins import SignIn, SignIns
from argilla_distill.plugin.visitors.accounts import AGAIN_S, RECHECK_S, TRUSTED_S
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET, WORKSPACE
from tests.plugin.pages.website import FAILURES, Failure, Site

PAGE = f"/datasets/{DATASET}"


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    return Site(store, environment={"DISTILL_SESSION_HOURS": "8"})


def test_signing_out_ends_the_session_for_every_copy_of_its_cookie(site: Site) -> None:
    """A replayed cookie once went on for eight hours."""
    site.sign_in("olga")
    copy = site.copy()
    assert copy.get("/").status_code == 200
    site.browser.post("/sign-out", data={"token": site.token("/")})
    assert copy.get("/").status_code == 302


def test_signing_out_ends_one_session_and_not_those_of_other_browsers(site: Site) -> None:
    site.sign_in("olga")
    first, site.browser = site.browser, site.new_browser()
    site.sign_in("olga")
    site.browser.post("/sign-out", data={"token": site.token("/")})
    assert first.get("/").status_code == 200


def test_signing_in_anew_ends_the_session_before(site: Site) -> None:
    site.sign_in("olga")
    before = site.copy()
    given = {"api_key": "adam.apikey", "token": site.token("/")}
    assert site.browser.post("/sign-in", data=given).status_code == 303
    assert before.get("/").status_code == 302
    assert "adam" in site.get("/").text


def test_the_cookie_holds_neither_name_nor_role(site: Site) -> None:
    site.sign_in("olga")
    cookie = site.browser.get_cookie("distill_session")
    assert cookie is not None
    serializer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    assert set(serializer.loads(cookie.value)) == {"sign_in", "token"}


def test_argilla_is_asked_about_a_visitor_now_and_then_and_not_at_each_page(site: Site) -> None:
    site.sign_in("olga")
    calls = len(site.argilla.calls)
    for _ in range(3):
        assert site.get(PAGE).status_code == 200
    assert len(site.argilla.calls) == calls
    site.clock.now += RECHECK_S
    for _ in range(3):
        assert site.get(PAGE).status_code == 200
    assert [call.url.path for call in site.argilla.calls[calls:]] == [
        "/api/v1/users/id-of-olga",
        "/api/v1/users/id-of-olga/workspaces",
    ]


def test_who_is_deleted_in_argilla_is_let_in_no_more(site: Site) -> None:
    site.sign_in("olga")
    del site.argilla.accounts["olga"]
    site.clock.now += RECHECK_S
    assert site.get(PAGE).status_code == 302
    assert site.copy().get(PAGE).status_code == 302


@pytest.mark.parametrize("workspaces", [["another"], []])
def test_whose_workspaces_change_sees_no_more_than_those(site: Site, workspaces: list[str]) -> None:
    site.sign_in("adam")
    assert site.get(PAGE).status_code == 200
    site.argilla.accounts["adam"] = ("adams-secret", "admin", workspaces)
    site.clock.now += RECHECK_S
    assert [site.get(PAGE).status_code for _ in range(2)] == [403, 403]  # the second time, as kept


def test_who_is_let_into_a_workspace_need_not_sign_in_again(site: Site) -> None:
    site.sign_in("nora")
    assert site.get(PAGE).status_code == 403
    site.argilla.accounts["nora"] = ("noras-secret", "admin", [WORKSPACE])
    site.clock.now += RECHECK_S
    assert [site.get(PAGE).status_code for _ in range(2)] == [200, 200]  # the second time, as kept


def test_a_visitor_may_go_on_to_the_very_end_of_the_time_for_which_they_are_trusted(
    site: Site,
) -> None:
    site.sign_in("olga")
    site.argilla.away = True
    site.clock.now += TRUSTED_S
    assert site.get(PAGE).status_code == 200


def test_who_goes_on_being_who_they_were_is_asked_about_again_and_again(site: Site) -> None:
    site.sign_in("olga")
    for _ in range(3):
        site.clock.now += RECHECK_S
        calls = len(site.argilla.calls)
        assert [site.get(PAGE).status_code for _ in range(2)] == [200, 200]
        assert len(site.argilla.calls) == calls + 2, "a user and their workspaces, once"


def test_while_redis_is_full_visitors_go_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(sign_in_id: str, known: SignIn) -> None:
        raise OutOfMemoryError("command not allowed when used memory > 'maxmemory'.")

    site.sign_in("olga")
    monkeypatch.setattr(site.store.sign_ins, "renew", refuse)
    site.clock.now += RECHECK_S
    assert site.get(PAGE).status_code == 200


def test_how_long_a_visitor_is_trusted_counts_from_when_argilla_last_spoke_of_them(
    site: Site,
) -> None:
    site.sign_in("olga")
    site.clock.now += TRUSTED_S
    assert site.get(PAGE).status_code == 200
    site.argilla.fails = next(iter(FAILURES.values()))
    site.clock.now += TRUSTED_S - 1
    assert site.get(PAGE).status_code == 200
    site.clock.now += AGAIN_S
    assert site.get(PAGE).status_code == 503


@pytest.mark.parametrize(
    ("password", "role"), [("another-secret", "admin"), ("adams-secret", "annotator")]
)
def test_whose_password_or_role_changes_has_to_sign_in_again(
    site: Site, password: str, role: str
) -> None:
    """A session once outlived the password with which it had begun."""
    site.sign_in("adam")
    elsewhere = site.copy()
    site.argilla.accounts["adam"] = (password, role, [WORKSPACE])
    site.clock.now += RECHECK_S
    assert site.get(PAGE).status_code == 302
    calls = len(site.argilla.calls)
    assert elsewhere.get(PAGE).status_code == 302
    assert len(site.argilla.calls) == calls, (
        "the session is over, and nobody asks about it any more"
    )
    assert site.sign_in("adam", password).status_code == 303


def test_a_session_of_an_earlier_release_goes_on_and_learns_of_changes(site: Site) -> None:
    site.sign_in("adam")
    with site.browser.session_transaction() as held:
        sign_in_id = held["sign_in"]
    known = site.store.sign_ins.get(sign_in_id)
    assert known is not None
    earlier = replace(known, username="Adam before", role="annotator", changed="")
    site.store.sign_ins.renew(sign_in_id, earlier)
    assert site.get(PAGE).status_code == 403
    site.clock.now += RECHECK_S
    assert [site.get(PAGE).status_code for _ in range(2)] == [200, 200]  # the second time, as kept
    page = site.get(PAGE).text
    assert "adam" in page
    assert "Adam before" not in page
    site.argilla.accounts["adam"] = ("another-secret", "admin", [WORKSPACE])
    site.clock.now += RECHECK_S
    assert site.get(PAGE).status_code == 302


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_while_argilla_fails_visitors_go_on_for_a_while_and_then_are_told(
    site: Site, failure: Failure
) -> None:
    site.sign_in("olga")
    site.argilla.fails = failure
    site.clock.now += RECHECK_S
    calls = len(site.argilla.calls)
    assert [site.get(PAGE).status_code for _ in range(3)] == [200] * 3
    assert len(site.argilla.calls) - calls <= 2  # nobody waits for it at each page
    site.clock.now += AGAIN_S
    assert site.get(PAGE).status_code == 200
    site.clock.now += TRUSTED_S
    answer = site.get(PAGE)
    assert answer.status_code == 503
    assert "Argilla does not answer" in answer.text
    site.argilla.fails = None
    assert site.get(PAGE).status_code == 200


def test_a_session_that_was_ended_is_not_brought_back_by_a_late_answer(store: Store) -> None:
    site = Site(store)
    site.sign_in("olga")
    with site.browser.session_transaction() as held:
        sign_in_id = held["sign_in"]
    known = store.sign_ins.get(sign_in_id)
    assert known is not None
    store.sign_ins.end(sign_in_id)
    store.sign_ins.renew(sign_in_id, known)
    assert store.sign_ins.get(sign_in_id) is None


def test_a_session_is_gone_from_the_store_when_its_hours_are_over(store: Store) -> None:
    site = Site(store, environment={"DISTILL_SESSION_HOURS": "2"})
    site.sign_in("olga")
    site.clock.now += RECHECK_S
    site.get("/")
    (key,) = store.redis.keys(f"{store.keys.prefix}:sign-in:*")
    assert 7_000 < store.redis.ttl(key) <= 7_200


def test_no_id_is_no_session(store: Store) -> None:
    ins: SignIns = store.sign_ins
    assert ins.get("") is None
    ins.end("")
