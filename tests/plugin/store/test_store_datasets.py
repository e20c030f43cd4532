"""What stands now, on a real Redis: ledger, decisions, conflicts, annotators, counts, models."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.conflict import StoredConflict
from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.state.ledger_entry import LedgerAnswer, LedgerEntry
from argilla_distill.domain.state.model_info import ModelInfo, ModelQuestion
from argilla_distill.plugin.store import Store

D = "dataset"


def write(store: Store, *steps: Callable[[Any], None]) -> None:
    with store.redis.pipeline(transaction=True) as pipe:
        for step in steps:
            step(pipe)
        pipe.execute()


def test_datasets_are_remembered_and_forgotten(store: Store) -> None:
    for name in ("b", "a", "b"):
        store.datasets.add(name)
    assert store.datasets.ids() == ["a", "b"]
    store.datasets.note("a", heard=1)
    store.datasets.forget("a")
    assert store.datasets.ids() == ["b"]
    assert store.datasets.info("a") == {}


def test_facts_are_texts_and_counts_add_up(store: Store) -> None:
    store.datasets.note(D, name="support/chat", failing=0)
    write(
        store,
        lambda pipe: store.datasets.count(pipe, D, "observed", 3),
        lambda pipe: store.datasets.count(pipe, D, "observed", -1),
        lambda pipe: store.datasets.count(pipe, D, "untouched", 0),
    )
    assert store.datasets.info(D) == {"name": "support/chat", "failing": "0", "observed": "2"}
    assert [store.datasets.fact(D, name) for name in ("observed", "heard")] == ["2", None]


def test_ledger_and_decisions_are_read_in_the_order_asked_for(store: Store) -> None:
    entry = LedgerEntry("pending", 1, {0: LedgerAnswer("draft", 2, {"q": "ünï"})})
    decided = {"q": StoredDecision(None, 0.5)}
    write(
        store,
        lambda pipe: store.datasets.write_ledger(pipe, D, {"r1": entry}),
        lambda pipe: store.datasets.write_decisions(pipe, D, {"r1": decided, "r2": {}}),
    )
    assert store.datasets.ledger(D, ["r2", "r1"]) == [None, entry]
    assert store.datasets.ledger(D, []) == []
    assert store.datasets.decisions(D, ["r2", "r1", "r3"]) == [{}, decided, None]
    write(store, lambda pipe: store.datasets.write_decisions(pipe, D, {"r1": None, "r9": None}))
    assert store.datasets.decisions(D, ["r1"]) == [None]


def test_records_that_are_gone_do_not_stand(store: Store) -> None:
    statuses = {"r1": "pending", "r2": "gone", "r3": "completed"}
    entries = {record_id: LedgerEntry(status, 1) for record_id, status in statuses.items()}
    write(store, lambda pipe: store.datasets.write_ledger(pipe, D, entries))
    assert sorted(store.datasets.current_records(D)) == ["r1", "r3"]


def test_a_record_is_found_in_its_dataset(store: Store) -> None:
    for dataset_id in ("d1", "d2"):
        store.datasets.add(dataset_id)
    write(
        store, lambda pipe: store.datasets.write_ledger(pipe, "d2", {"r1": LedgerEntry("gone", 1)})
    )
    assert store.datasets.of_record("r1") == "d2"
    assert store.datasets.of_record("r2") is None


def test_a_record_is_found_by_its_external_id_in_every_dataset_that_has_it(store: Store) -> None:
    looks_like_an_id = "A8A2D8F6-0000-4000-8000-000000000001"
    for dataset_id, record_id, external_id in (
        ("d1", "r1", "t/1 ü"),
        ("d2", "r2", "t/1 ü"),
        ("d2", "r3", looks_like_an_id),
    ):
        store.datasets.add(dataset_id)
        entry = LedgerEntry("pending", 1, external_id=external_id)
        write(
            store,
            partial(store.datasets.write_ledger, dataset_id=dataset_id, entries={record_id: entry}),
        )
    assert store.datasets.named("t/1 ü") == [("d1", "r1"), ("d2", "r2")]
    assert store.datasets.named("r1") == [("d1", "r1")]
    assert store.datasets.named(looks_like_an_id) == [("d2", "r3")]
    assert store.datasets.named("t/2") == []
    assert store.datasets.external_ids("d2", ["r2", "nobody"]) == {"r2": "t/1 ü"}


def test_a_record_that_is_gone_leaves_its_external_id_to_the_next(store: Store) -> None:
    store.datasets.add("d1")
    for record_id, status in (("r1", "completed"), ("r2", "pending"), ("r1", "gone")):
        entries = {record_id: LedgerEntry(status, 1, external_id="t1")}
        write(store, partial(store.datasets.write_ledger, dataset_id="d1", entries=entries))
    assert store.datasets.named("t1") == [("d1", "r2")]


def test_conflicts_are_kept_by_record_and_question_whatever_the_question_is_called(
    store: Store,
) -> None:
    conflict = StoredConflict("open", {"a": (0,), "b": (1,)}, 1)
    kept = {("r1", "helpful"): conflict, ("r1", "a|b|c"): StoredConflict("settled", {}, 2)}
    write(store, lambda pipe: store.datasets.write_conflicts(pipe, D, kept))
    assert store.datasets.conflicts(D) == kept
    assert store.datasets.conflicts_on(D, [("r1", "helpful"), ("r2", "helpful")]) == {
        ("r1", "helpful"): conflict
    }
    assert store.datasets.conflicts_on(D, []) == {}
    write(store, lambda pipe: store.datasets.write_conflicts(pipe, D, {("r1", "helpful"): None}))
    assert list(store.datasets.conflicts(D)) == [("r1", "a|b|c")]


def test_related_records_are_kept_by_kind_and_empty_kinds_are_dropped(store: Store) -> None:
    write(
        store,
        lambda pipe: store.datasets.write_related(pipe, D, {"k1": ["r1", "r2"], "k2": ["r3"]}),
    )
    write(store, lambda pipe: store.datasets.write_related(pipe, D, {"k2": []}))
    assert store.datasets.related(D, ["k1", "k2"]) == {"k1": ["r1", "r2"], "k2": []}


def test_annotators_are_kept_by_number(store: Store) -> None:
    ann = KnownAnnotator("u1", "ann", "person")
    write(store, lambda pipe: store.datasets.write_annotators(pipe, D, {0: ann}))
    write(
        store, lambda pipe: store.datasets.write_annotators(pipe, D, {1: replace(ann, name="ben")})
    )
    assert {n: a.name for n, a in store.datasets.annotators(D).items()} == {0: "ann", 1: "ben"}


def test_counts_of_responses_that_come_to_nothing_are_not_told(store: Store) -> None:
    count = store.datasets.count_responses
    write(
        store, lambda pipe: count(pipe, D, {(0, "submitted"): 2, (1, "draft"): 1, (2, "draft"): 0})
    )
    write(store, lambda pipe: count(pipe, D, {(0, "submitted"): -1, (1, "draft"): -1}))
    assert store.datasets.responses(D) == {(0, "submitted"): 1}


def test_a_model_is_kept_with_its_facts(store: Store) -> None:
    asked = ModelQuestion("label", ("yes", "no"))
    one, two = (ModelInfo("majority", n, asked, audits=("r1",) * (n - 1)) for n in (1, 2))
    assert store.models.of(D, "q") == (None, None)
    write(store, lambda pipe: store.models.write(pipe, D, "q", b"\x00\xff", one))
    assert store.models.of(D, "q") == (b"\x00\xff", one)
    write(store, lambda pipe: store.models.write(pipe, D, "q", None, two))
    assert store.models.of(D, "q") == (b"\x00\xff", two)
    assert store.models.all(D) == {"q": two}


def test_a_name_is_that_of_the_dataset_which_argilla_has(store: Store) -> None:
    """One that was deleted and made again bears it twice; whichever id came first was taken for it."""
    for dataset_id, state in (("a", "deleted"), ("b", "active"), ("c", "deleted")):
        store.datasets.add(dataset_id)
        store.datasets.note(dataset_id, name="support/chat", state=state)
    assert store.datasets.called("support/chat") == ["b"]
    assert store.datasets.called("a") == ["a"]
    store.datasets.note("b", state="deleted")
    assert store.datasets.called("support/chat") == ["a", "b", "c"]
    assert store.datasets.called("support/chad") == []
