"""Twins of versions: whole, resumable, repeatable, behind everything else, and never distilled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.records import TWIN_DIGEST, TWIN_OF, TWIN_VERSION
from argilla_distill.plugin.errors import (
    ArgillaUnavailable,
    DistillError,
    InvalidRequest,
    InvalidValue,
)
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.connecting import registration
from argilla_distill.workers.use_cases.distilling.distil import distil
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.twins import asking, filling
from argilla_distill.workers.use_cases.versions import keeping
from argilla_distill.workers.use_cases.versions.asking import ask as ask_for_version
from argilla_distill.workers.use_cases.versions.making import make
from tests.workers.argilla_in_memory import CHAT, HELPFUL, D
from tests.workers.service_in_memory import Build, ServiceInMemory
from tests.workers.twinned_service import copies, made, slice_of, twinned


def test_a_twin_has_every_record_with_our_label_and_what_to_filter_it_by(
    service: ServiceInMemory,
) -> None:
    manifest = made(service, tags=("prod",))
    twin = twinned(service, manifest)
    assert (twin.state, twin.name, twin.written) == ("done", "versions/chat @ majority-1", 60)
    found = copies(service, twin)
    assert len(found) == 60
    (suggestion,) = found["r1"].suggestions
    assert (suggestion.value, suggestion.agent) == ("yes", "distill/majority-1")
    assert suggestion.score == found["r1"].metadata["confidence"]
    assert found["r2"].suggestions == ()
    conflicts = {record: found[record].metadata["conflict"] for record in ("r1", "r2", "r3")}
    assert conflicts == {"r1": "none", "r2": "open", "r3": "none"}
    assert (found["r1"].metadata["round"], found["r1"].metadata["record"]) == ("2", "r1")
    assert {record.metadata["split"] for record in found.values()} <= set(manifest.splits)
    assert (
        "**majority-1** of support/chat (tag prod)" in service.argilla.told[twin.id].split("\n")[0]
    )


def test_a_twin_is_asked_for_with_its_version_and_written_once_that_is_made(
    service: ServiceInMemory,
) -> None:
    request = ask_for_version(service.world, CHAT)
    asking.ask(service.world, CHAT, request.name)
    make(service.world, D, 0.0)
    assert slice_of(service).status == "the version is being made"
    assert make(service.world, D, 60.0).manifest is not None
    assert slice_of(service).status == "done"


def test_a_twin_of_a_version_that_came_to_nothing_is_forgotten(service: ServiceInMemory) -> None:
    asking.ask(service.world, CHAT, "majority-7")
    slice_of(service)
    assert service.store.twins.all(D) == {}


@pytest.mark.parametrize("at", [1, 2, 3])
def test_argilla_away_in_the_middle_goes_on_where_it_was(
    service: ServiceInMemory, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    calls = 0

    def away(name: str) -> None:
        nonlocal calls
        calls += name == "put_records"
        if calls == at:
            raise ArgillaUnavailable("away")

    # before the call takes effect, and after it did: what is written twice is there once
    for hook in ("before", "after"):
        calls = 0
        monkeypatch.setattr(service.argilla, hook, away)
        slice_of(service)
        monkeypatch.undo()
        kept = service.store.twins.of(D, manifest.name)
        assert kept is not None
        assert (kept.written, kept.error) == (25 * (at - 1), "away") or hook == "after"
    for _ in range(5):
        slice_of(service)
    (twin,) = service.store.twins.all(D).values()
    assert (twin.state, twin.written, twin.error) == ("done", 60, "")
    assert len(service.argilla.rows[twin.id]) == 60
    assert service.argilla.calls.count("create_twin") == 1


def test_repeating_makes_no_second_twin_and_writes_nothing_twice(service: ServiceInMemory) -> None:
    manifest = made(service)
    first = twinned(service, manifest)
    calls = service.argilla.calls.count("put_records")
    assert twinned(service, manifest).id == first.id
    assert service.argilla.calls.count("put_records") == calls
    assert service.argilla.calls.count("create_twin") == 1


def test_records_that_somebody_deleted_come_back_when_it_is_repeated(
    service: ServiceInMemory,
) -> None:
    manifest = made(service)
    first = twinned(service, manifest)
    service.argilla.rows[first.id].popitem()
    twinned(service, manifest)
    assert len(service.argilla.rows[first.id]) == 60


@pytest.mark.parametrize("when", ["after it was done", "in the middle"])
def test_a_twin_that_somebody_deleted_is_made_anew(
    service: ServiceInMemory, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)
    if when == "in the middle":
        slice_of(service, 0.0)
    else:
        slice_of(service)
    first = service.store.twins.of(D, manifest.name)
    assert first is not None
    service.argilla.delete_dataset(first.id)
    again = twinned(service, manifest)
    assert again.id != first.id
    assert len(service.argilla.rows[again.id]) == 60


def test_after_a_fresh_start_the_twin_is_found_by_its_mark(service: ServiceInMemory) -> None:
    manifest = made(service)
    first = twinned(service, manifest)
    service.store.twins.forget(D, manifest.name)
    assert twinned(service, manifest).id == first.id


def test_another_versions_twin_of_the_same_name_is_left_alone(service: ServiceInMemory) -> None:
    manifest = made(service)
    first = twinned(service, manifest)
    other = replace(service.argilla.sets[first.id], twin_digest="another")
    service.argilla.sets[first.id] = other
    service.store.twins.forget(D, manifest.name)
    again = twinned(service, manifest)
    assert again.id != first.id
    assert again.name == "versions/support/chat @ majority-1"


def test_a_twin_that_was_half_made_is_made_anew(service: ServiceInMemory) -> None:
    manifest = made(service)
    first = twinned(service, manifest)
    service.argilla.sets[first.id] = replace(service.argilla.sets[first.id], status="draft")
    service.store.twins.forget(D, manifest.name)
    again = twinned(service, manifest)
    assert first.id not in service.argilla.sets
    assert again.name == first.name


@pytest.mark.parametrize(
    ("error", "state"), [(ArgillaUnavailable("away"), "asked for"), (InvalidValue("no"), "failed")]
)
def test_a_twin_that_cannot_be_made_is_tried_again_where_that_can_help(
    service: ServiceInMemory,
    error: DistillError,
    state: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    manifest = made(service)
    asking.ask(service.world, CHAT, manifest.name)

    def fails(name: str) -> None:
        if name == "create_twin":
            raise error

    monkeypatch.setattr(service.argilla, "before", fails)
    slice_of(service)
    twin = service.store.twins.of(D, manifest.name)
    assert twin is not None
    assert (twin.state, twin.error, twin.id) == (state, str(error), "")
    monkeypatch.undo()
    assert twinned(service, manifest).state == "done"


def test_a_twin_is_never_distilled(service: ServiceInMemory) -> None:
    twin = twinned(service, made(service))
    dataset = service.argilla.dataset(twin.id)
    assert [d.id for d in registration.distilled(service.world)] == [D]
    watch.look_round(service.world)
    assert not service.world.distils(dataset)
    assert sweep(service.world, twin.id).status == "ignored: the twin of a version"
    assert twin.id not in service.store.datasets.ids()


def test_a_delivery_about_a_twin_does_nothing(service: ServiceInMemory) -> None:
    twin = twinned(service, made(service))
    (copy,) = [i for i, row in service.argilla.rows[twin.id].items() if row.external_id == "r2"]
    service.argilla.answer("ann", copy, helpful="yes")
    service.store.dirty.mark(twin.id, [copy])
    before = dict(service.argilla.rows[twin.id][copy].suggestions)
    assert distil(service.world, twin.id).status == "ignored: the twin of a version"
    assert service.store.dirty.sizes(twin.id) == (0, 0, 0)
    assert service.argilla.rows[twin.id][copy].suggestions == before
    assert twin.id not in service.store.datasets.ids()


def test_the_mark_alone_tells_a_twin(service: ServiceInMemory) -> None:
    twin = twinned(service, made(service))
    marked = service.argilla.dataset(twin.id)
    assert (marked.twin_of, marked.twin_version) == (D, "majority-1")
    unknown = replace(marked, id="elsewhere")
    assert service.world.is_twin(unknown)
    alike = replace(unknown, twin_of=None, twin_version="", twin_digest="")
    assert alike.name == "chat @ majority-1"
    assert service.world.distils(alike)
    assert service.world.is_twin(replace(alike, id=twin.id))  # though somebody took its mark off


def test_the_marks_are_in_the_datasets_own_metadata(service: ServiceInMemory) -> None:
    manifest = made(service)
    wanted = []
    asking.ask(service.world, CHAT, manifest.name)
    filling.fill(
        service.world,
        D,
        60.0,
        lambda twin: wanted.append(twin) or service.argilla.create_twin(twin),  # type: ignore[func-returns-value]
    )
    (twin,) = wanted
    assert twin.metadata[TWIN_OF] == D
    assert twin.metadata[TWIN_VERSION] == "majority-1"
    assert twin.metadata[TWIN_DIGEST] == manifest.content_sha256


def test_a_record_that_argilla_does_not_take_is_left_out_and_told(service: ServiceInMemory) -> None:
    manifest = made(service)
    service.argilla.refuses.add("r1")
    twin = twinned(service, manifest)
    assert (twin.state, twin.left_out) == ("done", {filling.REFUSED: 1})
    assert len(service.argilla.rows[twin.id]) == 59
    calls = service.argilla.calls.count("put_records")
    assert twinned(service, manifest).left_out == twin.left_out
    assert service.argilla.calls.count("put_records") == calls


def test_a_record_whose_labels_argilla_does_not_take_is_there_without_them(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    manifest, put = made(service), service.argilla.put_records

    def picky(dataset_id: str, items: Sequence[Mapping[str, Any]]) -> Any:
        if any(item["external_id"] == "r1" and item["suggestions"] for item in items):
            raise InvalidValue("no such label")
        return put(dataset_id, items)

    monkeypatch.setattr(service.argilla, "put_records", picky)
    twin = twinned(service, manifest)
    assert (twin.state, twin.left_out) == ("done", {filling.UNLABELLED: 1})
    assert copies(service, twin)["r1"].suggestions == ()
    assert len(copies(service, twin)["r3"].suggestions) == 1


def test_a_label_that_is_gone_is_left_out_and_told(service: ServiceInMemory) -> None:
    manifest = made(service)
    left = replace(HELPFUL, labels=("no",))
    questions = tuple(left if q.name == "helpful" else q for q in CHAT.questions)
    service.argilla.sets[D] = replace(CHAT, questions=questions)
    twin = twinned(service, manifest)
    assert twin.left_out == {"helpful: a label that is not there any more": 1}
    assert copies(service, twin)["r1"].suggestions == ()
    assert copies(service, twin)["r3"].suggestions[0].value == "no"


def test_a_tag_that_moves_is_told_by_the_twins(service: ServiceInMemory) -> None:
    first = made(service, tags=("prod",))
    twin = twinned(service, first)
    second = made(service)
    keeping.tag(service.world, CHAT, second.name, "prod")
    asking.retitle(service.world, CHAT, second.name, first.name)
    slice_of(service)
    assert "prod" not in service.argilla.told[twin.id]


def missing_file(service: ServiceInMemory) -> None:
    next(Path(service.world.settings.versions).glob("*/*/records-train-*")).unlink()


def cut_file(service: ServiceInMemory) -> None:
    path = next(Path(service.world.settings.versions).glob("*/*/records-train-*"))
    path.write_bytes(path.read_bytes()[:-30])


@pytest.mark.parametrize(("harm", "why"), [(missing_file, "is missing"), (cut_file, "is damaged")])
def test_a_version_whose_files_are_not_what_was_written_says_so(
    service: ServiceInMemory, harm: Callable[[ServiceInMemory], None], why: str
) -> None:
    manifest = made(service)
    harm(service)
    twin = twinned(service, manifest)
    assert twin.state == "failed"
    assert why in twin.error
    assert "version verify" in twin.error


def test_no_twin_is_made_where_annotators_would_see_it_nor_without_a_connection(
    build: Build, tmp_path: Path
) -> None:
    open_to_all = build(twin_workspace="support")
    with pytest.raises(InvalidRequest, match="yet to answer"):
        asking.ask(open_to_all.world, CHAT, "majority-1")
    with pytest.raises(InvalidRequest, match="run `argilla-distill connect`"):
        asking.ask(build(connected=False).world, CHAT, "majority-1")
