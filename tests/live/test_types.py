"""Questions of every type on real parts: what Argilla is given for each, and that it takes it."""

import random
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.workers.models.values import from_argilla, question_of
from demo.argilla.api import Api
from demo.argilla.payloads import (
    Json,
    label_question,
    multi_label_question,
    ranking_question,
    rating_question,
    span_question,
    text_question,
)
from demo.running.installation import Installation, batch, eventually, installed, ours
from demo.running.servers import Argilla, RedisServer
from tests.live.annotated_dataset import crowd

TAGS, ITEMS, MARKS = (
    ("billing", "delivery", "account"),
    ("speed", "tone", "facts"),
    ("name", "place"),
)
TYPES = ("topic", "tags", "stars", "order", "marks", "summary")
SENTENCE = "Ada met Bo in Rome."
SPANS = [(0, 3, "name"), (8, 10, "name"), (14, 18, "place")]


def dataset_of(api: Api, users: list[Json]) -> Json:
    questions = [
        label_question("topic", ("a", "b")),
        multi_label_question("tags", TAGS),
        rating_question("stars", range(1, 6)),
        ranking_question("order", ITEMS),
        span_question("marks", MARKS),
        text_question("summary", required=True),
        text_question("conflicts"),
    ]
    workspace = api.create_workspace(users=users)
    return api.create_dataset(workspace, questions=questions, min_submitted=4)


def truth(n: int) -> dict[str, Any]:
    """What is right for record n."""
    draw = random.Random(n)
    order = draw.sample(ITEMS, 3)
    return {
        "topic": "ab"[n % 2],
        "tags": sorted(draw.sample(TAGS, 1 + n % 2)),
        "stars": 1 + n % 5,
        "order": [{"value": item, "rank": place} for place, item in enumerate(order, start=1)],
        "marks": [{"start": s, "end": e, "label": label} for s, e, label in SPANS[: 1 + n % 3]],
        "summary": f"{draw.choice(('Ada', 'Bo'))} was seen in Rome {n} times",
    }


def answer(n: int, user: int) -> dict[str, Any]:
    """What user 0, 1, 2 (mostly right) and 3 (mostly wrong) say of record n."""
    right, draw = truth(n), random.Random(100 * n + user)
    if draw.random() < (0.9 if user < 3 else 0.3):
        return right
    return {
        "topic": "ba"[n % 2],
        "tags": [tag for tag in TAGS if tag not in right["tags"]],
        "stars": 1 + (right["stars"] + 1) % 5,
        "order": [{**item, "rank": 4 - item["rank"]} for item in right["order"]],
        "marks": [{"start": 4, "end": 7, "label": "name"}],
        "summary": f"nobody knows, {draw.random():.3f}",
    }


def test_every_type_of_question_is_distilled(installation: Installation, api: Api) -> None:
    users = crowd(api, "types", 4)
    dataset = dataset_of(api, users)
    records = api.add_records(dataset, [{"fields": {"text": SENTENCE}} for _ in range(24)])
    for number, user in enumerate(users):
        given = [(record, answer(n, number)) for n, record in enumerate(records)]
        api.as_user(user).answer_many(given)
    installation.settle(dataset, responses=96)
    assert installation.world.store.dirty.poisoned(dataset["id"]) == {}

    after = {record["id"]: record for record in api.records(dataset)}
    known = installation.world.gateway.dataset(dataset["id"])
    right: dict[str, int] = dict.fromkeys(TYPES, 0)
    for name in TYPES:
        expected = batch(api, dataset, name)
        question = known.question(name)
        assert question is not None
        asked = question_of(question)
        for n, record in enumerate(records):
            suggestion = ours(api, dataset, after[record["id"]], name)
            assert suggestion is not None, name
            value = from_argilla(asked, suggestion["value"])
            assert value == expected[record["id"]].value, name
            right[name] += value == from_argilla(asked, truth(n)[name])
            scores = suggestion["score"] or []
            if name in ("tags", "order", "marks"):
                assert len(scores) == len(suggestion["value"])
            else:
                scores = [scores]
            assert all(0 <= score <= 1 for score in scores)
    assert min(right.values()) >= 20, right


def test_what_a_reviewer_answers_decides_and_can_be_taken_back(
    argilla: Argilla, redis_server: RedisServer, api: Api, tmp_path: Path
) -> None:
    plan = '[sources]\nreviewers = ["review-*"]\n[datasets."*"]\ndistil = false\n'
    plan += '[datasets."apart-review*/*"]\ndistil = true\n'
    with installed(argilla, redis_server.url(9), tmp_path / "service", plan=plan) as running:
        users = crowd(api, "apart-voter", 3)
        reviewer = api.create_user("review-rita")
        workspace = api.create_workspace("apart-review-room", users=[*users, reviewer])
        dataset = api.create_dataset(
            workspace, questions=[label_question("topic", ("a", "b"))], min_submitted=3
        )
        records = api.add_records(dataset, [{"fields": {"text": f"{n}"}} for n in range(10)])
        for user in users:
            api.as_user(user).answer_many((record, {"topic": "a"}) for record in records)
        running.settle(dataset, responses=30)
        review = api.as_user(reviewer).answer(records[0], {"topic": "b"})

        def says(label: str, adjudicated: bool) -> bool:
            (record,) = (r for r in api.records(dataset) if r["id"] == records[0]["id"])
            found = ours(api, dataset, record, "topic")
            assert found is not None
            sure = bool(found["score"] == pytest.approx(0.999))
            return bool(found["value"] == label and sure == adjudicated)

        eventually(lambda: says("b", adjudicated=True))
        eventually(lambda: running.decided(records[0])["topic"].voices[-1].annotator == -2)
        api.as_user(reviewer).delete_response(review)
        eventually(lambda: says("a", adjudicated=False))
