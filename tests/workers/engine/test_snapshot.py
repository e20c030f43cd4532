from __future__ import annotations

import io
import time
from typing import Any

import numpy as np
import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.errors import BadSnapshot
from tests.workers.engine.crowds import crowd


def test_whatever_a_state_may_hold_comes_back() -> None:
    state: dict[str, Any] = {
        "strategy": "majority",
        "labels": ["ja", "näin", "", '"\n'],
        "rate": 0.1,
        "n": 7,
        "counts": np.array([[1.5, -2.0]]),
        "record": np.array([0, 70_000], np.int32),
        "none": np.empty(0, np.int32),
        "signed": np.array([-1, 200]),
    }
    again = snapshot.unpack(snapshot.pack(state))
    assert again.keys() == state.keys()
    for key, value in state.items():
        np.testing.assert_array_equal(again[key], np.asarray(value))


@pytest.mark.parametrize("n", [0, 1, 5, 200_000])
def test_arrays_of_any_shape_come_back_and_may_be_changed(n: int) -> None:
    """Small states and large ones are written in two ways."""
    state = {
        "flat": np.arange(float(n)),
        "turned": np.arange(6 * n).reshape(2, 3, n).transpose(2, 0, 1),
        "half": np.ones((n, 2), np.float32),
        "yes": np.arange(n) % 2 == 0,
        "one": np.array(2.5),
    }
    again = snapshot.unpack(snapshot.pack({"strategy": "x", **state}))
    for key, value in state.items():
        np.testing.assert_array_equal(again[key], value)
        assert (again[key].dtype.kind in "iu") == (value.dtype.kind in "iu")
        again[key][...] = 0


def test_a_small_state_of_many_arrays_is_written_in_no_time() -> None:
    """A file of its own for each array, within an archive, took most of what an answer's saving took."""
    state = {f"array {number}": np.arange(number % 7) for number in range(400)}
    start = time.process_time()
    for _ in range(10):
        snapshot.unpack(snapshot.pack(state))
    taken = time.process_time() - start
    start = time.process_time()
    for _ in range(10):
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **state)
        dict(np.load(io.BytesIO(file.getvalue())))
    assert taken < (time.process_time() - start) / 2


def test_arrays_of_objects_are_never_written() -> None:
    with pytest.raises(ValueError, match="pickle"):
        snapshot.pack({"strategy": "x", "a": np.array([{}], object)})


def test_equal_states_make_equal_bytes() -> None:
    votes, _ = crowd(1)
    packs = [
        snapshot.pack(registry.create("majority", label_question("a", "b", "c")).fit(votes).state())
    ]
    packs.append(snapshot.pack(registry.restore(snapshot.unpack(packs[0])).state()))
    assert packs[0] == packs[1]


@pytest.mark.parametrize("data", [b"", b"garbage", b"PK\x03\x04garbage", b"\x80\x04N."])
def test_bytes_that_are_no_snapshot_are_refused(data: bytes) -> None:
    with pytest.raises(BadSnapshot, match="snapshot of a strategy"):
        snapshot.unpack(data)


def test_a_damaged_snapshot_is_refused() -> None:
    data = bytearray(snapshot.pack({"strategy": "majority", "a": np.arange(10_000.0)}))
    data[len(data) // 2] ^= 0xFF
    with pytest.raises(BadSnapshot):
        snapshot.unpack(bytes(data))
    with pytest.raises(BadSnapshot):
        snapshot.unpack(bytes(data[:-40]))


def test_pickles_are_never_read() -> None:
    file = io.BytesIO()
    np.savez(file, json=np.array([{"format": 1}], dtype=object))
    with pytest.raises(BadSnapshot, match="allow_pickle=False"):
        snapshot.unpack(file.getvalue())


def test_a_format_of_another_release_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "FORMAT", 99)
    data = snapshot.pack({"strategy": "majority"})
    monkeypatch.undo()
    with pytest.raises(BadSnapshot, match="snapshot format 99; this release reads 4"):
        snapshot.unpack(data)


def test_a_hundred_thousand_votes_pack_and_load_in_no_time() -> None:
    votes, _ = crowd(2, n_records=20_000, share=1.0)
    state = registry.create("dawid_skene", label_question("a", "b", "c")).fit(votes).state()
    start = time.process_time()  # of our own work: others may keep the machine busy
    data = snapshot.pack(state)
    snapshot.unpack(data)
    assert time.process_time() - start < 0.2
    assert len(data) / len(votes) < 40
