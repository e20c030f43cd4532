"""How far an order is, for those who oversee the dataset."""

from __future__ import annotations

import pytest

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.plugin.store import Store
from tests.plugin.pages import gallery
from tests.plugin.pages.scene import DATASET
from tests.plugin.pages.website import Site

AT = f"/datasets/{DATASET}/orders/round:4 ü"


@pytest.fixture
def site(store: Store) -> Site:
    gallery.write(store)
    order = WorkOrder(
        "round:4 ü", "cancel round", "4 ü", 1, "adam", stage="taking", done=1, total=3
    )
    store.orders.place(DATASET, order)
    return Site(store)


def test_it_is_told_as_a_sentence_and_as_json(site: Site) -> None:
    site.sign_in("olga")
    assert "Cancel round 4 ü: taking, 1 of 3." in site.get(AT).get_data(as_text=True)
    told = site.get(AT, json=True).get_json()
    assert (told["done"], told["total"], told["asked_by"]) == (1, 3, "adam")
    assert told["sentence"] == "cancel round 4 ü: taking, 1 of 3"
    assert site.get(f"/datasets/{DATASET}/orders/x", json=True).status_code == 404


def test_it_is_for_those_who_oversee_the_dataset(site: Site) -> None:
    site.sign_in("anna")
    answer = site.get(AT, json=True)
    assert answer.status_code == 403
    assert "anna is an annotator there" in answer.get_json()["error"]
