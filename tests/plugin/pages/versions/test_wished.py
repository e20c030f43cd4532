"""A version is asked for by address: by those who oversee the dataset, once for each key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.test import TestResponse

from argilla_distill.domain.versions.wish import VersionWish
from argilla_distill.plugin.dispatch import ORDERS as JOB
from argilla_distill.plugin.pages.versions import wished
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.versions.version_gallery import AT
from tests.plugin.pages.website import Site

ORDERS = f"/datasets/{DATASET}/orders"


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    queue(store).empty()
    site = Site(store)
    site.sign_in("olga")
    return site


def queue(store: Store) -> Any:
    return Queue("distill-versions", connection=store.redis, serializer=JSONSerializer)


def queued(store: Store) -> list[tuple[str | None, str]]:
    return [(job.func_name, job.args[0]) for job in queue(store).jobs]


def post(site: Site, by: str = "adam.apikey", **form: Any) -> TestResponse:
    return site.app.test_client().post(AT, headers=bearing(by), data=form)


def bearing(by: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {by}"}


def test_an_order_is_kept_whole_and_a_worker_is_sent_for_it(site: Site, store: Store) -> None:
    form: dict[str, Any] = {
        "key": "k1",
        "strategy": "majority",
        "as_of": "2020-11-20T00:00:00.250Z",
        "only": ["round=1", "round=2"],
        "without": ["annotator=ann"],
        "tag": ["prod", "a"],
        "note": "For the bot.",
        "twin": "yes",
    }
    for _ in range(2):
        answer = post(site, **form)
        assert answer.status_code == 202
        told = answer.get_json()["order"]
        assert site.get(f"{ORDERS}/version:k1", json=True).get_json() == told
        assert (told["action"], told["asked_by"]) == ("create version", "adam")
    (order,) = store.orders.all(DATASET)
    assert VersionWish.of(order) == VersionWish(
        "majority",
        1_605_830_400_250,
        ("round=1", "round=2"),
        ("annotator=ann",),
        ("prod", "a"),
        "For the bot.",
        True,
    )
    assert queued(store) == [(JOB, DATASET)]


def test_what_is_asked_for_already_is_not_asked_for_again_and_a_key_stands_for_one_call(
    site: Site, store: Store
) -> None:
    post(site, key="k1", note="a")
    (order,) = store.orders.all(DATASET)
    store.orders.settle(DATASET, order, 7, "learned-9")
    queue(store).empty()
    answer = post(site, key="k1", note="a", strategy="")
    assert (answer.status_code, answer.get_json()["order"]["result"]) == (200, "learned-9")
    other = post(site, key="k1", note="b")
    assert (other.status_code, "draw another key" in other.get_json()["error"]) == (422, True)
    assert queued(store) == []
    store.orders.place(DATASET, replace(order, settled_at=8, error="no such strategy"))
    assert post(site, key="k1", note="a").status_code == 202  # what was refused is tried again


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({}, "'' is no key"),
        ({"key": "a b"}, "'a b' is no key"),
        ({"key": "k", "tag": ["prod", "learned-3"]}, "'learned-3' is no tag"),
        ({"key": "k", "as_of": "2999-01-01"}, "in the future"),
        ({"key": "k", "as_of": "yesterday"}, "'yesterday' is no time"),
        ({"key": "k", "only": "runde=2"}, "did you mean round?"),
        ({"key": "k", "note": "x" * 10_001}, "10,000 characters"),
        ({"key": "k", "strategie": "majority"}, "did you mean strategy?"),
        ({"key": "k", "note": ["a", "b"]}, "note is sent once only"),
        ({"key": "k", "twin": "perhaps"}, "yes or no"),
        ({"key": "k", "tag": ["a"] * 100}, "100 tags and segments at most"),
    ],
)
def test_what_can_be_no_version_is_refused_with_the_reason_and_nobody_is_sent(
    site: Site, store: Store, form: dict[str, Any], why: str
) -> None:
    answer = post(site, **form)
    assert (answer.status_code, why in answer.get_json()["error"]) == (422, True)
    assert (store.orders.all(DATASET), queued(store)) == ([], [])


def test_a_form_that_is_too_large_is_refused_with_what_to_do(site: Site, store: Store) -> None:
    answer = post(site, key="k1", note="x" * 70_000)
    assert answer.status_code == 413
    assert "65,536 bytes at most, and this has more. Shorten" in answer.get_json()["error"]
    assert store.orders.all(DATASET) == []


@pytest.mark.parametrize(
    ("by", "status", "why"),
    [
        ("nora.apikey", 403, "not for you"),
        ("anna.apikey", 403, "anna is an annotator there"),
        ("wrong", 401, "key"),
    ],
)
def test_nobody_else_asks_or_reads_what_is_asked(
    site: Site, store: Store, by: str, status: int, why: str
) -> None:
    read = site.app.test_client().get(f"{ORDERS}/version:k1", headers=bearing(by))
    for answer in (post(site, by, key="k1"), read):
        assert (answer.status_code, why in answer.get_json()["error"]) == (status, True)
    assert store.orders.all(DATASET) == []


def test_a_form_of_another_site_is_not_taken(site: Site, store: Store) -> None:
    assert site.browser.post(AT, data={"key": "k1", "token": "x" * 40}).status_code == 400
    assert store.orders.all(DATASET) == []
    answer = site.browser.post(AT, data={"key": "k1", "token": site.token("/")})
    assert (answer.status_code, answer.headers["Location"]) == (303, AT)
    assert [each.asked_by for each in store.orders.all(DATASET)] == ["olga"]


def test_too_many_that_wait_are_told_to_come_back(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wished, "MAX_WAITING", 2)
    for n in range(2):
        post(site, key=f"k{n}")
    answer = post(site, key="k2")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert post(site, key="k0").status_code == 202
    assert len(store.orders.all(DATASET)) == 2
