"""Deliveries: what is not signed by Argilla, not of now or not an event is refused, never a crash."""

from __future__ import annotations

import json
import time
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook

from argilla_distill.plugin.errors import BadDelivery
from argilla_distill.plugin.webhook import deliveries
from argilla_distill.plugin.webhook.deliveries import EVENTS, Delivery, reduce, shortened, verify

SECRET = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "c2Vjb25kLXNlY3JldC1vZi1vdXJz"
DATASET, RECORD = str(uuid4()), str(uuid4())
BODY = b'{"type":"ping","data":{}}'


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """The headers that Argilla would send."""
    moment = datetime.fromtimestamp(time.time() if at is None else at, timezone.utc)
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(secret).sign("msg_1", moment, body.decode()),
    }


def event(kind: str, data: Any, timestamp: Any = "2026-01-01T00:00:00.250000Z") -> bytes:
    return json.dumps({"type": kind, "version": 1, "timestamp": timestamp, "data": data}).encode()


def refusal(body: bytes, headers: dict[str, str], *secrets: str) -> BadDelivery:
    with pytest.raises(BadDelivery) as caught:
        verify(body, headers, secrets)
    return caught.value


@pytest.mark.parametrize("secrets", [[SECRET], [OTHER, SECRET], [SECRET, OTHER]])
def test_a_delivery_signed_with_any_of_our_secrets_is_accepted(secrets: list[str]) -> None:
    verify(BODY, signed(BODY), secrets)


def test_a_body_that_is_not_what_was_signed_is_refused() -> None:
    assert refusal(BODY + b" ", signed(BODY), SECRET).status == 401


def test_a_signature_by_another_secret_is_refused_and_no_secret_is_told() -> None:
    error = refusal(BODY, signed(BODY, OTHER), SECRET)
    assert (error.status, error.reason) == (401, "signature")
    assert SECRET not in str(error)
    assert OTHER not in str(error)


@pytest.mark.parametrize("age", [-301, -86_400, 301, 86_400])
def test_a_delivery_from_too_long_ago_or_from_the_future_is_refused(age: int) -> None:
    error = refusal(BODY, signed(BODY, at=time.time() + age), OTHER, SECRET)
    assert (error.status, error.reason) == (401, "time")
    assert refusal(BODY, signed(BODY, OTHER, time.time() + age), SECRET).reason == "signature"


@pytest.mark.parametrize("age", [-290, 290])
def test_a_retry_within_five_minutes_is_accepted(age: int) -> None:
    verify(BODY, signed(BODY, at=time.time() + age), [SECRET])


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_header_is_named(name: str) -> None:
    headers = signed(BODY)
    del headers[name]
    error = refusal(BODY, headers, SECRET)
    assert (error.status, error.reason) == (401, "unsigned")
    assert name in str(error)


def test_all_headers_that_are_missing_are_named_at_once() -> None:
    headers = {"webhook-id": "msg_1", "webhook-signature": ""}
    error = refusal(BODY, headers, SECRET)
    assert str(error) == "missing header webhook-timestamp, webhook-signature"


@pytest.mark.parametrize(
    ("change", "secrets", "why"),
    [
        ({}, [], "no webhook is registered; run `argilla-distill connect`"),
        ({}, [OTHER], "No matching signature found"),
        ({"webhook-timestamp": "0"}, [SECRET], "Message timestamp too old"),
        ({"webhook-signature": "v1,a b"}, [SECRET], "malformed signature headers"),
    ],
)
def test_a_refusal_says_what_was_wrong(
    change: dict[str, str], secrets: list[str], why: str
) -> None:
    error = refusal(BODY, {**signed(BODY), **change}, *secrets)
    assert str(error) == f"the delivery cannot be verified: {why}"


def test_a_secret_that_is_none_does_not_keep_the_good_one_from_being_tried() -> None:
    for useless in ("whsec_", "no/base64!", "ключ"):
        verify(BODY, signed(BODY), [useless, SECRET])


@pytest.mark.parametrize(
    "timestamp",
    [
        "",
        " ",
        "nan",
        "inf",
        "-inf",
        "-1",
        "0",
        "1e17",
        "-1e17",
        "9" * 400,
        "12 s",
        "\u0661\u0662",
        "1_0",
    ],
)
def test_a_timestamp_that_is_none_is_refused(timestamp: str) -> None:
    assert refusal(BODY, {**signed(BODY), "webhook-timestamp": timestamp}, SECRET).status == 401


HEADER = st.text(max_size=40) | st.sampled_from(
    ["v1", "v1,", ",", "v1,é", "v1,====", "v2,YQ==", "v1,a b"]
)


@given(HEADER, HEADER, HEADER, st.binary(max_size=40))
@example("\ud800", str(int(time.time())), "v1,YQ==", b"{}")
def test_whatever_a_stranger_writes_into_headers_and_body_is_a_401(
    webhook_id: str, timestamp: str, signature: str, body: bytes
) -> None:
    given = {"webhook-id": webhook_id, "webhook-signature": signature}
    for moment in (timestamp, str(int(time.time()))):
        assert refusal(body, {**given, "webhook-timestamp": moment}, SECRET, OTHER).status == 401


# Reduce


@pytest.mark.parametrize("kind", ["response.created", "response.updated", "response.deleted"])
def test_a_response_event_is_reduced_to_its_records_ids(kind: str) -> None:
    data = {"id": str(uuid4()), "record": {"id": RECORD, "dataset": {"id": DATASET}}}
    assert reduce(event(kind, data)) == Delivery(kind, DATASET, RECORD, 1767225600250)


def test_a_deleted_record_is_reduced_to_its_ids() -> None:
    data = {"id": RECORD, "dataset": {"id": DATASET}}
    assert reduce(event("record.deleted", data)).record_id == RECORD


def test_a_deleted_dataset_has_no_record() -> None:
    delivery = reduce(event("dataset.deleted", {"id": DATASET}))
    assert (delivery.dataset_id, delivery.record_id) == (DATASET, None)


@pytest.mark.parametrize("kind", ["ping", "record.updated", "response", "", "\ud800"])
def test_an_event_that_we_did_not_ask_for_keeps_its_name_only(kind: str) -> None:
    assert reduce(event(kind, {"record": "whatever"})) == Delivery(kind)


def test_every_event_that_we_subscribe_to_is_reduced_to_a_dataset() -> None:
    data = {
        "id": RECORD,
        "dataset": {"id": DATASET},
        "record": {"id": RECORD, "dataset": {"id": DATASET}},
    }
    assert len(EVENTS) == 5
    assert all(reduce(event(kind, data)).dataset_id for kind in EVENTS)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'"text"',
        b"null",
        b"{}",
        b"[" * 100_000,
        b"1" * 5_000,
        event("response.created", []),
        event("response.created", None),
        event("response.created", {}),
        event("response.created", {"record": None}),
        event("response.created", {"record": "text"}),
        event("response.created", {"record": {"id": RECORD, "dataset": None}}),
        event("response.created", {"record": {"id": 7, "dataset": {"id": DATASET}}}),
        event("record.deleted", {"id": "no uuid", "dataset": {"id": DATASET}}),
        event("record.deleted", {"id": RECORD}),
        event("dataset.deleted", {"id": [DATASET]}),
        event("dataset.deleted", {"id": DATASET}, 12),
        event("dataset.deleted", {"id": DATASET}, None),
        event("dataset.deleted", {"id": DATASET}, "yesterday"),
        b'{"type":7,"data":{}}',
        b'{"type":"response.created","data":{"record":' + b"[" * 50_000,
    ],
)
def test_a_body_that_is_no_event_is_a_400(body: bytes) -> None:
    with pytest.raises(BadDelivery) as caught:
        reduce(body)
    assert (caught.value.status, caught.value.reason) == (400, "malformed")
    assert str(caught.value) == (
        "the body is not an Argilla event: JSON with type, timestamp and data is expected"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(RECORD),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "record", "dataset", "x"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.sampled_from([*EVENTS, "ping"]) | JSON, JSON, JSON | st.datetimes().map(str))
@example("dataset.deleted", {"id": DATASET}, "0001-01-01T00:00:00+23:59")
def test_rubbish_is_refused_and_what_passes_holds_nothing_but_ids(
    kind: Any, data: Any, when: Any
) -> None:
    with suppress(BadDelivery):
        delivery = reduce(event(kind, data, when))
        for found in (delivery.dataset_id, delivery.record_id):
            assert found is None or str(UUID(found)) == found


@given(st.binary(max_size=60))
def test_bytes_that_are_no_json_are_refused(body: bytes) -> None:
    with pytest.raises(BadDelivery):
        reduce(body)


# Large bodies


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text('"\\{}[],: \n\u00e9\U0001f600x', max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, st.booleans())
def test_what_is_short_stays_as_it_is_whatever_quotes_and_backslashes_it_holds(
    value: Any, ascii_only: bool
) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode()
    assert shortened(body) == body


@given(st.text('"\\ax\n', min_size=600, max_size=900), JSON)
def test_only_long_strings_are_emptied(long: str, value: Any) -> None:
    body = json.dumps({"a": [long, value], "b": long, "c": value}).encode()
    assert json.loads(shortened(body)) == {"a": ["", value], "b": "", "c": value}


@pytest.mark.parametrize(("length", "left"), [(499, 499), (500, 0), (501, 0)])
def test_a_string_is_long_from_the_very_byte_on_that_is_told(length: int, left: int) -> None:
    """Also where the body is nothing but that string."""
    assert deliveries.LONG_STRING == 500
    assert shortened(b'"' + b"x" * length + b'"') == b'"' + b"x" * left + b'"'


@pytest.mark.parametrize("filling", ["x", "\u00e9", "\U0001f600", '"', "\\", '\\"', "\n"])
def test_a_large_event_is_reduced_to_the_same_ids(filling: str) -> None:
    text = filling * (1_500_000 // len(filling.encode()))
    record = {"fields": {"text": text, "other": text}, "id": RECORD, "dataset": {"id": DATASET}}
    body = event("response.created", {"id": str(uuid4()), "record": record})
    assert reduce(body) == Delivery("response.created", DATASET, RECORD, 1767225600250)
    verify(body, signed(body), [SECRET])


@pytest.mark.parametrize(
    "body", [b'"', b'"\\', b'{"a": "\\"' + b"x" * 900, b'"' * 901, b"\\" * 900]
)
def test_what_is_no_json_is_cut_without_an_error(body: bytes) -> None:
    assert len(shortened(body)) <= len(body)
    with pytest.raises(BadDelivery):
        reduce(body + b" " * 1_000_001)


def test_only_a_large_body_is_shortened_before_it_is_parsed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []

    def noted(body: bytes) -> bytes:
        seen.append(len(body))
        return shortened(body)

    monkeypatch.setattr(deliveries, "shortened", noted)
    body = event("dataset.deleted", {"id": DATASET})
    monkeypatch.setattr(deliveries, "LARGE_BYTES", len(body))
    reduce(body)
    assert seen == []
    reduce(body + b" ")
    assert seen == [len(body) + 1]


def test_a_deletion_of_a_dataset_has_its_time() -> None:
    assert reduce(event("dataset.deleted", {"id": DATASET})).at == 1767225600250
