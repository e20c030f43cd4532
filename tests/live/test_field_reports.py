"""What happens to datasets in the field: overlaps change, users go, odd values and fields, agents."""

from demo.argilla.api import Api
from demo.argilla.payloads import label_question, rating_question, span_question, text_question
from demo.running.installation import Installation, eventually, ours
from tests.live.annotated_dataset import crowd, dataset_of, records_of


def test_nothing_of_ours_is_left_when_a_deleted_user_leaves_a_record_short(
    installation: Installation, api: Api
) -> None:
    """Neither suggestion nor note, after one reconciliation; Argilla still calls it completed."""
    users = crowd(api, "short", 3)
    dataset = dataset_of(api, users, overlap=3)
    records = records_of(api, dataset, 3)
    for record in records:
        for user, label in zip(users, ("a", "a", "b"), strict=True):
            api.as_user(user).answer(record, {"topic": label})
    installation.settle(dataset, responses=9)
    assert all(ours(api, dataset, r, "conflicts") for r in api.records(dataset))
    api.delete_user(users[2])
    installation.service.command("reconcile")
    assert [record["suggestions"] for record in api.records(dataset)] == [[], [], []]


def test_a_changed_overlap_is_followed_without_an_order(
    installation: Installation, api: Api
) -> None:
    users = crowd(api, "overlap", 2)
    dataset = dataset_of(api, users, overlap=2)
    (record,) = records_of(api, dataset, 1)
    for user in users:
        api.as_user(user).answer(record, {"topic": "a"})
    eventually(lambda: bool(ours(api, dataset, api.record(record), "topic")), 180)
    api.update_dataset(dataset, distribution={"strategy": "overlap", "min_submitted": 3})
    eventually(lambda: ours(api, dataset, api.record(record), "topic") is None, 180)


def test_odd_values_come_back_unchanged(installation: Installation, api: Api) -> None:
    users = crowd(api, "odd", 2)
    workspace = api.create_workspace(users=users)
    label = "ja/nein: „Ü“ 😀"
    questions = [
        label_question("topic", [label, "b"]),
        rating_question("stars", range(6), required=False),
        span_question("marks", ["x"], required=False),
        text_question("conflicts"),
    ]
    dataset = api.create_dataset(workspace, questions=questions, min_submitted=2)
    first, second = api.add_records(dataset, ["one 😀 two", "x" * 200_000])
    marks = [{"label": "x", "start": 4, "end": 5}]
    for user in users:
        api.as_user(user).answer(first, {"topic": label, "stars": 0, "marks": marks})
        api.as_user(user).answer(second, {"topic": "b", "marks": []})
    installation.settle(dataset, responses=4)
    stored = api.record(first)
    found = {name: ours(api, dataset, stored, name) for name in ("topic", "stars", "marks")}
    assert {name: s and s["value"] for name, s in found.items()} == {
        "topic": label,
        "stars": 0,
        "marks": marks,
    }
    empty = ours(api, dataset, api.record(second), "marks")
    assert empty is not None
    assert empty["value"] == []
    assert ours(api, dataset, api.record(second), "stars") is None
