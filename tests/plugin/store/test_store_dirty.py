"""Waiting records on a real Redis: nothing that arrives during the work is lost, nothing waits for ever."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.work.dirty import Poisoned

D = "dataset"


def finish(store: Store, looked_at: list[str], tries: int = 0) -> None:
    """A batch without dirty records ends, in the hands of who has the lease."""
    lease = store.lease(D)
    assert lease is not None
    assert store.dirty.finish(D, lease.token, [], looked_at, tries)
    lease.release()


def test_marked_records_are_taken_oldest_first_and_taking_removes_nothing(store: Store) -> None:
    store.dirty.mark(D, ["r1"])
    store.dirty.mark(D, ["r2"])
    store.dirty.mark(D, ["r1"])
    assert store.dirty.take(D, 10) == [("r1", "3"), ("r2", "2")]
    assert store.dirty.take(D, 1) == [("r1", "3")]
    assert store.dirty.sizes(D) == (2, 0, 0)


def test_a_dataset_waits_as_long_as_a_record_is_dirty_or_stale(store: Store) -> None:
    waits = [store.dirty.any_waits(D)]
    store.dirty.mark(D, ["r1"])
    waits.append(store.dirty.any_waits(D))
    store.dirty.clear(D, store.dirty.take(D, 1))
    waits.append(store.dirty.any_waits(D))
    store.dirty.make_stale(D, ["r2"])
    waits.append(store.dirty.any_waits(D))
    assert waits == [False, True, False, True]


def test_ten_answers_to_one_record_are_one_entry(store: Store) -> None:
    for _ in range(10):
        store.dirty.mark(D, ["r1"])
    assert store.dirty.sizes(D)[0] == 1


def test_clearing_keeps_a_record_whose_number_moved_on(store: Store) -> None:
    store.dirty.mark(D, ["r1", "r2"])
    taken = store.dirty.take(D, 10)
    store.dirty.mark(D, ["r2"])
    store.dirty.clear(D, taken)
    assert store.dirty.take(D, 10) == [("r2", "3")]
    assert store.dirty.oldest(D) is not None


def test_clearing_all_leaves_no_age_behind(store: Store) -> None:
    store.dirty.mark(D, ["r1", "r2"])
    store.dirty.clear(D, store.dirty.take(D, 10))
    assert (store.dirty.sizes(D), store.dirty.oldest(D), store.dirty.take(D, 10)) == (
        (0, 0, 0),
        None,
        [],
    )


def test_clearing_nothing_is_allowed(store: Store) -> None:
    store.dirty.clear(D, [])
    finish(store, [])
    assert store.dirty.sizes(D) == (0, 0, 0)


def test_the_age_is_that_of_the_first_delivery_not_of_the_latest(store: Store) -> None:
    before = store.now()
    store.dirty.mark(D, ["r1"])
    first = store.dirty.oldest(D)
    assert first is not None
    assert before <= first <= store.now()
    store.dirty.mark(D, ["r1"])
    assert store.dirty.oldest(D) == first


def test_one_wake_claims_until_it_is_given_back(store: Store) -> None:
    assert store.dirty.mark(D, ["r1"])
    assert not store.dirty.mark(D, ["r2"])
    assert not store.wake(D)
    assert store.wake("another dataset")


def test_what_argilla_was_heard_of_only_grows(store: Store) -> None:
    for heard in (0, 50, 70, 60):
        store.dirty.mark(D, ["r1"], heard)
    assert store.datasets.info(D) == {"heard": "70"}


def test_a_few_are_begun_with_their_numbers_in_one_step_and_many_or_none_are_not(
    store: Store,
) -> None:
    assert store.dirty.begin_few(D, 2) == (0, {})
    store.dirty.mark(D, ["r1"])
    store.dirty.mark(D, ["r2", "r1"])
    assert store.dirty.begin_few(D, 2) == (1, dict(store.dirty.take(D, 2)))
    assert store.dirty.begin_few(D, 1) == (0, {})
    assert store.dirty.begin(D) == 2


def test_datasets_do_not_meet(store: Store) -> None:
    store.dirty.mark(D, ["r1"])
    assert store.dirty.take("other", 10) == []


def test_stale_records_wait_apart(store: Store) -> None:
    store.dirty.make_stale(D, [f"r{i}" for i in range(25_000)])
    assert store.dirty.sizes(D) == (0, 25_000, 0)
    some = store.dirty.take_stale(D, 50)
    assert len(set(some)) == 50
    finish(store, some)
    assert store.dirty.sizes(D)[1] == 24_950
    store.dirty.make_stale(D, [])
    assert store.dirty.sizes(D)[1] == 24_950


def test_who_has_lost_the_lease_ends_no_batch_of_its_next_holder(store: Store) -> None:
    """Stopped just after a batch was kept, and for longer than a lease lasts."""
    store.dirty.mark(D, ["r1"])
    taken = store.dirty.take(D, 1)
    store.dirty.make_stale(D, ["r1", "r2"])
    store.dirty.begin(D)
    assert not store.dirty.finish(D, "a former holder's", taken, ["r1", "r2"])
    assert store.dirty.sizes(D) == (1, 2, 0)
    assert store.dirty.begin(D) == 2


def test_a_record_set_aside_waits_no_more_and_keeps_its_error(store: Store) -> None:
    store.dirty.mark(D, ["r1", "r2"])
    store.dirty.make_stale(D, ["r1"])
    (taken, _) = store.dirty.take(D, 10)
    store.dirty.set_aside(D, taken, "x" * 9_000, 77)
    assert store.dirty.poisoned(D) == {"r1": Poisoned("x" * 500, 77)}
    assert store.dirty.sizes(D) == (1, 0, 1)


def test_a_new_delivery_gives_a_record_set_aside_another_chance(store: Store) -> None:
    store.dirty.mark(D, ["r1"])
    store.dirty.set_aside(D, store.dirty.take(D, 1)[0], "why", 1)
    store.dirty.mark(D, ["r1"])
    assert store.dirty.poisoned(D) == {}
    assert store.dirty.sizes(D)[0] == 1


def test_an_answer_that_arrived_before_its_record_is_set_aside_is_that_other_chance(
    store: Store,
) -> None:
    store.dirty.mark(D, ["r1"])
    (taken,) = store.dirty.take(D, 1)
    store.dirty.mark(D, ["r1"])
    store.dirty.set_aside(D, taken, "why", 1)
    assert store.dirty.sizes(D) == (1, 0, 0)


def test_tries_count_beginnings_until_an_end(store: Store) -> None:
    assert [store.dirty.begin(D) for _ in range(3)] == [1, 2, 3]
    finish(store, [], tries=2)
    assert store.dirty.begin(D) == 3
    finish(store, [])
    assert store.dirty.begin(D) == 1
    store.dirty.end(D)
    assert store.dirty.begin(D) == 1


def test_a_dropped_dataset_waits_for_nothing(store: Store) -> None:
    store.dirty.mark(D, ["r1", "r2"])
    store.dirty.make_stale(D, ["r3"])
    store.dirty.set_aside(D, ("r2", "2"), "why", 1)
    store.dirty.begin(D)
    store.dirty.drop(D)
    assert store.dirty.sizes(D) == (0, 0, 0)
    assert store.dirty.oldest(D) is None
    assert store.dirty.begin(D) == 1


RECORDS = st.lists(st.sampled_from(["r1", "r2", "r3"]), min_size=1, max_size=3, unique=True)
STEPS = st.lists(st.tuples(st.sampled_from(["mark", "take", "clear"]), RECORDS), max_size=25)


@pytest.mark.parametrize("most", [1, 10])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_delivery_is_forgotten_that_nobody_took_since(
    store: Store, most: int, steps: list[tuple[str, list[str]]]
) -> None:
    store.dirty.drop(D)
    unseen: dict[str, bool] = {}  # record → whether a delivery came since it was last taken
    taken: list[tuple[str, str]] = []
    for step, records in steps:
        if step == "mark":
            store.dirty.mark(D, records)
            unseen.update(dict.fromkeys(records, True))
        elif step == "take":
            taken = store.dirty.take(D, most)
            unseen.update({record: False for record, _ in taken})
        else:
            store.dirty.clear(D, taken)
            unseen = {r: new for r, new in unseen.items() if new or r not in dict(taken)}
        assert {record for record, _ in store.dirty.take(D, 10)} == set(unseen)
