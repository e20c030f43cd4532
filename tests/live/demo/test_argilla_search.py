"""The embedded search answers as Argilla's UI, its SDK and our gateway ask."""

from typing import Any

import pytest

from demo.argilla.api import Api
from demo.argilla.api_error import ApiError
from demo.argilla.payloads import (
    Json,
    between,
    label_question,
    multi_label_question,
    order,
    ranking_question,
    rating_question,
    span_question,
    terms,
    text_question,
)
from tests.live.demo.newsroom import Newsroom, newsroom

SCORE = {"entity": "suggestion", "question": "topic", "property": "score"}


@pytest.fixture(scope="module")
def news(api: Api) -> Newsroom:
    """300 records that the tests only read."""
    return newsroom(api, 300)


@pytest.fixture
def small(api: Api) -> Newsroom:
    return newsroom(api, 3)


def test_a_search_by_250_ids_returns_these_records_with_their_suggestions(
    api: Api, news: Newsroom
) -> None:
    wanted = {record["id"] for record in news.records[25:275]}
    by_id = terms([*wanted], entity="record", property="id")

    found, total = api.search(news.dataset, by_id)

    assert (total, {record["id"] for record in found}) == (250, wanted)
    assert all(record["responses"] == [] for record in found)
    assert all(record["suggestions"][0]["agent"] == "tagger" for record in found)


def test_ids_that_are_unknown_or_no_ids_are_not_found_and_no_error(
    api: Api, news: Newsroom
) -> None:
    strangers = terms([news.dataset["id"], "nonsense"], entity="record", property="id")
    assert api.search(news.dataset, strangers) == ([], 0)


def test_records_sort_by_the_score_of_a_suggestion_and_those_without_come_last(
    api: Api, small: Newsroom
) -> None:
    first, middle, last = [record["id"] for record in small.records]
    api.delete_suggestions(first, api.suggestions(first))

    up, _ = api.search(small.dataset, sort=[order("asc", **SCORE)])
    down, _ = api.search(small.dataset, sort=[order("desc", **SCORE)])

    assert [record["id"] for record in up] == [middle, last, first]
    assert [record["id"] for record in down] == [last, middle, first]


@pytest.mark.parametrize(
    ("condition", "n_found"),
    [
        (terms(["blog"], entity="metadata", metadata_property="source"), 100),
        (between(10, 19, entity="metadata", metadata_property="length"), 10),
        (between(None, 0.0045, **SCORE), 5),
        (terms(["arts"], entity="suggestion", question="topic", property="value"), 300),
        (terms(["tagger"], entity="suggestion", question="topic", property="agent"), 300),
        (terms(["sport"], entity="suggestion", question="topic"), 0),
        (terms(["pending"], entity="record", property="status"), 300),
        (between("2020-01-01T00:00:00", None, entity="record", property="inserted_at"), 300),
        (terms(["sport"], entity="response", question="topic"), 0),
    ],
)
def test_filters_find_what_they_say(
    api: Api, news: Newsroom, condition: Json, n_found: int
) -> None:
    assert api.search(news.dataset, condition, limit=1)[1] == n_found


@pytest.mark.parametrize(
    ("text", "n_found"),
    [
        ("number 7:", 30),
        ('"number 7"', 11),
        ("REPORT Öster", 300),
        ("report -wins", 0),
        ("100%", 0),
    ],
)
def test_text_is_found_word_by_word(api: Api, news: Newsroom, text: str, n_found: int) -> None:
    assert api.search(news.dataset, text=text, limit=1)[1] == n_found


def test_pages_do_not_overlap_and_a_user_always_sees_the_same_order(news: Newsroom) -> None:
    pages = [news.ana.queue(news.dataset, limit=100, offset=offset) for offset in (0, 100, 200)]
    again = news.ana.queue(news.dataset, limit=300)

    assert [record["id"] for page in pages for record in page] == [r["id"] for r in again]
    assert len({record["id"] for record in again}) == 300


def test_a_completed_record_leaves_the_queue_of_whoever_has_not_answered_it(
    api: Api, small: Newsroom
) -> None:
    record = small.records[0]
    small.ana.answer(record, {"topic": "sport", "note": "sure"})
    assert [len(user.queue(small.dataset)) for user in (small.ana, small.eve)] == [2, 3]

    small.ben.answer(record, {"topic": "arts"})

    assert api.record(record)["status"] == "completed"
    assert len(small.eve.queue(small.dataset)) == 2
    assert [r["id"] for r in small.ana.queue(small.dataset, "submitted")] == [record["id"]]
    assert api.progress(small.dataset)["completed"] == 1
    assert small.ben.my_progress(small.dataset)["pending"] == 2


def test_drafts_and_discards_have_queues_of_their_own(small: Newsroom) -> None:
    first, second, third = small.records
    draft = small.ana.answer(first, {"note": "not yet"}, "draft")
    small.ana.answer(second, {}, "discarded")

    queues = {s: small.ana.queue(small.dataset, s) for s in ("pending", "draft", "discarded")}
    assert {status: [r["id"] for r in queue] for status, queue in queues.items()} == {
        "pending": [third["id"]],
        "draft": [first["id"]],
        "discarded": [second["id"]],
    }

    small.ana.edit(draft, {"topic": "sport"})
    assert len(small.ana.queue(small.dataset, "submitted")) == 1
    small.ana.delete_response(draft)
    assert len(small.ana.queue(small.dataset)) == 2


def test_responses_filter_and_sort_by_their_value(api: Api, small: Newsroom) -> None:
    small.ana.answer(small.records[1], {"topic": "sport"})
    by_value = terms(["sport"], entity="response", question="topic")

    assert [r["id"] for r in api.search(small.dataset, by_value)[0]] == [small.records[1]["id"]]
    assert small.ben.search(small.dataset, by_value, mine=True) == ([], 0)


def test_answers_to_every_kind_of_question_come_back_as_given(api: Api) -> None:
    values: dict[str, Any] = {
        "label": "a",
        "labels": ["b", "a"],
        "stars": 4,
        "rank": [{"value": "a", "rank": 1}, {"value": "b", "rank": 1}],
        "span": [{"label": "a", "start": 0, "end": 3}],
        "text": "free",
    }
    dataset = api.create_dataset(
        api.create_workspace(),
        questions=[
            label_question("label", "ab"),
            multi_label_question("labels", "ab"),
            rating_question("stars", range(1, 6)),
            ranking_question("rank", "ab"),
            span_question("span", "ab"),
            text_question("text"),
        ],
    )
    record = api.add_records(dataset, ["abcdef"])[0]
    api.answer(record, values)

    stored = api.record(record)["responses"][0]["values"]
    assert {name: value["value"] for name, value in stored.items()} == values
    stars = between(4, None, entity="response", question="stars")
    assert api.search(dataset, stars, terms(["b"], entity="response", question="labels"))[1] == 1


def test_similarity_search_is_refused_in_words(api: Api, small: Newsroom) -> None:
    path = f"/datasets/{small.dataset['id']}"
    api.call("POST", f"{path}/vectors-settings", json={"name": "v", "title": "v", "dimensions": 2})
    query = {"query": {"vector": {"name": "v", "value": [0.1, 0.2]}}}

    with pytest.raises(ApiError, match="no similarity search") as refused:
        api.call("POST", f"{path}/records/search", json=query)
    assert refused.value.status == 422


def test_metadata_metrics_show_what_a_filter_can_offer(api: Api, news: Newsroom) -> None:
    path = f"/me/datasets/{news.dataset['id']}/metadata-properties"
    ids = {item["name"]: item["id"] for item in api.call("GET", path)["items"]}

    source = api.call("GET", f"/metadata-properties/{ids['source']}/metrics")
    length = api.call("GET", f"/metadata-properties/{ids['length']}/metrics")

    assert [(v["term"], v["count"]) for v in source["values"]] == [("wire", 200), ("blog", 100)]
    assert (length["min"], length["max"]) == (0, 299)
