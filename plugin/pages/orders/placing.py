"""An order is taken, to be done by a worker. Whether it may be asked for is the page's to say."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.orders.order import WorkOrder
from argilla_distill.plugin.dispatch import ORDERS, Dispatch
from argilla_distill.plugin.pages.entrance import EXPIRED_FORM
from argilla_distill.plugin.pages.frame import Frame
from argilla_distill.plugin.visitors.accounts import bearer
from argilla_distill.plugin.visitors.visitor import Visitor


def from_elsewhere(frame: Frame, visitor: Visitor) -> AnyResponse | None:
    """The answer to a POST that came neither from a form of ours nor with a key; None to one that did."""
    if bearer() is not None or frame.accounts.is_ours(request.form.get("token", "")):
        return None
    return frame.message(400, "That did not come from our page", EXPIRED_FORM, visitor)


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
