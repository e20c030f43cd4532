"""Groups of prompts: which prompts are nearly the same, found without loading them all, and kept for ever.

A prompt is known by its fingerprint of 64 bits (`domain.fingerprint`). It lies in four buckets, one for each
of its bands of 16 bits; fingerprints that are near share one of them. What a prompt's group is, is
`domain.versions.split`'s.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from argilla_distill.domain.fingerprint import NEAR, distance
from argilla_distill.domain.versions.split import Groups
from argilla_distill.plugin.store.keys import Keys

BYTES = 8
"""Of a fingerprint."""

BAND_BYTES = 2

_KEEP = """
for i = 1, #ARGV, 2 do
    local print, group, known = ARGV[i], ARGV[i + 1], false
    for band = 0, 3 do
        local field = band .. string.sub(print, 2 * band + 1, 2 * band + 2)
        local bucket = redis.call('HGET', KEYS[1], field) or ''
        for at = 1, #bucket, 8 do
            if string.sub(bucket, at, at + 7) == print then known = true end
        end
        if known then break end
        redis.call('HSET', KEYS[1], field, bucket .. print)
    end
    if not known and group ~= print then redis.call('HSET', KEYS[2], print, group) end
end
"""
"""Whoever comes second finds the print in its first bucket, and changes nothing."""


class Prompts:
    """Fingerprints of all datasets' prompts, and their groups.

    A bucket is one text of all its fingerprints, so that a prompt takes four times eight bytes, and the
    buckets 20 MB at most. Most prompts are groups of their own; those that are not are kept apart.
    """

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._keep = redis.register_script(_KEEP)

    def groups(self, dataset_id: str, prints: Sequence[str]) -> dict[str, str]:
        """Fingerprint → its group, of some prompts; those that are new find theirs, and keep it.

        Parameters
        ----------
        prints : 16 hex digits each, none of them empty.
        """
        asked = list(dict.fromkeys(prints))
        if not asked:
            return {}
        key = self._keys.of(dataset_id, "prompts")
        packed = {print_: bytes.fromhex(print_) for print_ in asked}
        fields = [field for each in packed.values() for field in _fields(each)]
        buckets = iter(self._redis.hmget(key, fields))
        near: set[str] = set()
        for print_, *found in zip(asked, *[buckets] * 4, strict=True):
            alike = {other for bucket in found if bucket for other in _prints(bucket)}
            near.update(other for other in alike if distance(other, print_) <= NEAR)
        known = self._known(dataset_id, sorted(near))
        groups = Groups(known)
        found_ = {print_: groups.of_print(print_) for print_ in asked}
        new = groups.take_new()
        if new:
            flat = chain.from_iterable(new.items())
            of_joined = self._keys.of(dataset_id, "prompts:joined")
            self._keep(keys=[key, of_joined], args=[bytes.fromhex(each) for each in flat])
        return found_

    def _known(self, dataset_id: str, prints: Sequence[str]) -> dict[str, str]:
        """The groups of prints that are in the buckets."""
        if not prints:
            return {}
        key = self._keys.of(dataset_id, "prompts:joined")
        joined = self._redis.hmget(key, [bytes.fromhex(print_) for print_ in prints])
        return {p: group.hex() if group else p for p, group in zip(prints, joined, strict=True)}


def _fields(print_: bytes) -> Iterator[bytes]:
    """The buckets of a fingerprint."""
    for band in range(BYTES // BAND_BYTES):
        yield b"%d" % band + print_[BAND_BYTES * band : BAND_BYTES * (band + 1)]


def _prints(bucket: bytes) -> Iterator[str]:
    """The fingerprints in a bucket."""
    text = bucket.hex()
    return (text[at : at + 2 * BYTES] for at in range(0, len(text), 2 * BYTES))
