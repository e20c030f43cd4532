"""A round is cancelled or ended by address: by those who oversee the dataset, and by no other site."""

from __future__ import annotations

from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.test import TestResponse

from argilla_distill.domain.orders.order import END_ROUND, WorkOrder, of_round
from argilla_distill.plugin.dispatch import ORDERS
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.rounds import round_gallery
from tests.plugin.pages.rounds.round_gallery import AT
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.website import Site


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    round_gallery.write(store)
    queue(store).empty()
    site = Site(store)
    site.sign_in("olga")
    return site


def post(site: Site, path: str, key: str = "adam.apikey") -> TestResponse:
    given = {"Authorization": f"Bearer {key}"}
    return site.app.test_client().post(f"{AT}/{path}", headers=given)


def queue(store: Store) -> Any:
    return Queue("distill-versions", connection=store.redis, serializer=JSONSerializer)


def queued(store: Store) -> list[tuple[str | None, str]]:
    return [(job.func_name, job.args[0]) for job in queue(store).jobs]


@pytest.mark.parametrize("action", ["cancel", "end"])
def test_a_script_asks_with_its_key_and_one_worker_is_sent_for_it(
    site: Site, store: Store, action: str
) -> None:
    for _ in range(2):
        answer = post(site, f"4/{action}")
        told = answer.get_json()
        assert (answer.status_code, told["state"]) == (202, "under way")
        assert (told["asked"]["action"], told["asked"]["error"]) == (f"{action} round", "")
    assert queued(store) == [(ORDERS, DATASET)]
    assert site.get(f"{AT}/4", json=True).get_json() == told


def test_after_a_refusal_or_for_something_else_it_is_asked_anew(site: Site, store: Store) -> None:
    refused = WorkOrder(of_round("4"), END_ROUND, "4", 1, error="no room", settled_at=2)
    store.orders.place(DATASET, refused)
    assert site.get(f"{AT}/4", json=True).get_json()["asked"]["error"] == "no room"
    assert post(site, "4/end").get_json()["asked"]["error"] == ""
    assert post(site, "4/cancel").get_json()["asked"]["action"] == "cancel round"
    assert len(queued(store)) == 2


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("1/cancel", 422, "Round 1 is ended: what was learned in it stays."),
        ("5/cancel", 422, "Round 5 is ending: what was learned in it stays."),
        ("9/cancel", 404, "There is no round 9 here; there are 1, 2, 3, 4, 5."),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason_and_nobody_is_sent(
    site: Site, store: Store, path: str, status: int, text: str
) -> None:
    answer = post(site, path)
    assert (answer.status_code, answer.get_json()) == (status, {"error": text})
    assert (store.orders.all(DATASET), queued(store)) == ([], [])


def test_what_is_done_already_is_not_asked_for(site: Site, store: Store) -> None:
    answer = post(site, "1/end")
    assert (answer.status_code, answer.get_json()["asked"]) == (200, None)
    assert queued(store) == []
    assert post(site, "5/end").status_code == 202  # something hindered its end


@pytest.mark.parametrize(
    ("key", "status", "why"),
    [
        ("nora.apikey", 403, "not for you"),
        ("anna.apikey", 403, "anna is an annotator there"),
        ("wrong", 401, "key"),
    ],
)
def test_nobody_else_asks(site: Site, store: Store, key: str, status: int, why: str) -> None:
    answer = post(site, "4/cancel", key)
    assert (answer.status_code, why in answer.get_json()["error"]) == (status, True)
    assert store.orders.all(DATASET) == []


def test_a_form_of_ours_is_taken_and_that_of_another_site_is_not(site: Site, store: Store) -> None:
    for token in ("", "x" * 40):
        assert site.browser.post(f"{AT}/4/cancel", data={"token": token}).status_code == 400
    assert store.orders.all(DATASET) == []
    answer = site.browser.post(f"{AT}/4/cancel", data={"token": site.token("/")})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{AT}/4")
    assert [each.action for each in store.orders.all(DATASET)] == ["cancel round"]


def test_a_page_tells_what_happens_and_asks_before_it_is_done(site: Site, store: Store) -> None:
    page = site.get(f"{AT}/4").text
    assert f'href="{AT}/4/end">End this round</a>' in page
    assert f'href="{AT}/4/cancel">Cancel this round</a>' in page
    for change, consequence in (("end", "A version is made"), ("cancel", "deleted from Argilla")):
        asks = site.get(f"{AT}/4/{change}").text
        assert f'method="post" action="{AT}/4/{change}"' in asks
        assert consequence in asks
        assert consequence in site.get(f"{AT}/4/{change}", json=True).text
    assert store.orders.all(DATASET) == []
    site.browser.post(f"{AT}/4/end", data={"token": site.token("/")})
    page = site.get(f"{AT}/4").text
    assert "olga asked to end round 4: waits for a worker." in page
    assert "End this round" not in page
    (order,) = store.orders.all(DATASET)
    store.orders.settle(DATASET, order, at=2, error="no room")
    assert "olga asked to end round 4: no room." in site.get(f"{AT}/4").text


@pytest.mark.parametrize(
    ("path", "status"), [("1/cancel", 422), ("1/end", 302), ("9/end", 404), ("5/end", 200)]
)
def test_nobody_is_asked_about_what_cannot_be_or_is_done(
    site: Site, path: str, status: int
) -> None:
    assert site.get(f"{AT}/{path}").status_code == status
    assert "this round</a>" not in site.get(f"{AT}/1").text
