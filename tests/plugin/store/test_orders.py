"""What is asked of workers is kept until it is done, and told for a day."""

from __future__ import annotations

import pytest

from argilla_distill.domain.orders.order import Term, WorkOrder
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.work import orders as kept_orders
from argilla_distill.plugin.store.work.orders import KEPT_MS

D = "d"


def test_what_became_of_an_order_is_told_for_a_day(store: Store) -> None:
    orders = store.orders
    terms: dict[str, Term] = {"passes": ("yes", "no"), "take": 3}
    first, second, third = (WorkOrder(f"x{n}", "do", "it", n, terms=terms) for n in (1, 2, 3))
    for each in (third, first, second):
        orders.place(D, each)
    assert orders.settle(D, first, at=10, error="no room")
    assert orders.settle(D, second, at=11 + KEPT_MS, result="it")
    assert [(each.id, each.result) for each in orders.all(D)] == [("x2", "it"), ("x3", "")]
    assert [each.asks_the_same(third) for each in orders.waiting(D)] == [True]
    assert not orders.settle(D, first, at=12)


def test_no_more_than_the_latest_are_told(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_orders, "MAX_SETTLED", 3)
    every = [WorkOrder(f"x{n}", "do", asked_at=n) for n in range(5)]
    for each in every:
        store.orders.place(D, each)
        store.orders.settle(D, each, at=each.asked_at + 1)
    assert [each.id for each in store.orders.all(D)] == [each.id for each in every[2:]]
