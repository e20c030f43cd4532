"""What becomes of a dataset itself is in its history once: records, people, guidelines, settings, rounds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from argilla_distill.domain.explanation.dataset_timeline import dataset_events
from argilla_distill.domain.explanation.timeline import events
from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.config import Config
from argilla_distill.domain.history.guidelines import sha256_of
from argilla_distill.domain.history.record_state import RecordState
from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.wording import Wording
from argilla_distill.plugin.settings import Sources
from argilla_distill.workers.use_cases import watch
from argilla_distill.workers.use_cases.distilling.dataset_news import note_round
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.writing.guidelines_section import END, START
from tests.workers.argilla_in_memory import D, Row
from tests.workers.queued_jobs import forget_jobs, jobs
from tests.workers.service_in_memory import Build, ServiceInMemory


def of_kind(service: ServiceInMemory, kind: str) -> list[Entry]:
    return [entry for entry in service.history() if entry.kind == kind]


def choose(service: ServiceInMemory, **plan: Any) -> None:
    """Restart the service with other settings."""
    settings = service.world.settings
    changed = settings.model_copy(update={"plan": settings.plan.model_copy(update=plan)})
    object.__setattr__(service.world, "settings", changed)


def test_a_record_is_told_when_it_is_first_seen_and_whenever_it_changes(
    service: ServiceInMemory,
) -> None:
    row = Row(fields={"text": "one"}, metadata={"round": 1, "model": "bot"}, created_at=17)
    service.argilla.rows[D]["r1"] = row
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    row.fields = {"text": "two"}
    service.mark("r1")
    service.settle()
    row.metadata = {"round": 2, "model": "bot"}
    service.mark("r1")
    service.settle()
    del service.argilla.rows[D]["r1"]
    service.mark("r1")
    service.settle()
    first, text, meta, gone = (RecordState.of_entry(e) for e in of_kind(service, "record"))
    assert (first.round, first.model, of_kind(service, "record")[0].at) == ("1", "bot", 17)
    assert (text.fields != first.fields, text.metadata == first.metadata) == (True, True)
    assert (meta.fields == text.fields, meta.round) == (True, "2")
    assert gone.gone
    found = events(of_kind(service, "record"), {}, Wording({}))
    changes = [[(c.question, c.before, c.after) for c in event.changes] for event in found]
    first_names = [("round", None, "1"), ("model", None, "bot")]
    assert changes == [first_names, [], [("round", "1", "2")], []]
    assert [event.what for event in found] == [
        "The record was made in Argilla.",
        "Its fields were changed in Argilla.",
        "Its metadata were changed in Argilla.",
        "The record was deleted in Argilla.",
    ]


def test_a_look_that_finds_nothing_new_writes_nothing(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    sweep(service.world, D)
    service.settle()
    before = service.history()
    for _ in range(2):
        service.mark("r1", "r2")
        sweep(service.world, D)
        service.settle()
    assert service.history() == before
    assert Counter(e.record for e in of_kind(service, "record")) == dict.fromkeys(
        ("r1", "r2", "r3", "r4"), 1
    )


def test_what_an_earlier_release_knew_is_told_once_and_refreshes_nothing(
    service: ServiceInMemory,
) -> None:
    service.answer("ann", "r1", helpful="yes")
    sweep(service.world, D)
    service.settle()
    old = {
        record: replace(service.ledger(record), fields_digest="", metadata_digest="")
        for record in ("r1", "r2", "r3", "r4")
    }
    service.store.datasets.write_ledger(service.store.redis, D, old)
    assert sweep(service.world, D).differing == 0
    assert Counter(e.record for e in of_kind(service, "record"))["r1"] == 2
    assert sweep(service.world, D).differing == 0
    assert len(of_kind(service, "record")) == 8


def test_guidelines_have_an_edition_whenever_people_change_them(service: ServiceInMemory) -> None:
    texts = ["Be kind.", "Be kind.", "Be strict.", "Be kind."]
    for n, text in enumerate(texts):
        ours = f"\n\n{START}\nexamples, written for the {n}th time\n{END}"
        service.argilla.told[D] = text + ours
        service.answer("ann", "r1", helpful="yes")
        service.settle()
    found = of_kind(service, "guidelines")
    assert [entry.values["text"] for entry in found] == ["Be kind.", "Be strict.", "Be kind."]
    assert found[0].details.digest == found[2].details.digest == sha256_of("Be kind.")
    told = {e.what: e.changes for e in dataset_events(service.store.history.news(D))}
    assert told["The guidelines are those of edition 2."][0].after == "Be strict."


def test_a_dataset_without_guidelines_has_no_edition(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    assert of_kind(service, "guidelines") == []


def test_settings_are_told_when_they_change(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    choose(service, defaults={"strategy": "dawid_skene"})
    service.argilla.overlap = 3
    service.mark("r1")
    service.settle()
    first, second = (Config.of_entry(entry) for entry in of_kind(service, "config"))
    assert (first.settings["strategy"], first.overlap) == ("majority", 2)
    assert (second.settings["strategy"], second.overlap) == ("dawid_skene", 3)
    assert [q.name for q in second.questions] == ["helpful", "problem", "stars", "conflicts"]
    (_, changed) = dataset_events(service.store.history.news(D))
    assert ("strategy", "majority", "dawid_skene") in [
        (c.question, c.before, c.after) for c in changed.changes
    ]
    key = service.world.settings.argilla_api_key.get_secret_value()
    assert all(f'"{key}"' not in str(entry.values) for entry in service.history())


def test_the_cron_has_new_settings_and_guidelines_noted_though_nobody_answers(
    quiet: ServiceInMemory,
) -> None:
    service = quiet
    watch.look_round(service.world)
    assert jobs(service) == []
    service.argilla.told[D] = "Be kind."
    watch.look_round(service.world)
    assert jobs(service)
    service.distil()
    assert len(of_kind(service, "guidelines")) == 1
    forget_jobs(service)
    watch.look_round(service.world)
    assert jobs(service) == []


def test_who_somebody_is_is_told_when_it_changes(service: ServiceInMemory) -> None:
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    service.argilla.names["id-ann"] = "anna"
    choose(service, sources=Sources(reviewers=("ann*",)))
    service.store.service.keep_users(service.argilla.users())
    service.mark("r1")
    service.settle()
    first, second = of_kind(service, "annotator")
    assert first.values == {"name": "ann", "kind": "person"}
    assert (second.values, second.replaced) == (
        {"name": "anna", "kind": "reviewer"},
        {"name": "ann", "kind": "person"},
    )
    assert service.decision("r1").confidence > 0.99, "a reviewer decides"


@pytest.mark.parametrize("state", ["ended", "cancelled"])
def test_a_round_begins_and_ends_once(service: ServiceInMemory, state: Any) -> None:
    began = RoundNews("4", "started", model="bot-0.4", trained_on="learned-3", records=300)
    ended = replace(began, state=state)
    written = [note_round(service.world, D, news) for news in (began, began, ended, ended)]
    assert written == [True, False, True, False]
    assert [RoundNews.of_entry(e) for e in of_kind(service, "round")] == [began, ended]
    told = [event.what for event in dataset_events(service.store.history.news(D))]
    assert told[0] == "Round 4 began: model bot-0.4, trained on learned-3, 300 records."


def test_no_call_of_argilla_is_made_for_it(service: ServiceInMemory, build: Build) -> None:
    service.argilla.told[D] = "Be kind."
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    service.argilla.calls.clear()
    service.answer("ben", "r1", helpful="yes")
    service.settle()
    assert "guidelines" not in service.argilla.calls
    assert Counter(service.argilla.calls)["dataset"] == 1
