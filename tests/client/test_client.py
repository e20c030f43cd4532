"""The client: which versions there are, what is in them, and what is said to whom may not have them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from argilla_distill import Client
from argilla_distill.client.errors import (
    ClientError,
    Deleted,
    NotAllowed,
    NotFound,
    NotMade,
    NotTheService,
    Unavailable,
    WrongKey,
)
from argilla_distill.client.tables import flattened
from argilla_distill.domain.versions.manifest import FailedVersion, VersionRequest
from argilla_distill.workers.use_cases.versions import keeping
from demo.running.processes import free_port
from tests.client.running_service import KEY, RECORDS, Running, answers
from tests.workers.argilla_in_memory import CHAT, D

NAME = "support/chat"


def test_versions_are_found_by_name_tag_and_moment(served: Running, client: Client) -> None:
    dataset = client.dataset(NAME)
    first, second = dataset.versions()
    assert (first.name, first.tags, first.records) == ("majority-1", ("prod",), 12)
    assert (second.name, second.tags, second.deleted_at) == ("majority-2", ("latest",), None)
    assert dataset.tags == {"latest": "majority-2", "prod": "majority-1"}
    assert dataset.version().name == "majority-2"
    assert dataset.version("prod").name == dataset.version("majority-1").name == "majority-1"
    assert dataset.version(as_of=first.at).name == "majority-1"
    assert dataset.version(as_of=second.at - timedelta(milliseconds=1)).name == "majority-1"
    assert dataset.version(as_of=datetime.now(timezone.utc)).name == "majority-2"
    with pytest.raises(NotFound, match="version create support/chat --as-of"):
        dataset.version(as_of=first.at - timedelta(days=1))
    with pytest.raises(ValueError, match="time zone"):
        dataset.version(as_of=datetime(2026, 1, 1))
    assert client.dataset(D).name == NAME


def test_a_name_is_that_of_the_dataset_which_was_made_again(
    served: Running, client: Client
) -> None:
    """A dataset that was deleted, and bears the same name, was taken for it where its id came last."""
    datasets = served.service.store.datasets
    gone = [f"{n}0000000-2222-4333-8444-555555555555" for n in "0f"]
    for each in gone:
        datasets.add(each)
        datasets.note(each, name=NAME, state="deleted", workspace_id=str(CHAT.workspace_id))
    state = datasets.info(D)["state"]
    try:
        assert client.dataset(NAME).id == D
        assert client.datasets() == [NAME]
        datasets.note(D, state="deleted")
        with pytest.raises(NotFound, match="Several datasets are called support/chat; take one by"):
            client.dataset(NAME)
        assert client.dataset(D).version("prod").name == "majority-1"
    finally:
        datasets.note(D, state=state)
        for each in gone:
            datasets.forget(each)


def test_a_manifest_says_how_the_version_was_made(served: Running, client: Client) -> None:
    version = client.dataset(NAME).version("prod")
    assert version.manifest == served.service.store.versions.manifest(D, "majority-1")
    assert version.digest == version.manifest.content_sha256
    assert version.card().startswith("---\npretty_name:")
    assert repr(version) == "<Version majority-1 of support/chat>"


def test_rows_are_those_of_the_files(served: Running, client: Client) -> None:
    version = client.dataset(NAME).version("prod")
    folder = served.folder / "versions" / D / "majority-1"
    for name, found in (("records", version.records()), ("votes", version.votes())):
        expected = pa.concat_tables(pq.read_table(p) for p in sorted(folder.glob(f"{name}-*")))
        assert found.to_arrow().to_pylist() == expected.to_pylist()
        assert [path.read_bytes() for path in found.files()] == [
            path.read_bytes() for path in sorted(folder.glob(f"{name}-*"))
        ]
    train = version.records("train").to_arrow().to_pylist()
    assert {row["split"] for row in train} == {"train"}
    assert len(train) == version.manifest.splits["train"]


def test_a_pandas_frame_has_a_column_for_each_part_of_a_struct(client: Client) -> None:
    frame = client.dataset(NAME).version("prod").to_pandas()
    assert set(frame["record_id"]) == set(RECORDS)
    of = frame.set_index("record_id")
    assert of.loc["r1", "helpful.value"] == "yes"
    assert bool(of.loc["r3", "helpful.conflict.now"])
    assert {v["value"]: v["votes"] for v in of.loc["r3", "helpful.conflict.values"]} == {
        "no": 1,
        "yes": 1,
    }
    assert of.loc["r2", "fields.text"] == "Where is parcel 15838 of day 2?"
    nested = client.dataset(NAME).version("prod").records().to_pandas(["helpful"], flat=False)
    assert nested["helpful"][0]["value"] in ("yes", None)


def test_hugging_faces_datasets_takes_the_rows(client: Client) -> None:
    version = client.dataset(NAME).version("prod")
    found = version.to_datasets("records", "train")
    assert found[0]["split"] == "train"
    assert found.num_rows == version.manifest.splits["train"]
    assert version.to_datasets("votes").num_rows == version.manifest.votes
    mapped = found.map(lambda row: {"label": row["helpful"]["value"]}).to_pandas()
    assert set(mapped["label"].dropna()) == {"yes"}


def test_only_the_columns_that_are_asked_for_are_read(client: Client) -> None:
    records = client.dataset(NAME).version().records()
    table = records.to_arrow(["record_id", "helpful.value"])
    assert flattened(table).column_names == ["record_id", "helpful.value"]
    with pytest.raises(ValueError, match=r"helpful\.valu; there are value, confidence"):
        records.to_arrow(["helpful.valu"])
    with pytest.raises(ValueError, match=r"no column record_id\.x"):
        records.to_arrow(["record_id.x"])


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        ("adam.apikey", None, ""),
        ("anna.apikey", NotAllowed, "anna is an annotator"),
        ("nobody.apikey", WrongKey, "nobody's"),
        ("nora.apikey", NotFound, "you may see none"),
    ],
)
def test_a_key_has_the_rights_of_its_owner(
    served: Running, tmp_path: Path, key: str, error: type[ClientError] | None, words: str
) -> None:
    with Client(served.url, key, cache=tmp_path, progress=False) as client:
        if error is None:
            assert client.datasets() == [NAME]
            assert client.dataset(NAME).version().to_pandas().shape[0] == 12
            return
        with pytest.raises(error, match=words):
            client.dataset(NAME)
        assert key not in repr(client)


def test_an_admin_of_another_workspace_is_refused_with_the_reason(
    served: Running, tmp_path: Path
) -> None:
    with (
        Client(served.url, "nora.apikey", cache=tmp_path, progress=False) as client,
        pytest.raises(NotAllowed, match="admins of the workspace in question"),
    ):
        client.dataset(D)


@pytest.mark.parametrize("key", ["", "a b", "ключ", "a\nb"])
def test_what_cannot_be_a_key_is_sent_nowhere(served: Running, key: str) -> None:
    with pytest.raises(WrongKey, match="My settings"):
        Client(served.url, key)


def test_what_is_not_there_is_told_with_what_was_probably_meant(client: Client) -> None:
    with pytest.raises(NotFound, match=r"did you mean support/chat\?"):
        client.dataset("suport/chat")
    dataset = client.dataset(NAME)
    with pytest.raises(NotFound, match="did you mean majority-"):
        dataset.version("majority-7")
    version = dataset.version()
    with pytest.raises(NotFound, match="did you mean train"):
        version.records("trian")
    with pytest.raises(NotFound, match="Votes have no split"):
        version.to_arrow("votes", "train")
    with pytest.raises(NotFound, match="there are records and votes"):
        version.to_arrow("answers")  # type: ignore[arg-type]  # what somebody may type
    with pytest.raises(ValueError, match="not both"):
        dataset.version("prod", as_of=datetime.now(timezone.utc))


def test_a_version_that_is_being_made_says_how_far_it_is(served: Running, client: Client) -> None:
    store, dataset = served.service.store.versions, client.dataset(NAME)
    store.ask(D, VersionRequest("majority-99", "", "9-0"))
    try:
        store.note(D, "majority-99", stage="writing", done=5, total=12)
        with pytest.raises(NotMade, match=r"writing, 5 of 12") as told:
            dataset.version("majority-99")
        assert (told.value.stage, told.value.done, told.value.total) == ("writing", 5, 12)
        assert dataset.making == {"majority-99": "writing, 5 of 12"}
    finally:
        store.fail(D, FailedVersion("majority-99", "the strategy failed", 1))
    with pytest.raises(NotFound, match="could not be made: the strategy failed"):
        dataset.version("majority-99")


def test_a_deleted_version_keeps_its_manifest_and_says_how_to_make_it_again(
    served: Running, client: Client
) -> None:
    made = served.version()
    version = client.dataset(NAME).version(made.name)
    served.service.store.versions.tag(D, "latest", "majority-2")
    keeping.delete(served.service.world, CHAT, made.name)
    with pytest.raises(Deleted, match="were deleted"):
        version.records().to_arrow()
    again = client.dataset(NAME).version(made.name)
    with pytest.raises(Deleted, match="version create support/chat --as-of"):
        again.votes().to_arrow()
    assert again.manifest.content_sha256 == made.content_sha256


def test_a_tag_moves_to_another_version(served: Running, client: Client) -> None:
    dataset = client.dataset(NAME)
    first, second = dataset.version("majority-1"), dataset.version("majority-2")
    first.tag("candidate")
    assert first.tags == ("candidate", "prod")
    served.weather.ahead.append(answers(503))
    second.tag("candidate")
    assert dataset.tags["candidate"] == "majority-2"
    with pytest.raises(NotFound, match="is no tag"):
        second.tag("majority-9")
    with Client(served.url, "anna.apikey", cache=False) as other, pytest.raises(NotAllowed):
        other.dataset(D)
    served.service.store.versions.untag(D, "candidate")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("distill.example", "give one like https://"),
        ("ftp://distill.example", "give one like https://"),
    ],
)
def test_what_is_no_address_is_refused_at_once(url: str, words: str) -> None:
    with pytest.raises(NotTheService, match=words):
        Client(url, KEY)


def test_where_nobody_answers_it_says_what_to_look_at() -> None:
    client = Client(f"http://127.0.0.1:{free_port()}", KEY, cache=False, retries=0)
    with client, pytest.raises(Unavailable, match="Is the address right, and does the service run"):
        client.datasets()


def test_something_else_at_the_address_is_told_from_the_service(
    served: Running, client: Client
) -> None:
    for trouble, words in (
        (answers(200, b"<h1>Argilla</h1>"), "not as argilla-distill: '<h1>Argilla</h1>'"),
        (answers(200, b"[]"), "not as argilla-distill"),
        (answers(404, b"<h1>Not found</h1>"), "answers 404"),
        (answers(308, Location="https://distill.example/"), "give that address as url"),
        (answers(500, b'{"error": "what happened is in the log"}'), "in the log"),
    ):
        served.weather.ahead.append(trouble)
        with pytest.raises(ClientError, match=words):
            client.datasets()
