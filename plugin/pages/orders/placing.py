"""An order is taken, to be done by a worker. Whether it may be asked for is the page's to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.plugin.dispatch import ORDERS, Dispatch
from argilla_distill.plugin.pages.entrance import EXPIRED_FORM
from argilla_distill.plugin.pages.frame import Absent, Frame
from argilla_distill.plugin.visitors.accounts import bearer
from argilla_distill.plugin.visitors.visitor import Visitor


def refuse_from_elsewhere(frame: Frame, visitor: Visitor) -> None:
    """Raises Absent where a POST came neither from a form of ours nor with a key."""
    if bearer() is None and not frame.accounts.is_ours(request.form.get("token", "")):
        title = "That did not come from our page"
        raise Absent(frame.message(400, title, EXPIRED_FORM, visitor))


def only_known(
    form: MultiDict[str, str],
    once: Sequence[str],
    several: Sequence[str] = (),
    longest: int | None = None,
) -> None:
    """Raises ValueError where something else was sent, or more of it, or in so many characters.

    Parameters
    ----------
    once, several : what may be sent: once, and as often as one likes.
    longest : characters of each at most; None for any number.
    """
    for name in form:
        if name not in (*once, *several, "token"):
            raise ValueError(f"there is no {name} to send{did_you_mean(name, (*once, *several))}")
        if name in once and len(form.getlist(name)) > 1:
            raise ValueError(f"{name} is sent once only")
        if longest is not None and any(len(value) > longest for value in form.getlist(name)):
            raise ValueError(f"{name} has {longest} characters at most")


def as_json(order: WorkOrder) -> dict[str, Any]:
    """An order as scripts read it."""
    return {**asdict(order), "sentence": order.sentence}


def place(
    frame: Frame, dataset_id: str, order: WorkOrder, once: bool = False, anew: bool = False
) -> WorkOrder:
    """Keep an order and send a worker for it, unless the same waits already.

    Parameters
    ----------
    once : also if the same was done already, it is not done again.
    anew : if the same is being done now, it is done once more: what it is about may have changed since.

    Returns
    -------
    The order that stands.
    """
    orders = frame.store.orders
    standing = orders.of(dataset_id, order.id)
    again = standing is not None and standing.asks_the_same(order)
    if standing and again:
        comes = standing.waits and not (anew and standing.stage)
        if comes or (once and not standing.error):
            return standing
    orders.place(dataset_id, order)
    Dispatch(frame.store, frame.settings.queue).enqueue(ORDERS, dataset_id)
    return order
