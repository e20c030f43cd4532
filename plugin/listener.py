"""The web process: takes Argilla's deliveries, answers probes, shows pages.

`create_app` is what `serving` serves. It never loads the SDK, scikit-learn or the workers, and does
no work of theirs: a delivery is verified, reduced to ids, marked and answered within milliseconds.
"""

from __future__ import annotations

import logging
import os
import time
from threading import Lock

from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.middleware.proxy_fix import ProxyFix

from argilla_distill.plugin.dispatch import Dispatch
from argilla_distill.plugin.errors import BadDelivery
from argilla_distill.plugin.health import metrics, readiness
from argilla_distill.plugin.pages.site import blueprint
from argilla_distill.plugin.settings import Settings, read
from argilla_distill.plugin.store import Store, StoreError, connect
from argilla_distill.plugin.store.trouble import trouble
from argilla_distill.plugin.webhook.deliveries import (
    LARGE_BYTES,
    Delivery,
    reduce,
    signature,
    verify,
)
from argilla_distill.plugin.webhook.signing_secrets import WebhookSecrets

log = logging.getLogger("distill.listener")

UNKNOWN = "other"
"""What an event type that we did not ask for is called in the metrics (a stranger cannot add to it)."""


def create_app(settings: Settings | None = None, store: Store | None = None) -> Flask:
    """The Flask application.

    Parameters
    ----------
    settings : read from the environment if not given.
    store : connected as the settings say if not given.
    """
    settings = settings or read(os.environ)
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(name)s %(message)s")
    store = store or connect(settings, timeout_s=2.0, retries=1)
    app = Flask("argilla_distill.plugin")
    app.config["MAX_CONTENT_LENGTH"] = settings.max_body_bytes
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count)  # type: ignore[method-assign]  # as Flask's manual says
    app.register_blueprint(blueprint(settings, store))
    _deliveries(app, settings, store)
    _health(app, settings, store)
    _errors(app)
    return app


def _deliveries(app: Flask, settings: Settings, store: Store) -> None:
    dispatch = Dispatch(store, settings.queue)
    known = WebhookSecrets(store.service, settings.secrets)
    one_large = Lock()

    @app.post("/webhooks/argilla")
    def deliver() -> tuple[Response, int]:
        start, event, outcome = time.perf_counter(), UNKNOWN, "unavailable"
        dataset: str | None = None
        try:
            if request.mimetype != "application/json":
                raise BadDelivery(415, "type", "the content type must be application/json")
            headers = {name.lower(): value for name, value in request.headers.items()}
            signature(headers)
            if _length() > LARGE_BYTES:
                with one_large:  # so that together they do not take all memory
                    delivery = _verified(known, headers, settings.max_body_bytes)
            else:
                delivery = _verified(known, headers, settings.max_body_bytes)
            taken = "accepted"
            if delivery.event == "ping":
                event = "ping"
                store.service.beat("ping", store.now())
            elif delivery.dataset_id:
                event, dataset = delivery.event, delivery.dataset_id
                dispatch.deliver(delivery)
            else:
                taken = "unknown"
            store.service.count("deliveries", event, taken)
            outcome = taken
            return jsonify(status=outcome), 202
        except BadDelivery as error:
            outcome = error.reason
            store.service.count("deliveries", event, outcome)
            return jsonify(error=str(error)), error.status
        finally:
            milliseconds = (time.perf_counter() - start) * 1000
            text = "delivery event=%s dataset=%s outcome=%s ms=%.1f"
            log.info(text, event, dataset, outcome, milliseconds)


def _length() -> int:
    """How long the body is said to be; one sent in chunks may have any length."""
    return LARGE_BYTES + 1 if request.content_length is None else request.content_length


def _verified(known: WebhookSecrets, headers: dict[str, str], limit: int) -> Delivery:
    body = _body(limit)
    known.check(lambda secrets: verify(body, headers, secrets))
    return reduce(body)


def _body(limit: int) -> bytes:
    """The raw body. One sent in chunks, without a length, is cut at the limit and refused too."""
    error = BadDelivery(413, "size", f"the body is larger than {limit} bytes")
    try:
        body = request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise error from None
    if request.content_length is None and len(body) >= limit:
        raise error
    return body


def _health(app: Flask, settings: Settings, store: Store) -> None:
    @app.get("/healthz")
    def healthz() -> Response:
        return jsonify(status="ok")

    @app.get("/readyz")
    def readyz() -> tuple[Response, int]:
        report = readiness.check(store, settings.queue)
        return jsonify(report), 200 if report["ready"] else 503

    @app.get("/metrics")
    def scrape() -> Response:
        return Response(metrics.expose(store, settings.queue), content_type=metrics.CONTENT_TYPE)


def _errors(app: Flask) -> None:
    @app.errorhandler(StoreError)
    def store_is_away(error: StoreError) -> tuple[Response, int]:
        log.warning("redis takes nothing: %s: %s", type(error).__name__, error)
        return jsonify(error=f"{trouble(error).what}; try again"), 503
