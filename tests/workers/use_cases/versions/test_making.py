"""Versions: made in slices, equal whatever the path, of any moment, and of any strategy."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import Record
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.settings import Sources
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.plugin.store.shapes.history_shapes import entry_fields, stored
from argilla_distill.workers.use_cases.versions import keeping, reading, verifying
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.versions.making import make
from argilla_distill.workers.versions.parts import Parts
from argilla_distill.workers.versions.spool import Spool
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import answered, finished, kept_in, made, rows
from tests.workers.service_in_memory import ServiceInMemory

Build = Callable[..., ServiceInMemory]


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    return kept_in(build(), tmp_path)


def test_a_version_has_every_record_with_its_decision_and_its_conflict(
    service: ServiceInMemory,
) -> None:
    answered(service)
    manifest = made(service)
    assert manifest.name == "majority-1"
    found = {row["record_id"]: row["helpful"] for row in rows(service, manifest)}
    assert set(found) == {"r1", "r2", "r3", "r4"}
    assert (found["r1"]["value"], found["r1"]["conflict"]["ever"]) == ("yes", False)
    assert (found["r2"]["value"], found["r2"]["conflict"]["now"]) == (None, True)
    assert found["r2"]["conflict"]["values"] == [
        {"value": "no", "votes": 1},
        {"value": "yes", "votes": 1},
    ]
    assert (found["r3"]["value"], found["r3"]["conflict"]["now"]) == ("no", False)
    assert found["r3"]["conflict"]["ever"] is True
    assert (found["r4"]["value"], found["r4"]["why"]) == (None, "no votes")


def test_every_answer_is_there_and_what_does_not_count_says_why(service: ServiceInMemory) -> None:
    answered(service)
    votes = rows(service, made(service), "votes")
    of_ben = [
        (v["value"], v["counted"], v["why"])
        for v in votes
        if (v["record_id"], v["annotator"]) == ("r3", "ben") and v["question"] == "helpful"
    ]
    assert of_ben == [("yes", False, "edited"), ("no", True, "")]


def test_two_users_of_one_name_are_two_annotators_in_its_files(service: ServiceInMemory) -> None:
    """A user who was deleted and made again has another id: the answers of both were one annotator's."""
    answered(service)
    service.store.service.keep_users({"id-ann": "ann", "id-ben": "ann"})
    service.answer("ann", "r4", helpful="yes")
    service.settle()
    votes = rows(service, made(service), "votes")
    assert {v["annotator"] for v in votes} == {"ann (id-ann)", "ann (id-ben)"}


def test_the_same_call_gives_the_same_digest_whatever_the_path(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    answered(service)
    first, second = made(service), made(service)
    assert (first.name, second.name) == ("majority-1", "majority-2")
    assert first.content_sha256 == second.content_sha256


def test_slices_come_to_the_same_as_one_go(service: ServiceInMemory) -> None:
    answered(service)
    whole = made(service)
    assert made(service, slice_s=0.0).content_sha256 == whole.content_sha256


def test_no_record_is_lost_where_a_slice_ends_between_two_pages(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A later slice once took the records that the first had read for all there are."""
    monkeypatch.setattr(reading, "PAGE", 2)
    service.argilla.add("r5", "r6", "r7")
    answered(service)
    manifest = made(service, slice_s=0.0)
    assert {row["record_id"] for row in rows(service, manifest)} == {f"r{n}" for n in range(1, 8)}


def test_a_slice_begins_with_a_short_page_for_whoever_answers_waits_while_argilla_reads(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "FIRST_PAGE", 1)
    monkeypatch.setattr(reading, "PAGE", 4)
    service.argilla.add(*(f"r{n}" for n in range(5, 12)))
    answered(service)
    asked_for, page = [], service.argilla.page

    def noted(dataset_id: str, offset: int, limit: int) -> tuple[list[Record], int]:
        asked_for.append((offset, limit))
        return page(dataset_id, offset, limit)

    monkeypatch.setattr(service.argilla, "page", noted)
    assert made(service).records == 11
    assert asked_for == [(0, 1), (1, 2), (3, 4), (7, 4)]


def test_a_version_of_an_earlier_moment_is_what_it_was_then(service: ServiceInMemory) -> None:
    answered(service)
    then = made(service)
    moment = service.store.now()
    service.answer("ann", "r1", helpful="no")
    service.argilla.delete_user("ben")
    service.mark("r1", "r2", "r3")
    service.settle()
    now, again = made(service), made(service, as_of=moment)
    assert now.content_sha256 != then.content_sha256
    assert again.content_sha256 == then.content_sha256
    assert again.unknown


def test_any_strategy_decides_a_version(service: ServiceInMemory) -> None:
    answered(service)
    manifest = made(service, strategy="dawid_skene")
    assert manifest.name == "dawid_skene-1"
    by = {question.name: question.strategy for question in manifest.questions}
    assert by == {"helpful": "dawid_skene", "problem": "dawid_skene", "stars": "majority"}
    stars = next(q for q in manifest.questions if q.name == "stars")
    assert "Not by `dawid_skene`" in stars.why


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"strategy": "best"}, "unknown strategy"),
        ({"as_of": 10**15}, "in the future"),
        ({"as_of": 1}, "nothing was known"),
        ({"tags": ("learned-3",)}, "is no tag"),
        ({"note": "x" * 10_001}, "10,000 characters"),
    ],
)
def test_what_cannot_be_made_is_refused_at_once(
    service: ServiceInMemory, asked: dict[str, Any], why: str
) -> None:
    answered(service)
    with pytest.raises(InvalidRequest, match=why):
        ask(service.world, CHAT, **asked)
    assert service.store.versions.asked(D) == []


def test_a_damaged_and_a_missing_file_are_found(service: ServiceInMemory) -> None:
    answered(service)
    manifest = made(service)
    assert verifying.verify(service.world, CHAT, "latest").status == "identical"
    folder = Path(service.world.settings.versions) / D / manifest.name
    victim = folder / "votes-00000.parquet"
    data = bytearray(victim.read_bytes())
    data[len(data) // 2] ^= 1
    victim.write_bytes(bytes(data))
    (folder / "README.md").unlink()
    verdict = verifying.verify(service.world, CHAT, manifest.name)
    assert verdict.status == "damaged"
    assert set(verdict.wrong) == {
        "votes-00000.parquet is not what was written",
        "README.md is missing",
    }


def test_a_tag_moves_and_protects_what_it_names(service: ServiceInMemory) -> None:
    answered(service)
    made(service, tags=("prod",))
    made(service)
    assert service.store.versions.tags(D) == {"prod": "majority-1", "latest": "majority-2"}
    with pytest.raises(InvalidRequest, match="is tagged prod"):
        keeping.delete(service.world, CHAT, "majority-1")
    keeping.tag(service.world, CHAT, "majority-2", "prod")
    gone = keeping.delete(service.world, CHAT, "majority-1")
    assert gone.bytes == 0
    assert not (Path(service.world.settings.versions) / D / "majority-1").exists()
    assert verifying.verify(service.world, CHAT, "majority-1").status == "deleted"
    assert made(service).name == "majority-3"


def test_a_record_keeps_its_split_and_what_is_nearly_the_same_is_not_parted(
    service: ServiceInMemory,
) -> None:
    text = "Where is my parcel number {}? It was to come on Monday and nobody knows where it is."
    for record, fields in {
        "r1": {"prompt": text.format(1), "reply": "We are looking for it."},
        "r2": {"prompt": text.format(1).upper(), "reply": "It is lost, we are sorry."},
        "r3": {"prompt": "How do I return a lamp that came broken?", "reply": "By post."},
    }.items():
        service.argilla.rows[D][record].fields = fields
    answered(service)
    first = {row["record_id"]: (row["group"], row["split"]) for row in rows(service, made(service))}
    assert first["r1"] == first["r2"]
    assert first["r1"][0] != first["r3"][0]
    known, replies = dict(first), {"r1": "r2"}
    for version in range(1, 5):
        for n in range(3):
            one, other = f"s{version}{n}", f"t{version}{n}"
            prompt = {"prompt": f"Question {n} of {version} about {n * 7 + version}?"}
            service.argilla.add(one, other)
            service.argilla.rows[D][one].fields = {**prompt, "reply": "So it is."}
            service.argilla.rows[D][other].fields = {**prompt, "reply": f"Nobody knows {n}."}
            replies[one] = other
        later = {
            row["record_id"]: (row["group"], row["split"]) for row in rows(service, made(service))
        }
        assert {record: later[record] for record in known} == known
        assert [later[one] for one in replies] == [later[other] for other in replies.values()]
        known = later
    assert len({split for _, split in known.values()}) > 1


def test_the_folder_is_a_dataset_of_hugging_face(service: ServiceInMemory, tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    answered(service)
    manifest = made(service)
    folder = str(Path(service.world.settings.versions) / D / manifest.name)
    cache = str(tmp_path / "cache")
    found = datasets.load_dataset(folder, "records", cache_dir=cache)
    assert sum(len(split) for split in found.values()) == 4
    votes = datasets.load_dataset(folder, "votes", split="votes", cache_dir=cache)
    assert len(votes) == manifest.votes
    assert json.loads((Path(folder) / "manifest.json").read_text())["name"] == manifest.name


def interrupted(service: ServiceInMemory, at: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Make the version in hand, and break off at the so-manieth thing that is written to disk."""
    count = 0

    def broken(write: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            nonlocal count
            count += 1
            if count == at:
                raise OSError(28, "No space left on device")
            return write(*given, **named)

        return call

    with monkeypatch.context() as patch:
        for owner, name in (
            (Spool, "mark"),
            (Spool, "add_records"),
            (Parts, "close"),
            (Storage, "put"),
        ):
            patch.setattr(owner, name, broken(getattr(owner, name)))
        while True:
            done = make(service.world, D, 60.0)
            if done.manifest or not done.waiting:
                return "No space left" in done.status


def test_whatever_interrupts_it_there_is_no_half_version_and_the_next_attempt_finishes_it(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(service)
    whole = made(service).content_sha256
    for at in range(1, 30):
        name = ask(service.world, CHAT).name
        broke = interrupted(service, at, monkeypatch)
        folder = Path(service.world.settings.versions) / D / name
        if broke:
            assert service.store.versions.manifest(D, name) is None
            assert not folder.exists()
            finished(service)
        found = service.store.versions.manifest(D, name)
        assert found is not None
        assert found.content_sha256 == whole
        assert verifying.verify(service.world, CHAT, name).status == "identical"
        if not broke:
            break
    assert at > 8


def test_a_line_that_a_kill_cut_short_is_read_past(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    values = {"helpful": "yes\n\x1f\u2028"}
    one = Entry("answer", "r1", 0, "submitted", values, at=1, details=Details(score=0.5), id="5-0")
    entry, later = (
        stored(each.id, {k: str(v) for k, v in entry_fields(each).items()})
        for each in (one, one.filed("12-0"))
    )
    spool.add_entries([entry])
    spool.sort_in()
    (path,) = tmp_path.glob("entries-*.lines")
    whole = path.read_bytes()
    for cut in range(1, len(whole)):
        path.write_bytes(whole + whole[:cut])
        spool.add_entries([entry, later])
        assert spool.entries("r1") == {"r1": [one, one.filed("12-0")]}


def test_a_review_decides_and_is_told_apart_from_votes(build: Build, tmp_path: Path) -> None:
    service = kept_in(build(), tmp_path)
    plan = service.world.settings.plan.model_copy(update={"sources": Sources(reviewers=("rex",))})
    settings = service.world.settings.model_copy(update={"plan": plan})
    object.__setattr__(service.world, "settings", settings)
    answered(service)
    service.answer("rex", "r2", helpful="no")
    service.settle()
    manifest = made(service)
    found = {row["record_id"]: row["helpful"] for row in rows(service, manifest)}
    assert (found["r2"]["value"], found["r2"]["adjudicated"], found["r2"]["votes"]) == (
        "no",
        True,
        2,
    )
    by = [v["source"] for v in rows(service, manifest, "votes") if v["annotator"] == "rex"]
    assert by == ["reviewer"]
    assert manifest.sources == {"person": 2, "reviewer": 1}
    for version in (manifest, made(service, slice_s=0.0)):
        assert [q.adjudications for q in version.questions if q.name == "helpful"] == [1]


def test_how_sure_somebody_said_they_were_is_told_with_the_answer(
    build: Build, tmp_path: Path
) -> None:
    service = kept_in(build(confidence_question="stars"), tmp_path)
    service.answer("ann", "r1", helpful="yes", stars=2)
    service.answer("ben", "r1", helpful="no")
    service.settle()
    votes = rows(service, made(service), "votes")
    assert {v["annotator"]: v["confidence"] for v in votes} == {"ann": 1.0, "ben": None}


def test_a_question_with_choices_of_its_own_keeps_what_holds_for_all(
    build: Build, tmp_path: Path
) -> None:
    """Settings go through JSON while a version is made, where what was left out became a default."""
    own = {"helpful": {"strategy": "majority"}}
    service = kept_in(build(min_confidence=0.99, questions=own), tmp_path)
    answered(service)
    manifest = made(service)
    assert manifest.settings["questions"]["helpful"]["min_confidence"] == 0.99
    decided = {row["record_id"]: row["helpful"]["value"] for row in rows(service, manifest)}
    assert decided["r1"] == service.decision("r1").value is None


def test_the_turn_that_stores_a_version_does_not_wait_for_the_disk(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was done aside has put the files on the disk: seconds of a million records."""
    answered(service)
    synced: list[str] = []
    fsync = os.fsync

    def noted(opened: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{opened}")).name)
        fsync(opened)

    def aside(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        work()
        written = {path.name for path in (folder / "files").iterdir()}
        assert written <= set(synced)
        assert any(name.endswith(".parquet") for name in written)
        return True

    monkeypatch.setattr(os, "fsync", noted)
    ask(service.world, CHAT)
    assert finished(service, aside=aside).records == 4
