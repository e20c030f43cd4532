"""Which records models are trained on, tuned on and tested with: by group, and for ever.

A group is what must not be parted: the replies to one prompt, and prompts that are nearly the same
(`domain.fingerprint`). Its split is drawn from its name alone, so that a record's split is the same in
every version and round. Only audits keep the split that they were drawn from (`split_of_record`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, Literal

from argilla_distill.domain.fingerprint import BANDS, NEAR, distance, fingerprint

Split = Literal["train", "validation", "test"]

SHARES: tuple[tuple[Split, float], ...] = (("train", 0.8), ("validation", 0.1), ("test", 0.1))

SPLITS: tuple[Split, ...] = tuple(split for split, _ in SHARES)


def split_of(group: str, salt: str) -> Split:
    """The split of a group.

    Parameters
    ----------
    salt : another one draws other splits: the dataset's id.

    >>> split_of("g1", "d") == split_of("g1", "d")
    True
    >>> drawn = [split_of(str(n), "d") for n in range(10_000)]
    >>> [round(drawn.count(s) / 10_000, 1) for s in ("train", "validation", "test")]
    [0.8, 0.1, 0.1]
    """
    digest = blake2b(f"{salt}\0{group}".encode(), digest_size=8).digest()
    place, bound = int.from_bytes(digest, "big") / 2**64, 0.0
    for split, share in SHARES:
        bound += share
        if place < bound:
            return split
    return SHARES[-1][0]


def split_of_record(
    record_id: str, group: str, dataset_id: str, audited: Collection[str] = ()
) -> Split:
    """The split of a record.

    Parameters
    ----------
    group : what must not be parted; "" for a record that has none, which is a group of its own.
    audited : records that were audited, and their groups: test for ever, whatever became of their texts, or
        of the setting that names the prompt, since they were drawn.

    >>> split_of_record("r1", "g", "d") == split_of_record("r2", "g", "d") == split_of("g", "d")
    True
    >>> {split_of_record(str(n), f"g{n}", "d", {str(n)}) for n in range(99)}
    {'test'}
    """
    if record_id in audited or group in audited:
        return "test"
    return split_of(group or record_id, dataset_id)


@dataclass
class Groups:
    """Groups of prompts, as they come. The first of a group names it; later ones join it.

    Whoever comes later never moves one that was there: it joins the first near group, or begins one.

    >>> groups = Groups()
    >>> one = groups.of({"prompt": "Where is my parcel? It was to come on Monday."})
    >>> one == groups.of({"prompt": "where is my parcel, it was to come on monday"})
    True
    >>> one == groups.of({"prompt": "How do I get my money back for the broken lamp?"})
    False
    """

    known: dict[str, str] = field(default_factory=dict)
    _new: dict[str, str] = field(default_factory=dict)
    _bands: dict[tuple[int, str], list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for print_ in self.known:
            self._file(print_)

    def of(self, fields: Mapping[str, Any]) -> str:
        """The group of a record with these fields. "" for one without a word of text."""
        found = fingerprint(fields)
        return self.of_print(found) if found else ""

    def of_print(self, found: str) -> str:
        """The group of a fingerprint (`domain.fingerprint`)."""
        if found not in self.known:
            near = [p for band in bands(found) for p in self._bands.get(band, ())]
            nearest = min(near, key=lambda p: (distance(p, found), p), default="")
            joins = nearest and distance(nearest, found) <= NEAR
            self.known[found] = self._new[found] = self.known[nearest] if joins else found
            self._file(found)
        return self.known[found]

    def take_new(self) -> dict[str, str]:
        """The fingerprints that became known since this was last asked, with their groups."""
        new, self._new = self._new, {}
        return new

    def _file(self, found: str) -> None:
        for band in bands(found):
            self._bands.setdefault(band, []).append(found)


def prompt_of(fields: Mapping[str, Any], prompt_field: str) -> Mapping[str, Any]:
    """What of a record makes its group: its prompt, or everything where it has none.

    >>> prompt_of({"prompt": "Hi", "reply": "Hello"}, "prompt"), prompt_of({"text": "Hi"}, "prompt")
    ({'prompt': 'Hi'}, {'text': 'Hi'})
    """
    prompt = fields.get(prompt_field)
    return {prompt_field: prompt} if prompt else fields


def bands(found: str) -> list[tuple[int, str]]:
    """The parts of a fingerprint, with their places: near fingerprints share one of them at least."""
    width = len(found) // BANDS
    return [(n, found[n * width : (n + 1) * width]) for n in range(BANDS)]
