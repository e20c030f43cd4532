"""Records and suggestions as the gateway reads and writes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from argilla_distill.domain.records import Suggestion, milliseconds
from argilla_distill.plugin.argilla.records_by_id import SEARCH_LIMIT
from argilla_distill.plugin.errors import (
    ArgillaUnavailable,
)
from tests.plugin.argilla.wire import Wire, fixed


def record(record_id: str, *suggestions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": record_id,
        "status": "pending",
        "fields": {"text": "hi"},
        "metadata": {"x": 1},
        "responses": [],
        "suggestions": list(suggestions),
        **more,
    }


def suggestion(agent: str, at: str, question: str = "q1") -> dict[str, Any]:
    return {"id": "s", "question_id": question, "value": "yes", "agent": agent, "updated_at": at}


def searchable(*known: str) -> Callable[[httpx.Request], dict[str, Any]]:
    """A search that finds the known ones among the ids that are asked for."""

    def search(request: httpx.Request) -> dict[str, Any]:
        terms = json.loads(request.content)["filters"]["and"][0]
        assert terms["scope"] == {"entity": "record", "property": "id"}
        assert request.url.params.get_list("include") == ["responses", "suggestions"]
        assert len(terms["values"]) <= SEARCH_LIMIT
        return {"items": [{"record": record(i)} for i in terms["values"] if i in known]}

    return search


def test_many_records_take_one_search_per_250() -> None:
    ids = [f"r{i}" for i in range(600)]
    wire = Wire({"POST datasets/d1/records/search": searchable(*ids)})
    assert set(wire.gateway().records("d1", ids)) == set(ids)
    assert len(wire.requests) == 3


def test_what_the_search_does_not_find_is_asked_for_before_it_is_believed_gone() -> None:
    wire = Wire(
        {"POST datasets/d1/records/search": searchable("r1"), "GET records/r2": record("r2")},
    )
    assert set(wire.gateway().records("d1", ["r1", "r2", "r3"])) == {"r1", "r2"}
    assert [r.url.path.split("/")[-1] for r in wire.requests] == ["search", "r2", "r3"]


def test_a_single_record_is_read_without_a_search() -> None:
    wire = Wire({"GET records/r1": record("r1")})
    assert list(wire.gateway().records("d1", ["r1"])) == ["r1"]
    assert len(wire.requests) == 1


def test_no_records_take_no_call() -> None:
    wire = Wire()
    assert wire.gateway().records("d1", []) == {}
    assert wire.requests == []


def test_an_argilla_that_fails_in_the_middle_makes_no_record_look_gone() -> None:
    wire = Wire(
        {"POST datasets/d1/records/search": searchable("r1"), "GET records/r2": httpx.Response(500)}
    )
    with pytest.raises(ArgillaUnavailable):
        wire.gateway().records("d1", ["r1", "r2"])


def test_a_record_is_parsed_without_the_responses_of_deleted_users() -> None:
    responses = [
        {
            "user_id": "u1",
            "status": "submitted",
            "values": {"helpful": {"value": "yes"}},
            "updated_at": "1970-01-01T00:00:01.5",
        },
        {"user_id": None, "status": "submitted", "values": {}, "updated_at": "1970-01-01T00:00:01"},
        {
            "user_id": "u2",
            "status": "discarded",
            "values": None,
            "updated_at": "1970-01-01T00:00:01Z",
        },
    ]
    said = suggestion("judge", "1970-01-01T00:00:03+00:00")
    found = Wire({"GET records/r1": record("r1", said, responses=responses)}).gateway().record("r1")
    assert [(r.user_id, r.status, r.values, r.at) for r in found.responses] == [
        ("u1", "submitted", {"helpful": "yes"}, 1500),
        ("u2", "discarded", {}, 1000),
    ]
    assert found.suggestion("q1") == Suggestion("s", "q1", "yes", None, "judge", None, 3000)
    assert found.suggestion("q2") is None


def test_a_page_asks_for_responses_and_suggestions_and_tells_the_total() -> None:
    wire = Wire({"GET datasets/d1/records": {"items": [record("r1")], "total": 7}})
    records, total = wire.gateway().page("d1", 500, 250)
    assert ([r.id for r in records], total) == (["r1"], 7)
    assert dict(wire.requests[0].url.params) == {
        "include": "responses,suggestions",
        "offset": "500",
        "limit": "250",
    }


def test_a_page_that_is_no_json_is_told_when_it_is_parsed() -> None:
    unparsed = fixed(httpx.Response(200, text="<html>")).unparsed_page("d1", 0, 250)
    with pytest.raises(ArgillaUnavailable, match="gave no JSON"):
        unparsed()


@pytest.mark.parametrize(
    ("moment", "at"),
    [
        ("1970-01-01T00:00:01.500000", 1500),  # as Argilla writes it
        ("1970-01-01T00:00:01.50000Z", 1500),
        ("1970-01-01T01:00:01.5+01:00", 1500),
        ("1969-12-31T23:00:01.5-01:00", 1500),
        ("1970-01-01T00:00:01", 1000),
    ],
)
def test_moments_are_read_as_utc_where_no_zone_is_named(moment: str, at: int) -> None:
    assert milliseconds(moment) == at


# Suggestions


def test_suggest_sends_ids_and_suggestions_and_nothing_else() -> None:
    answer = {"items": [record("r1", suggestion("distill/majority:1", "1970-01-01T00:00:05"))]}
    wire = Wire({"PUT datasets/d1/records/bulk": answer})
    items = [{"id": "r1", "suggestions": [{"question_id": "q1", "value": "yes"}]}]
    assert set(wire.gateway().suggest("d1", iter(items))) == {"r1"}
    assert json.loads(wire.requests[0].content) == {"items": items}


def test_suggest_returns_the_records_with_the_status_that_argilla_worked_out() -> None:
    written = suggestion("distill/majority:1", "1970-01-01T00:00:05")
    items = [record("r1", written, status="completed"), record("r2")]
    wire = Wire({"PUT datasets/d1/records/bulk": {"items": items}})
    found = wire.gateway().suggest("d1", [])
    assert {i: r.status for i, r in found.items()} == {"r1": "completed", "r2": "pending"}
    assert [s.at for s in found["r1"].suggestions] == [5000]


def test_records_of_ours_are_told_as_they_are_once_they_are_written() -> None:
    items = [record("r1", status="completed") | {"external_id": "a"}]
    wire = Wire({"PUT datasets/d1/records/bulk": {"items": items}})
    found = wire.gateway().put_records("d1", [])
    assert {name: (r.id, r.status) for name, r in found.items()} == {"a": ("r1", "completed")}


def test_withdrawing_names_the_suggestions_and_minds_not_that_they_are_gone() -> None:
    wire = Wire({"DELETE records/r1/suggestions": httpx.Response(204)})
    wire.gateway().withdraw("r1", ["s1", "s2"])
    wire.gateway().withdraw("r9", ["s1"])
    assert wire.requests[0].url.params["ids"] == "s1,s2"
