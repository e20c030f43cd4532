"""Audits on the whole path: drawn at random, blind for ever, answered with the probability they had."""

from __future__ import annotations

import pytest

from argilla_distill.domain.audits import MIN_WAITING, PI, place
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.use_cases.reviews import adopt, disable, enable
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.writing.review_dataset import body
from tests.workers.argilla_in_memory import CHAT, D, Row
from tests.workers.reviewed_service import copies, decide, opened, review_id, split
from tests.workers.service_in_memory import Build, ServiceInMemory

RECORDS = [f"n{n:02}" for n in range(60)]


def agree(service: ServiceInMemory, record: str, value: str = "yes") -> None:
    service.answer("ann", record, helpful=value)
    service.answer("ben", record, helpful=value)


def crowd(service: ServiceInMemory) -> list[str]:
    """Sixty complete records, on each third of which two people differ; returns the line of audits."""
    service.argilla.add(*RECORDS)
    for n, record in enumerate(RECORDS):
        if n % 3:
            agree(service, record)
        else:
            split(service, record)
    service.settle()
    return service.store.reviews.audits(D)


@pytest.fixture
def audited(build: Build) -> ServiceInMemory:
    return opened(build(settled_confidence=0.75))


def blind(service: ServiceInMemory, record: str) -> Row:
    """A record's copy, after a look that it carries nothing of ours."""
    _, row = copies(service)[record]
    assert row.suggestions == {}
    assert "page" not in row.metadata
    assert row.metadata["audit_pi"] == PI
    assert row.metadata["kind"] == "audit"
    assert row.metadata["asked"] == ["helpful", "problem", "stars"]
    return row


def entries_of_audits(service: ServiceInMemory) -> list[tuple[str, float | None]]:
    return [(e.record, e.details.audit_pi) for e in service.history() if e.kind == "adjudication"]


def test_a_share_of_the_queue_is_drawn_at_random_and_is_blind(audited: ServiceInMemory) -> None:
    line = crowd(audited)
    assert line == sorted(line, key=lambda record: place(record, D))
    assert 2 <= len(line) <= 20
    shown = [record for record in line if record in copies(audited)]
    assert shown == line[: len(shown)]  # in the order of the draw, not of worth
    assert MIN_WAITING <= len(shown) < len(copies(audited)) / 3
    for record in shown:
        blind(audited, record)
    due = dict(audited.store.reviews.due(D))
    assert not set(line) & set(due)
    others = set(copies(audited)) - set(line)
    assert others <= set(due)
    assert all(copies(audited)[i][1].suggestions for i in others)


def test_who_is_drawn_depends_on_no_answer_and_no_path(
    audited: ServiceInMemory, build: Build
) -> None:
    line = crowd(audited)
    other = opened(build(settled_confidence=0.75))
    other.argilla.add(*RECORDS)
    for record in reversed(RECORDS):
        agree(other, record)
        other.settle()
    assert other.store.reviews.audits(D) == line


def test_an_answer_to_an_audit_keeps_its_probability_and_the_next_one_follows(
    audited: ServiceInMemory,
) -> None:
    line = crowd(audited)
    first = line[0]
    before = set(copies(audited))
    shown = [record for record in line if record in before]
    decide(audited, "rob", first, helpful="no", problem="none", stars="1", why="it is rude")
    (answered,) = audited.ledger(first).adjudications.values()
    assert answered.audit_pi == PI
    assert answered.values == {"helpful": "no", "problem": "none", "stars": "1"}
    assert entries_of_audits(audited) == [(first, PI)]
    assert audited.decision(first).value == "no"
    assert audited.decision(first).confidence == 0.999
    assert first not in audited.store.reviews.audits(D)
    assert set(copies(audited)) - before == {line[len(shown)]}


def test_a_worst_first_review_has_no_probability(audited: ServiceInMemory) -> None:
    crowd(audited)
    best = next(i for i, _ in audited.store.reviews.due(D) if i in copies(audited))
    decide(audited, "rob", best, helpful="no")
    assert entries_of_audits(audited) == [(best, None)]


def test_an_audit_stays_blind_whatever_happens_later(audited: ServiceInMemory) -> None:
    first = crowd(audited)[0]
    audited.answer("cas", first, helpful="no")
    audited.answer("dan", first, helpful="no")
    audited.settle()
    blind(audited, first)
    sweep(audited.world, D)
    audited.settle()
    blind(audited, first)
    decide(audited, "rob", first, helpful="yes", problem="none", stars="1")
    audited.answer("eve", first, helpful="no")
    audited.argilla.chiefs.add("sue")
    decide(audited, "sue", first, helpful="no", problem="none", stars="1")  # reviewers differ
    sweep(audited.world, D)
    audited.settle()
    blind(audited, first)
    assert entries_of_audits(audited) == [(first, PI)] * 2
    audited.store.reviews.doubt(D, [first])
    audited.mark(first)
    audited.settle()
    blind(audited, first)


def test_an_answer_that_is_taken_back_is_asked_for_again(audited: ServiceInMemory) -> None:
    first = crowd(audited)[0]
    decide(audited, "rob", first, helpful="no", problem="none", stars="1")
    decide(audited, "rob", first, "draft", helpful="no")
    assert first in audited.store.reviews.audits(D)
    blind(audited, first)


def test_an_audit_that_a_reviewer_discards_does_not_hold_up_the_others(
    audited: ServiceInMemory,
) -> None:
    line = crowd(audited)
    decide(audited, "rob", line[0], "discarded")
    assert line[0] not in audited.store.reviews.audits(D)
    assert line[0] not in dict(audited.store.reviews.due(D))  # nor is it shown with a note
    assert sum(record in copies(audited) for record in line) > MIN_WAITING


def test_a_record_that_is_reopened_waits_until_it_is_complete(audited: ServiceInMemory) -> None:
    first = crowd(audited)[0]
    audited.argilla.retract("ann", first)
    audited.mark(first)
    audited.settle()
    assert first not in audited.store.reviews.audits(D)
    assert first not in copies(audited)
    audited.answer("cas", first, helpful="yes")
    audited.settle()
    assert first in audited.store.reviews.audits(D)
    blind(audited, first)


def test_a_deleted_record_leaves_the_line(audited: ServiceInMemory) -> None:
    first = crowd(audited)[0]
    del audited.argilla.rows[D][first]
    audited.mark(first)
    audited.settle()
    assert first not in audited.store.reviews.audits(D)
    assert first not in copies(audited)


def test_a_copy_that_argilla_refuses_leaves_the_line_to_the_others(
    audited: ServiceInMemory,
) -> None:
    audited.argilla.refuses.update(
        sorted(RECORDS, key=lambda record: place(record, D))[: len(RECORDS) // 2]
    )
    line = crowd(audited)
    assert not set(line) & set(audited.store.reviews.refused(D))


def test_replies_to_one_prompt_are_audited_together_or_not_at_all(audited: ServiceInMemory) -> None:
    audited.argilla.add(*RECORDS)
    for n, record in enumerate(RECORDS):
        fields = {"prompt": f"what is the number {n // 3} good for?", "text": f"reply {n}"}
        audited.argilla.rows[D][record].fields = fields
        agree(audited, record)
    audited.settle()
    line = audited.store.reviews.audits(D)
    assert line
    thirds = [RECORDS.index(record) // 3 for record in line]
    assert all(thirds.count(third) == 3 for third in thirds)


def test_without_audits_every_record_is_reviewed_worst_first(build: Build) -> None:
    service = opened(build(settled_confidence=0.75, review_audits=0.0))
    assert crowd(service) == []
    assert len(service.store.reviews.due(D, 0, 100)) == 20
    assert len(service.store.reviews.exposed(D)) == 20


def changed(service: ServiceInMemory, **defaults: object) -> None:
    """The same service under other settings."""
    set_to(service, **defaults)
    service.mark("n00")
    service.settle()


def set_to(service: ServiceInMemory, **defaults: object) -> None:
    plan = service.world.settings.plan
    now = plan.model_copy(update={"defaults": {**plan.defaults, **defaults}})
    settings = service.world.settings.model_copy(update={"plan": now})
    object.__setattr__(service.world, "settings", settings)


def test_what_was_worth_a_review_before_audits_were_drawn_is_none(build: Build) -> None:
    """It may have been reviewed with a note, and those that were are the hard ones."""
    service = opened(build(settled_confidence=0.75, review_audits=0.0))
    crowd(service)
    exposed = service.store.reviews.exposed(D)
    changed(service, review_audits=0.15)
    line = service.store.reviews.audits(D)
    assert line
    assert not set(line) & exposed
    assert len(service.store.reviews.due(D, 0, 100)) == 20


def test_what_is_known_before_audits_are_drawn_is_looked_through_in_slices(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, service = (opened(build(settled_confidence=0.75, review_audits=0.0)) for _ in range(2))
    for each in (at_once, service):
        crowd(each)
    changed(at_once, review_audits=0.15)
    set_to(service, review_audits=0.15)
    every, pages = dict(service.store.datasets.scan_ledger(D)), list[int]()

    def page(_: str, at: int) -> tuple[int, dict[str, LedgerEntry]]:
        pages.append(at)
        further = at + 20 if at + 20 < len(every) else 0
        return further, {i: every[i] for i in sorted(every)[at : at + 20]}

    monkeypatch.setattr(service.store.datasets, "ledger_page", page)
    assert service.distil(slice_s=0.0).waiting
    assert (pages, service.store.datasets.fact(D, "audits")) == ([0], "on 20")
    service.settle()
    assert pages == list(range(0, len(every), 20))
    assert service.store.datasets.fact(D, "audits") == "on"
    assert service.store.reviews.audits(D) == at_once.store.reviews.audits(D)
    assert service.store.reviews.exposed(D) == at_once.store.reviews.exposed(D)


def test_audits_that_are_given_up_are_reviewed_worst_first_and_are_none_later(
    audited: ServiceInMemory,
) -> None:
    line = crowd(audited)
    hard = {record for record in line if RECORDS.index(record) % 3 == 0}
    assert hard
    changed(audited, review_audits=0.0)
    assert audited.store.reviews.audits(D) == []
    assert hard <= set(dict(audited.store.reviews.due(D, 0, 100)))
    changed(audited, review_audits=0.15)
    assert audited.store.reviews.audits(D) == [record for record in line if record not in hard]


def test_an_earlier_releases_reviews_are_no_audits(audited: ServiceInMemory) -> None:
    """As it left them: no line, no note of who was exposed, and nobody asked whether audits are drawn."""
    line = crowd(audited)
    changed(audited, review_audits=0.0)
    keys = audited.store.keys
    audited.store.redis.delete(keys.of(D, "exposed"))
    audited.store.redis.hdel(keys.of(D, "info"), "audits")
    hard = {record for record in line if RECORDS.index(record) % 3 == 0}
    changed(audited, review_audits=0.15)
    assert hard
    assert not hard & set(audited.store.reviews.audits(D))
    assert hard <= audited.store.reviews.exposed(D)


def test_after_a_fresh_start_audits_are_the_same_and_keep_what_was_answered(
    audited: ServiceInMemory,
) -> None:
    line = crowd(audited)
    decide(audited, "rob", line[0], helpful="no", problem="none", stars="1")
    shown = [record for record in line[1:] if record in copies(audited)]
    other = audited.fresh()
    adopt(other.world, other.argilla.datasets())
    other.settle()
    assert other.store.reviews.audits(D) == line[1:]
    for record in shown:
        blind(other, record)
    assert entries_of_audits(other) == [(line[0], PI)]


def test_a_new_review_dataset_asks_for_the_audits_that_are_left(audited: ServiceInMemory) -> None:
    line = crowd(audited)
    decide(audited, "rob", line[0], helpful="no", problem="none", stars="1")
    del audited.argilla.rows[review_id(audited)], audited.argilla.sets[review_id(audited)]
    disable(audited.world, D)
    enable(audited.world, D)
    audited.settle()
    assert line[0] not in audited.store.reviews.audits(D)
    blind(audited, line[1])


def test_a_reviewer_who_answers_the_record_itself_takes_it_out_of_the_line(build: Build) -> None:
    service = build(settled_confidence=0.75)
    plan = service.world.settings.plan
    sources = plan.sources.model_copy(update={"reviewers": ("rev",)})
    settings = service.world.settings.model_copy(
        update={"plan": plan.model_copy(update={"sources": sources})}
    )
    object.__setattr__(service.world, "settings", settings)
    first = crowd(opened(service))[0]
    service.answer("rev", first, helpful="no")
    service.settle()
    assert first not in service.store.reviews.audits(D)
    assert first in service.store.reviews.exposed(D)


def test_audits_stand_among_the_others_in_the_queue(audited: ServiceInMemory) -> None:
    line = crowd(audited)
    rows = copies(audited)
    ranked = sorted(rows, key=lambda record: -rows[record][1].metadata["priority"])
    places = [ranked.index(record) for record in line if record in rows]
    assert 0 < min(places) < len(ranked) - 1


def test_guidelines_of_the_review_dataset_tell_of_audits(build: Build) -> None:
    told = body(CHAT, DatasetSettings.model_validate({}), "chat-review", "w1")["guidelines"]
    assert "drawn at random" in told
    none = DatasetSettings.model_validate({"review_audits": 0.0})
    without = body(CHAT, none, "chat-review", "w1")["guidelines"]
    assert "drawn at random" not in without
