"""A prompt's group is found without loading all prompts, and is the one that versions know."""

from __future__ import annotations

from argilla_distill.domain.fingerprint import NEAR, fingerprint
from argilla_distill.domain.versions.split import Groups
from argilla_distill.plugin.store import Store

D = "3d9e6f2d-3b6c-4a10-9d3e-6f1ad25d3f0a"


def flipped(print_: str, *bits: int) -> str:
    """A fingerprint with some bits turned."""
    number = int(print_, 16)
    for bit in bits:
        number ^= 1 << bit
    return f"{number:016x}"


def test_near_prompts_join_a_group_in_whatever_band_they_differ(store: Store) -> None:
    first = fingerprint({"prompt": "Where is my parcel? It was to come on Monday."})
    near = [flipped(first, 0, 17, 34), flipped(first, 63), flipped(first, 1, 2, 3)]
    far = flipped(first, 4, 5, 20, 21, 36, 37, 52, 53)
    groups = store.versions.groups(D, [first, *near, far])
    assert len({groups[print_] for print_ in [first, *near]}) == 1
    assert groups[far] != groups[first]
    assert NEAR == 3


def test_a_group_once_given_stays_and_is_what_versions_have(store: Store) -> None:
    prints = [fingerprint({"prompt": f"What is the number {n} good for?"}) for n in range(200)]
    given = store.versions.groups(D, prints[:100])
    assert store.versions.groups(D, prints) == store.versions.groups(D, prints)
    known = store.versions.prints(D)
    assert given.items() <= known.items()
    assert set(known) == set(prints)
    all_at_once = Groups(known)
    assert {p: all_at_once.of_print(p) for p in prints} == known
    assert all_at_once.take_new() == {}


def test_what_a_version_came_upon_is_near_for_those_that_come_later(store: Store) -> None:
    first = fingerprint({"prompt": "Where is my parcel? It was to come on Monday."})
    groups = Groups({})
    groups.of_print(first)
    store.versions.keep_prints(D, groups.take_new())
    later = flipped(first, 5, 40)
    assert store.versions.groups(D, [later]) == {later: first}
