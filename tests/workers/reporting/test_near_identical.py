"""Near-identical records: found without comparing all with all, and shown where decisions differ."""

from __future__ import annotations

import numpy as np
import pytest

from argilla_distill.domain.fingerprint import NEAR, distance
from argilla_distill.domain.report import Across
from argilla_distill.plugin.store import Store
from argilla_distill.workers.reporting import near_identical as module
from argilla_distill.workers.reporting.near_identical import NearGroups, near_pairs
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.stored_dataset import D, StoredDataset


def prints(n: int, seed: int) -> list[int]:
    """Random fingerprints, many of them a few bits from another."""
    draw = np.random.default_rng(seed)
    found = [int(draw.integers(1, 2**63)) for _ in range(n)]
    for _ in range(2 * n):
        here = found[int(draw.integers(len(found)))]
        for bit in draw.choice(64, int(draw.integers(1, 6)), replace=False).tolist():
            here ^= 1 << bit
        found.append(here)
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("seed", range(5))
def test_the_pairs_are_those_that_comparing_all_with_all_finds(seed: int) -> None:
    known = prints(150, seed)
    naive = {
        (i, j)
        for j in range(len(known))
        for i in range(j)
        if distance(f"{known[i]:x}", f"{known[j]:x}") <= NEAR
    }
    found = near_pairs(np.array(known, np.uint64))
    assert len(found) == len({tuple(pair) for pair in found.tolist()})
    assert {(i, j) for i, j in found.tolist()} == naive
    assert len(naive) > 100


def test_thousands_of_fingerprints_that_share_a_band_are_no_trouble() -> None:
    draw = np.random.default_rng(0)
    known = np.unique(draw.integers(0, 2**48, 3_000, np.uint64) << np.uint64(16))
    assert len(near_pairs(known)) == 0


def test_nobody_is_near_anybody_among_none_or_one() -> None:
    assert near_pairs(np.array([], np.uint64)).shape == (0, 2)
    assert near_pairs(np.array([5], np.uint64)).shape == (0, 2)


def alike(texts: list[int]) -> dict[str, list[str]]:
    found = NearGroups.of(np.array(texts, np.uint64))
    return found.alike([f"r{n}" for n in range(len(texts))])


def test_records_are_alike_both_ways_the_same_text_first() -> None:
    assert alike([0b1, 0b11110000, 0b11, 0b1]) == {
        "r0": ["r3", "r2"],
        "r2": ["r0", "r3"],
        "r3": ["r0", "r2"],
    }


def test_records_without_text_are_alike_to_nobody() -> None:
    assert alike([0, 0, 0]) == {}


def test_many_copies_of_one_text_are_told_of_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RECORDS", 40)
    found = alike([7] * 100)
    assert len(found) == 40
    assert all(len(others) == 20 and record not in others for record, others in found.items())


@pytest.fixture
def stored(store: Store) -> StoredDataset:
    return StoredDataset(store)


def across(stored: StoredDataset) -> tuple[int, tuple[Across, ...]]:
    stored.close()
    report(stored.world, D)
    found = stored.store.reports.question(D, stored.question.name)
    assert found is not None
    return found.across_count, found.across


def test_near_identical_records_that_are_decided_differently_are_told_of(
    stored: StoredDataset,
) -> None:
    stored.record("r1", f="00000000000000ff")
    stored.record("r2", f="00000000000000f8")
    stored.record("r3", f="0000000000000000")
    stored.record("r4", f="00000000000000ff")
    stored.say("r1", "apple apple apple")
    stored.say("r2", "pear pear")
    stored.say("r3", "plum plum")
    stored.say("r4", "apple apple")
    count, found = across(stored)
    assert count == 2  # r1 and r2, r4 and r2
    assert found == (Across("r1", "r2", "apple", "pear"),)  # the surest of each kind
    assert stored.store.reports.alike(D, "r1") == ["r4", "r2"]
    assert sorted(stored.store.reports.alike(D, "r2")) == ["r1", "r4"]
    assert stored.store.reports.alike(D, "r3") == []


def test_the_same_text_decided_differently_counts_as_well(stored: StoredDataset) -> None:
    for n, said in enumerate(["apple", "apple", "pear", "plum"]):
        stored.record(f"r{n}", f="0123456789abcdef")
        stored.say(f"r{n}", f"{said} {said}")
    count, found = across(stored)
    assert count == 5  # apple-pear 2, apple-plum 2, pear-plum 1
    assert {(each.value, each.other_value) for each in found} == {
        ("apple", "pear"),
        ("apple", "plum"),
        ("pear", "plum"),
    }


def test_records_that_nothing_is_decided_on_contradict_nobody(stored: StoredDataset) -> None:
    for record in ("r1", "r2"):
        stored.record(record, f="0123456789abcdef")
    stored.say("r1", "apple apple")
    stored.say("r2", "apple pear")
    assert across(stored) == (0, ())
