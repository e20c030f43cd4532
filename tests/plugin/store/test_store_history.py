"""The history on a real Redis: ordered, whole, never rewritten, whatever the clock does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.exceptions import ResponseError

from argilla_distill.domain.history import START, Details, Entry
from argilla_distill.plugin.store import Store

D = "dataset"


def append(store: Store, now: int, *entries: Entry) -> list[Entry]:
    ids = store.history.ids(D, now, len(entries))
    filed = [replace(entry, id=i) for entry, i in zip(entries, ids, strict=True)]
    with store.redis.pipeline(transaction=True) as pipe:
        store.history.append(pipe, D, filed)
        pipe.execute()
    return filed


def test_an_empty_history_begins_at_the_start(store: Store) -> None:
    assert store.history.last(D) == START
    assert list(store.history.after(D, START)) == []
    assert store.history.length(D) == 0
    assert store.history.entries(D, ["1-0"]) == []


def test_entries_come_back_whole_and_in_order(store: Store) -> None:
    said = Entry("answer", "r1", 0, "submitted", {"q": "ja, „så“"}, {"q": 0}, 12, Details(("q",)))
    told = Entry("fit", values={"q": None})
    filed = append(store, 1_000, said, told)
    assert [entry.id for entry in filed] == ["1000-0", "1000-1"]
    assert list(store.history.after(D, START)) == filed
    assert list(store.history.after(D, "1000-0")) == filed[1:]
    assert store.history.entries(D, ["1000-1", "7-7", "1000-0"]) == filed[::-1]
    assert (filed[0].seen_at, store.history.length(D), store.history.last(D)) == (
        1_000,
        2,
        "1000-1",
    )


def test_ids_go_on_when_the_clock_stands_still_or_goes_backwards(store: Store) -> None:
    clock = [1_000, 1_000, 400, 1_000, 1_001, 0]
    filed = [
        entry.id for now in clock for entry in append(store, now, Entry("answer"), Entry("answer"))
    ]
    assert filed == [
        *(f"1000-{i}" for i in range(8)),
        *(f"1001-{i}" for i in range(4)),
    ]
    assert [entry.id for entry in store.history.after(D, START)] == filed


def test_no_entry_is_ever_rewritten(store: Store) -> None:
    (first,) = append(store, 1_000, Entry("answer", "r1"))
    with pytest.raises(ResponseError):
        store.history.append(store.redis, D, [replace(first, record="r2")])
    assert list(store.history.after(D, START)) == [first]


def test_a_long_tail_is_read_in_parts_without_a_gap(store: Store) -> None:
    filed = append(store, 5, *(Entry("answer", f"r{i}") for i in range(7)))
    for count in (1, 2, 3, 7, 8):
        assert list(store.history.after(D, START, count)) == filed


JSON = st.dictionaries(
    st.text(min_size=1, max_size=5),
    st.none()
    | st.integers(-9, 9)
    | st.floats(0, 1)
    | st.text(max_size=5)
    | st.lists(st.text(max_size=2)),
    max_size=3,
)
SHARES = st.floats(0, 1)
DETAILS = st.builds(
    Details,
    st.lists(st.text(max_size=2)).map(tuple),
    st.booleans(),
    st.sampled_from(["", "submitted", "draft"]),
    st.text(max_size=5),
    st.dictionaries(st.text(max_size=2), st.tuples(st.none() | st.text(max_size=2), SHARES)),
    st.none() | SHARES | st.lists(SHARES, max_size=2),
    st.none() | SHARES,
    st.text(max_size=5),
    st.none() | st.integers(0, 5),
    st.none() | st.integers(0, 5),
    st.none() | st.integers(0, 5),
    st.text(max_size=5),
)
ENTRIES = st.builds(
    Entry,
    st.sampled_from(["answer", "suggestion", "adjudication", "decision", "fit"]),
    st.text(max_size=5),
    st.none() | st.integers(0, 5),
    st.sampled_from(["", "submitted", "draft", "discarded", "deleted"]),
    JSON,
    JSON,
    st.integers(0, 2**48),
    DETAILS,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES, st.integers(1, 10_000))
def test_every_entry_survives_the_round_trip(store: Store, entry: Entry, now: int) -> None:
    (filed,) = append(store, now, entry)
    assert store.history.entries(D, [filed.id]) == [filed]
