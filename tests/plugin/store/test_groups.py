"""A prompt's group is found without loading all prompts, and is the one that versions know."""

from __future__ import annotations

import random

import pytest

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
    groups = store.prompts.groups(D, [first, *near, far])
    assert len({groups[print_] for print_ in [first, *near]}) == 1
    assert groups[far] != groups[first]
    assert NEAR == 3


def test_a_group_once_given_stays(store: Store) -> None:
    prints = [fingerprint({"prompt": f"What is the number {n} good for?"}) for n in range(200)]
    given = store.prompts.groups(D, prints[:100])
    later = store.prompts.groups(D, prints)
    assert given.items() <= later.items()
    assert store.prompts.groups(D, [*reversed(prints), prints[0]]) == later
    assert set(later) == set(prints)
    assert store.prompts.groups(D, []) == {}


def test_groups_found_bucket_by_bucket_are_those_found_with_all_prompts_in_memory(
    store: Store,
) -> None:
    draw = random.Random(0)
    centres = [f"{draw.getrandbits(64):016x}" for _ in range(30)]
    prints = [
        flipped(draw.choice(centres), *draw.sample(range(64), draw.randrange(5)))
        for _ in range(400)
    ]
    at_once = Groups()
    expected = {print_: at_once.of_print(print_) for print_ in prints}
    found: dict[str, str] = {}
    for start in range(0, len(prints), 40):
        found |= store.prompts.groups(D, prints[start : start + 40])
    assert found == expected
    assert len(set(found.values())) < len(found)


def test_a_prompt_that_comes_later_joins_its_group_and_neither_moves_it(store: Store) -> None:
    first = fingerprint({"prompt": "Where is my parcel? It was to come on Monday."})
    second, third = flipped(first, 5, 40), flipped(first, 5, 40, 63, 62)
    store.prompts.groups(D, [first])
    assert store.prompts.groups(D, [second]) == {second: first}
    assert store.prompts.groups(D, [third]) == {third: first}, "near the second, in its group"
    assert store.prompts.groups(D, [first, second, third]) == dict.fromkeys(
        [first, second, third], first
    )


def test_of_two_that_find_a_prompt_new_at_once_the_first_gives_it_its_group(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = fingerprint({"prompt": "Where is my parcel? It was to come on Monday."})
    near = flipped(first, 5)
    store.prompts.groups(D, [first, near])
    with monkeypatch.context() as late:
        late.setattr(store.redis, "hmget", lambda key, fields: [None] * len(fields))
        assert store.prompts.groups(D, [near]) == {near: near}, "it saw neither"
    assert store.prompts.groups(D, [near]) == {near: first}
