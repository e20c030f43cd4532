"""The web process from outside: every delivery is answered, a stranger never gets further than a 4xx."""

from __future__ import annotations

import io
import logging
import secrets

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from redis import Redis
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.test import TestResponse

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.plugin.listener import create_app
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.webhook import signing_secrets
from tests.plugin.webhook.signed_events import DATASET, PATH, RECORD, SECRET, TOLD, event, signed

KEY = "owner-key-that-nobody-sees"


@pytest.fixture
def settings() -> Settings:
    return Settings.model_validate(
        {
            "argilla_api_url": "http://argilla",
            "argilla_api_key": KEY,
            "queue": f"q-{secrets.token_hex(4)}",
            "max_body_bytes": 10_000,
        }
    )


@pytest.fixture
def client(settings: Settings, store: Store) -> FlaskClient:
    store.service.keep_webhook("h1", "http://us", SECRET)
    return create_app(settings, store).test_client()


@pytest.fixture
def lonely(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """A listener whose Redis is away; a secret was set by hand."""
    away = Redis.from_url(f"unix://{tmp_path_factory.mktemp('r')}/none.sock", retry=None)
    given = {
        **settings.model_dump(),
        "webhook_secrets": SECRET,
        "argilla_api_key": KEY,
        "secret_key": "x" * 32,
    }
    return create_app(Settings.model_validate(given), Store(away, "p")).test_client()


def deliver(client: FlaskClient, body: bytes, **headers: str) -> TestResponse:
    return client.post(PATH, data=body, headers={**signed(body), **headers})


def outcomes(store: Store) -> dict[tuple[str, str], int]:
    return {labels[1:]: n for labels, n in store.service.counters().items() if len(labels) == 3}


def refused(response: TestResponse, status: int) -> str:
    """The error that a refusal tells, in JSON."""
    assert response.status_code == status
    assert response.mimetype == "application/json"
    assert list(response.json or {}) == ["error"]
    told = str((response.json or {})["error"])
    assert SECRET not in told
    assert KEY not in told
    return told


# What Argilla sends


@pytest.mark.parametrize(
    "kind", ["response.created", "response.updated", "response.deleted", "record.deleted"]
)
def test_an_event_marks_its_record_wakes_its_dataset_and_is_counted(
    client: FlaskClient, store: Store, settings: Settings, kind: str
) -> None:
    response = deliver(client, event(kind))
    assert (response.status_code, response.json) == (202, {"status": "accepted"})
    assert store.dirty.take(DATASET, 10) == [(RECORD, "1")]
    (job,) = Queue(settings.queue, connection=store.redis, serializer=JSONSerializer).jobs
    assert (job.func_name, job.args) == (DISTIL, [DATASET])
    assert outcomes(store) == {(kind, "accepted"): 1}
    assert "heard" in store.datasets.info(DATASET)


def test_the_same_event_twice_is_one_waiting_record(client: FlaskClient, store: Store) -> None:
    body = event()
    assert [deliver(client, body).status_code for _ in range(2)] == [202, 202]
    assert store.dirty.sizes(DATASET) == (1, 0, 0)


def test_a_deleted_dataset_is_woken(client: FlaskClient, store: Store, settings: Settings) -> None:
    assert deliver(client, event("dataset.deleted")).status_code == 202
    assert len(Queue(settings.queue, connection=store.redis, serializer=JSONSerializer)) == 1


def test_a_ping_is_a_sign_of_life(client: FlaskClient, store: Store) -> None:
    assert deliver(client, b'{"type":"ping","data":{}}').status_code == 202
    assert "ping" in store.service.beats()
    assert outcomes(store) == {("ping", "accepted"): 1}


def test_an_event_that_we_did_not_ask_for_is_taken_and_counted_under_one_name(
    client: FlaskClient, store: Store
) -> None:
    for kind in ("record.updated", "x|y", "whatever"):
        assert deliver(client, event(kind)).status_code == 202
    assert outcomes(store) == {("other", "unknown"): 3}
    assert store.dirty.sizes(DATASET) == (0, 0, 0)


def test_a_content_type_may_name_its_charset(client: FlaskClient) -> None:
    body = event()
    assert (
        deliver(client, body, **{"Content-Type": "application/json; charset=utf-8"}).status_code
        == 202
    )


def test_a_body_in_chunks_is_as_good(client: FlaskClient, store: Store) -> None:
    body = event()
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    response = client.post(
        PATH, input_stream=io.BytesIO(body), headers=signed(body), environ_overrides=environ
    )
    assert response.status_code == 202
    assert store.dirty.sizes(DATASET)[0] == 1


def test_a_new_secret_is_known_without_a_restart(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deliver(client, event()).status_code == 202
    new = "c2Vjb25kLXNlY3JldC1vZi1vdXJz"
    store.service.keep_webhook("h2", "http://us", new)
    monkeypatch.setattr(signing_secrets, "AGAIN_S", 0.0)
    body = event()
    assert client.post(PATH, data=body, headers=signed(body, new)).status_code == 202


# What it must refuse


def test_unsigned_forged_and_altered_deliveries_are_refused_and_counted(
    client: FlaskClient, store: Store
) -> None:
    body = event()
    json_only = {"Content-Type": "application/json"}
    assert "webhook-signature" in refused(client.post(PATH, data=body, headers=json_only), 401)
    forged = signed(body, "Zm9yZ2VkLXNlY3JldC1vZi1zb21lYm9keQ==")
    refused(client.post(PATH, data=body, headers=forged), 401)
    refused(client.post(PATH, data=body + b" ", headers=signed(body)), 401)
    assert outcomes(store) == {("other", "unsigned"): 1, ("other", "signature"): 2}
    assert store.dirty.sizes(DATASET) == (0, 0, 0)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
)
def test_another_content_type_is_refused(client: FlaskClient, store: Store, kind: str) -> None:
    assert "application/json" in refused(deliver(client, event(), **{"Content-Type": kind}), 415)
    assert outcomes(store) == {("other", "type"): 1}


def test_a_signed_body_that_is_no_event_is_refused(client: FlaskClient, store: Store) -> None:
    refused(deliver(client, b'{"type":"response.created","data":{}}'), 400)
    assert outcomes(store) == {("other", "malformed"): 1}


@pytest.mark.parametrize("body", [b"no json", b"[" * 9_000, b"", b"[]"])
def test_a_signed_body_that_is_no_json_is_refused(client: FlaskClient, body: bytes) -> None:
    assert deliver(client, body).status_code in (400, 401)


@pytest.mark.parametrize("chunked", [False, True])
def test_an_oversized_body_is_refused_and_counted(
    client: FlaskClient, store: Store, chunked: bool, caplog: pytest.LogCaptureFixture
) -> None:
    body = b'"' + b"x" * 10_000 + b'"'
    environ = (
        {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"} if chunked else {}
    )
    stream = io.BytesIO(body) if chunked else None
    with caplog.at_level(logging.INFO, "distill.listener"):
        response = client.post(
            PATH,
            data=None if chunked else body,
            input_stream=stream,
            headers=signed(body),
            environ_overrides=environ,
        )
    assert "10000 bytes" in refused(response, 413)
    assert sum(outcomes(store).values()) == 1
    assert not any(outcome == "accepted" for _, outcome in outcomes(store))
    assert "outcome=accepted" not in caplog.text


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method_is_refused_in_json(client: FlaskClient, method: str) -> None:
    refused(client.open(PATH, method=method), 405)


def test_another_address_below_webhooks_is_refused_in_json(client: FlaskClient) -> None:
    refused(client.post("/webhooks/other", data=b"{}"), 404)


HEADERS = st.dictionaries(
    st.sampled_from(
        [
            "webhook-id",
            "webhook-timestamp",
            "webhook-signature",
            "Content-Type",
            "Content-Length",
            "Content-Encoding",
            "Transfer-Encoding",
            "Host",
            "Cookie",
            "Expect",
            "X-HTTP-Method-Override",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30)
    | st.sampled_from(
        ["application/json", "v1,YQ==", "-1", "99999999999999999999", "chunked", "nan"]
    ),
)


@hypothesis_settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    HEADERS,
    st.binary(max_size=60),
    st.booleans(),
    st.sampled_from(["POST", "PUT", "OPTIONS", "HEAD"]),
)
@example(
    {"webhook-timestamp": "1e17", "webhook-id": "a", "webhook-signature": "v1,YQ=="},
    b"{}",
    True,
    "POST",
)
def test_a_stranger_can_never_cause_a_5xx(
    client: FlaskClient, headers: dict[str, str], body: bytes, as_json: bool, method: str
) -> None:
    if as_json:
        headers = {**headers, "Content-Type": "application/json"}
    if as_json and len(body) % 2:
        headers = {**signed(b"{}"), **headers}
    response = client.open(PATH, method=method, data=body, headers=headers)
    assert response.status_code < 500
    assert response.status_code != 202


# Redis away


def test_without_redis_argilla_is_asked_to_try_again(lonely: FlaskClient) -> None:
    body = event()
    refused(deliver(lonely, body), 503)
    assert refused(lonely.get("/readyz"), 503)
    assert refused(lonely.get("/metrics"), 503)
    assert lonely.get("/healthz").status_code == 200


def test_a_delivery_that_redis_could_not_take_is_not_logged_as_accepted(
    lonely: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "distill.listener"):
        deliver(lonely, event())
    assert "outcome=" in caplog.text
    assert "outcome=accepted" not in caplog.text


# Health and log


def test_health_readiness_and_metrics_are_told(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    ready = client.get("/readyz")
    assert (ready.status_code, (ready.json or {})["webhook"]) == (503, True)
    deliver(client, event())
    scraped = client.get("/metrics")
    assert scraped.content_type.startswith("text/plain")
    assert (
        'distill_deliveries_total{outcome="accepted",type="response.created"} 1.0' in scraped.text
    )


def test_each_delivery_is_one_log_line_with_nothing_secret(
    client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    body = event()
    with caplog.at_level(logging.DEBUG):
        deliver(client, body)
        client.post(PATH, data=body, headers={**signed(body), "webhook-signature": "v1,c2Vu"})
    ours = [r for r in caplog.records if r.name == "distill.listener"]
    assert [
        f"outcome={word}" in r.getMessage()
        for r, word in zip(ours, ("accepted", "signature"), strict=True)
    ]
    assert DATASET in ours[0].getMessage()
    for hidden in (SECRET, KEY, TOLD, signed(body)["webhook-signature"], "c2Vu"):
        assert hidden not in caplog.text


def test_settings_are_read_from_the_environment_where_none_are_given(
    monkeypatch: pytest.MonkeyPatch, redis_url: str
) -> None:
    given = {"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY": "k", "DISTILL_REDIS_URL": redis_url}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    app = create_app()
    assert app.config["MAX_CONTENT_LENGTH"] == 32_000_000
    assert app.test_client().get("/healthz").status_code == 200
