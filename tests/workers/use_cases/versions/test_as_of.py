"""A version of an earlier moment is what one made then was: whatever was changed or deleted since."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.history import Entry
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.settings import Sources
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.versions import keeping
from tests.workers.argilla_in_memory import CHAT, HELPFUL, D, Row
from tests.workers.made_versions import kept_in, made, rows
from tests.workers.reviewed_service import copies, decide, opened
from tests.workers.service_in_memory import ServiceInMemory

Build = Callable[..., ServiceInMemory]

OTHER = {"strategy": "dawid_skene", "questions": {"stars": {"strategy": "majority"}}}

RECORDS = [f"{n:02x}-record" for n in range(40)]


def lively(build: Build, folder: Path) -> ServiceInMemory:
    """Forty records of two rounds, answered by three people and a model, with reviews and guidelines."""
    service = opened(kept_in(build(overlap=3), folder))
    service.argilla.told[D] = "Be kind."
    for n, record in enumerate(RECORDS):
        service.argilla.rows[D][record] = Row(
            fields={"text": f"text of the record number {n * 7919}"},
            metadata={"round": 1 + n % 2, "model": f"bot-{n % 3}"},
            external_id=f"x-{n}",
        )
        for k, user in enumerate(("ann", "ben", "cas")):
            service.answer(user, record, helpful="yes" if (n + k) % 3 else "no", problem="none")
        service.argilla.suggested_by("judge", record, HELPFUL, "yes" if n % 2 else "no")
    sweep(service.world, D)
    service.settle()
    decide(service, "rob", min(copies(service)), helpful="yes", why="so it is")
    return service


def choose(service: ServiceInMemory, **plan: Any) -> None:
    settings = service.world.settings
    changed = settings.model_copy(update={"plan": settings.plan.model_copy(update=plan)})
    object.__setattr__(service.world, "settings", changed)


def upset(service: ServiceInMemory) -> None:
    """Everything that can change, changes."""
    argilla = service.argilla
    for n in range(100):
        record, user = RECORDS[n % 40], ("ann", "ben", "cas")[n % 3]
        service.answer(user, record, helpful="no" if n % 2 else "yes", problem="tone")
    service.settle()
    for record in ("r1", RECORDS[1]):
        service.answer("dan", record, helpful="yes")
    for record in sorted(copies(service))[1:3]:
        decide(service, "rob", record, helpful="no", why="because")
    argilla.names["id-ann"] = "anna"
    service.store.service.keep_users(argilla.users())
    choose(
        service,
        defaults={**OTHER, "name_annotators": False, "round_property": "model"},
        sources=Sources(reviewers=("ben",)),
    )
    argilla.told[D] = "Be strict."
    argilla.overlap = 4
    argilla.sets[D] = replace(
        CHAT, questions=(replace(HELPFUL, labels=("yes", "no", "so-so")), *CHAT.questions[1:])
    )
    argilla.delete_user("cas")
    del argilla.rows[D][RECORDS[5]]
    argilla.rows[D][RECORDS[6]].fields = {"text": "another text altogether"}
    argilla.rows[D][RECORDS[7]].metadata = {"round": 9, "colour": "red"}
    argilla.rows[D][RECORDS[8]].metadata = {"round": 9}
    argilla.rows[D][RECORDS[8]].fields = {"text": "and a fourth text"}
    argilla.rows[D]["late"] = Row(fields={"text": "late"}, created_at=service.store.now())
    service.answer("ann", "late", helpful="yes")
    sweep(service.world, D)
    service.settle()


def test_whatever_changes_a_version_of_the_moment_before_is_what_it_was(
    build: Build, tmp_path: Path
) -> None:
    service = lively(build, tmp_path)
    then = made(service)
    moment = service.store.now()
    upset(service)
    now, again = made(service), made(service, as_of=moment)
    assert now.content_sha256 != then.content_sha256
    assert rows(service, again) == rows(service, then)
    assert rows(service, again, "votes") == rows(service, then, "votes")
    assert again.content_sha256 == then.content_sha256
    assert made(service, slice_s=0.0, as_of=moment).content_sha256 == then.content_sha256
    assert (again.unknown, again.position) == (then.unknown, then.position)
    assert (again.settings, again.settings_sha256) == (then.settings, then.settings_sha256)
    assert (again.rounds, again.guidelines) == (then.rounds, then.guidelines)
    assert (again.name, again.parent) == ("majority-2", "dawid_skene-1")


def test_what_no_version_has_is_said_to_be_unknown(build: Build, tmp_path: Path) -> None:
    service = lively(build, tmp_path)
    moment = service.store.now()
    upset(service)
    again = made(service, as_of=moment)
    found = {row["record_id"]: row for row in rows(service, again)}
    assert RECORDS[5] not in found
    assert "late" not in found
    assert (found[RECORDS[7]]["round"], found[RECORDS[7]]["model"]) == ("2", "bot-1")
    about = [sentence for sentence in again.unknown if "guidelines" not in sentence]
    assert [(sentence.split(",")[0], sentence.rpartition(": ")[2]) for sentence in about] == [
        ("Fields have changed since", "2 records."),
        ("Metadata have changed since", "2 records."),
        ("Deleted since", "1 record."),
    ]


def test_an_answer_has_the_edition_under_which_it_was_given(build: Build, tmp_path: Path) -> None:
    service = kept_in(build(), tmp_path)
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    before = made(service)
    assert (before.guidelines, before.unknown) == ((), ())
    for n, text in enumerate(("Be kind.", "Be strict.")):
        service.argilla.told[D] = text
        service.settle()
        service.distil()
        service.answer(("ben", "cas")[n], "r1", helpful="no")
        service.settle()
    manifest = made(service)
    by = {v["annotator"]: v["guidelines"] for v in rows(service, manifest, "votes")}
    assert by == {"ann": None, "ben": 1, "cas": 2}
    (_, _, cas) = sorted(rows(service, manifest, "votes"), key=lambda v: str(v["annotator"]))
    assert cas["guidelines_sha256"] == manifest.guidelines[1].sha256
    assert [(e.number, e.votes) for e in manifest.guidelines] == [(1, 1), (2, 1)]
    (told,) = manifest.unknown
    assert told.startswith("Given before the history told of guidelines")
    assert told.endswith(": 1 answer.")


def test_what_is_older_than_its_entries_the_history_does_not_pretend_to_know(
    build: Build, tmp_path: Path
) -> None:
    service = kept_in(build(), tmp_path)
    append(service, Entry("answer", "r1", 0, "submitted", {"helpful": "yes"}, at=5))
    moment = service.store.now()
    service.argilla.names["id-ann"] = "ann"
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    told = made(service, as_of=moment).unknown
    assert told[0].startswith("Settings, questions, and who annotators are")
    assert told[1].startswith("First looked at later")
    assert told[1].endswith(": 4 records.")


def append(service: ServiceInMemory, entry: Entry) -> None:
    """Write an entry as an earlier release did."""
    (entry_id,) = service.store.history.ids(D, service.store.now(), 1)
    service.store.history.append(service.store.redis, D, [entry.filed(entry_id)])


def test_a_version_made_now_tells_the_history_what_no_delivery_reported(
    build: Build, tmp_path: Path
) -> None:
    service = lively(build, tmp_path)
    service.argilla.rows[D][RECORDS[3]].metadata = {"round": 7}
    then = made(service)
    service.settle()
    moment = service.store.now()
    service.argilla.rows[D][RECORDS[3]].metadata = {"round": 8}
    sweep(service.world, D)
    service.settle()
    again = made(service, as_of=moment)
    assert again.content_sha256 == then.content_sha256
    assert again.rounds == then.rounds == {"1": 20, "2": 19, "7": 1}


def test_new_settings_count_at_once_and_are_in_the_history_before_the_version(
    build: Build, tmp_path: Path
) -> None:
    service = lively(build, tmp_path)
    choose(service, defaults={**OTHER, "name_annotators": True})
    then = made(service)
    assert then.name == "dawid_skene-1"
    moment = service.store.now()
    choose(service, defaults={"strategy": "majority", "name_annotators": True})
    again = made(service, as_of=moment)
    assert (again.name, again.content_sha256) == ("dawid_skene-2", then.content_sha256)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_order_of_deliveries_does_not_matter(build: Build, tmp_path: Path, seed: int) -> None:
    found: list[list[dict[str, Any]]] = []
    for order in (0, seed):
        service = kept_in(build(overlap=3, strategy="learned"), tmp_path / str(order))
        service.argilla.add(*RECORDS)
        for n, record in enumerate(RECORDS):
            for k, user in enumerate(("ann", "ben", "cas")):
                service.argilla.answer(user, record, helpful="yes" if (n + k) % 3 else "no")
        shuffled = list(RECORDS)
        random.Random(order).shuffle(shuffled)
        for start in range(0, 40, 10):
            service.mark(*shuffled[start : start + 10])
            service.settle()
        found.append(rows(service, made(service)))
    for one, other in zip(*found, strict=True):
        for row in (one, other):
            for part in row.values():
                if isinstance(part, dict) and "conflict" in part:
                    part["conflict"]["since"] = part["fit"] = None  # when we saw it
        assert one == other


def test_a_manifest_says_who_asked_and_what_was_the_latest(build: Build, tmp_path: Path) -> None:
    service = lively(build, tmp_path)
    made(service)
    second: Manifest = made(service, created_by="owner")
    assert (second.created_by, second.parent) == ("owner", "majority-1")
    assert keeping.found(service.world, CHAT, "latest") == second
