"""`trace` on a real version: the bad round is named, failures lead to near records, bad input is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import DoubtedRound
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.beside import NOTHING, WAITING
from argilla_distill.workers.use_cases.tracing import turns
from argilla_distill.workers.use_cases.tracing.due import due, unlooked
from argilla_distill.workers.use_cases.tracing.failing import failures_of, origin
from argilla_distill.workers.use_cases.tracing.material import Answers, Material, material
from argilla_distill.workers.use_cases.tracing.suspecting import give_up, suspect_unlooked
from argilla_distill.workers.versions.aside import WorkFailed, in_place
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import Build
from tests.workers.told_rounds import rounds_that_tell

EMPTY = {
    **dict.fromkeys(("dataset_id", "dataset", "position", "release", "settings_sha256"), ""),
    **dict.fromkeys(("as_of", "asked_at", "created_at", "records", "votes"), 0),
    **{name: {} for name in ("settings", "splits", "rounds", "sources")},
    "questions": [],
    "files": [],
    "named": True,
    "content_sha256": "",
}


@pytest.fixture
def read() -> Material:
    """Ten training records in two rounds, by two people, and one of the test split."""
    texts = [f"rude useless word{n}" for n in range(5)] + [f"kind clear word{n}" for n in range(5)]
    said = [row for row in range(10) for _ in range(2)]
    who = ["ann", "ben"] * 10
    asked = VersionQuestion("helpful", "helpful", "label_selection", "majority", 1, 20, 0)
    return Material(
        manifest=Manifest.read({**EMPTY, "name": "majority-1"}),
        question=asked,
        ids=[f"r{n}" for n in range(11)],
        external=["ticket-0", *[""] * 10],
        texts=[*texts, "rude useless test"],
        labels=["no"] * 5 + ["yes"] * 5 + ["no"],
        rounds=["2"] * 5 + ["1"] * 6,
        models=[""] * 11,
        groups=[f"r{n}" for n in range(11)],
        splits=["train"] * 10 + ["test"],
        disputed=[True] + [False] * 10,
        answers=Answers(said, ["no"] * 20, who, ["person"] * 20, ["3"] * 20, [""] * 20),
    )


def test_a_round_with_wrong_labels_is_suspected_once_a_version_in_turns_beside_the_worker(
    build: Build, tmp_path: Path
) -> None:
    service = build()
    version = rounds_that_tell(service, tmp_path, 50, wrong=0.5)
    world = service.world
    with pytest.raises(InvalidRequest, match=r"there is no question helpfull; .* helpful"):
        material(world, version, "helpfull")
    with pytest.raises(InvalidRequest, match="say which question is meant"):
        material(world, version, "")
    assert due(world, D)
    assert turns.turn(world, D, 0.0, lambda: None, lambda *_: False) == WAITING

    def work() -> None:
        turns.look(world, D)

    assert turns.turn(world, D, 5.0, work, in_place) == turns.LOOKED_AT
    assert not due(world, D)
    assert suspect_unlooked(world, D) == "nothing to do"
    assert turns.turn(world, D, 5.0, work, in_place) == NOTHING
    found = service.store.suspicions.all(D)["helpful"]
    assert found.informative
    suspects = [each.segment for each in found.significant]
    assert "round=2" in suspects
    assert not {"round=1", "round=3"} & set(suspects)
    assert found.sentence.startswith("Associated with wrong labels: ")
    assert {each.kind for each in found.segments} >= {"round", "model", "annotator"}


def test_the_version_of_a_round_is_looked_at_though_a_later_one_came_before_the_report(
    build: Build, tmp_path: Path
) -> None:
    service = build()
    own = rounds_that_tell(service, tmp_path, 50, wrong=0.5)
    world, store = service.world, service.store
    ended = Round("2", "bot", question="helpful", state="ended", version=own.name)
    store.rounds.keep(D, ended)
    store.rounds.keep(D, replace(ended, name="1", version="learned-9"))  # its files are gone
    store.rounds.keep(D, replace(ended, name="3", question="", version=own.name))
    helpful = tuple(each for each in own.questions if each.name == "helpful")
    later = replace(own, name="majority-9", questions=helpful)
    store.versions.keep(D, later, ("latest",))
    waiting = unlooked(world, D)
    assert [each.manifest.name for each in waiting] == [later.name, own.name]
    give_up(world, waiting[0], "it is too large")
    assert suspect_unlooked(world, D) == "looked at"
    assert not due(world, D)
    known = store.suspicions.of_rounds(D)
    assert known.latest["helpful"].version == later.name
    whole = [each for each in known.then(ended) if each.whole]
    assert [(each.version, each.verdict) for each in whole] == [(own.name, "suspect")]
    assert known.doubts([ended]) == {"2": DoubtedRound("2", own.name)}


def test_what_fails_for_good_is_told_and_not_tried_again(build: Build, tmp_path: Path) -> None:
    def failing(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        raise WorkFailed("killed 3 times")

    service = build()
    version = rounds_that_tell(service, tmp_path, 5)
    world = service.world
    folder = Path(world.settings.versions) / D / version.name
    for file in folder.glob("records-*"):
        file.unlink()
    assert suspect_unlooked(world, D) == "failed"
    assert "cannot be read" in service.store.suspicions.all(D)["helpful"].sentence
    assert not due(world, D)
    service.store.redis.delete(service.store.keys.of(D, "suspicions"))
    assert turns.turn(world, D, 5.0, lambda: None, failing) == "failed: killed 3 times"
    assert "killed 3 times" in service.store.suspicions.all(D)["helpful"].sentence
    assert not due(world, D)


def test_failures_lead_to_near_training_records_with_their_provenance(read: Material) -> None:
    lines = ['{"record_id": "r0"}', "", '{"text": "rude"}', '{"fields": {"text": "kind"}}']
    failed = failures_of([*lines, '{"external_id": "ticket-0"}'], read)
    assert [each.row for each in failed] == [0, -1, -1, 0]
    found = origin(failed, read, 3)
    assert len(found.failures) == 4
    of_itself, rude, kind, _ = found.failures
    assert "r0" not in [near.record_id for near in of_itself.near]
    assert {near.round for near in rude.near} == {"2"}
    assert {near.label for near in kind.near} == {"yes"}
    first = rude.near[0]
    assert (first.annotators, first.guidelines) == (("ann", "ben"), ("3",))
    assert all(near.record_id != "r10" for each in found.failures for near in each.near)
    alike = [near.similarity for near in rude.near]
    assert alike == sorted(alike, reverse=True)
    top = found.shares[0]
    assert (top.segment, top.near, top.near_share, top.share) == ("round=2", 9, 0.75, 0.5)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 1 is not JSON"),
        ('{"text": "\\ud83d"}', "line 1 holds half of a character"),
        ("[" * 100_000, "line 1 is nested too deeply"),
        ('{"text": %s}' % ("9" * 5000), "line 1 has a number of too many digits"),
        ('{"text": NaN}', "line 1 is not JSON: NaN"),
        ("[1]", "line 1 is no JSON object"),
        ('{"record_id": "nobody"}', "has no record nobody"),
        ('{"score": 3}', "line 1 has no text"),
        ("", "there is no failure in the file"),
    ],
)
def test_what_is_no_failure_is_refused_with_its_line(read: Material, line: str, said: str) -> None:
    with pytest.raises(InvalidRequest, match=said):
        failures_of([line], read)


def test_segments_are_of_all_kinds_of_which_there_are_several(read: Material) -> None:
    kinds = {kind.name: kind for kind in read.kinds()}
    assert {name: list(kind.names) for name, kind in kinds.items()} == {
        "round": ["round=1", "round=2"],
        "annotator": ["annotator=ann", "annotator=ben"],
        "annotator and round": [
            "annotator=ann,round=1",
            "annotator=ann,round=2",
            "annotator=ben,round=1",
            "annotator=ben,round=2",
        ],
    }
    both = kinds["annotator and round"]
    assert [both.names[n] for n in both.segment[:2]] == [
        "annotator=ann,round=2",
        "annotator=ben,round=2",
    ]


def test_one_named_round_is_looked_at_beside_the_records_of_none(read: Material) -> None:
    alone = replace(read, rounds=["2"] * 5 + [""] * 6)
    kinds = {kind.name: kind for kind in alone.kinds()}
    assert list(kinds["round"].names) == ["round=2"]
    both = kinds["annotator and round"]
    assert list(both.names) == ["annotator=ann,round=2", "annotator=ben,round=2"]
    assert (both.segment < 0).sum() == 10  # the answers of no round tell what is usual
    whole = {kind.name for kind in replace(read, rounds=["2"] * 11).kinds()}
    assert "round" not in whole
