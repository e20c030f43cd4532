"""Versions as far as Redis knows them: manifests, tags, and what is being made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.versions.manifest import FailedVersion, Manifest, VersionRequest
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

HELD_MS = 15_000
"""So long a worker that was killed keeps others from going on with what it was making."""

SENT_MS = 300_000
"""So long a machine that is gone keeps others from sending files; one file is sent in less."""

MAX_FAILURES = 20
"""So many versions that could not be made are remembered."""

_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

_LET_GO = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""


class Versions:
    """The versions of all datasets. Their files are elsewhere (`DISTILL_VERSIONS`)."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def number(self, dataset_id: str, strategy: str) -> int:
        """The next number of a strategy's versions. None is given twice."""
        return int(self._redis.hincrby(self._keys.of(dataset_id, "version_numbers"), strategy, 1))

    # What is being made

    def ask(self, dataset_id: str, request: VersionRequest) -> None:
        """Note that a version is to be made."""
        self.write_request(self._redis, dataset_id, request)

    def write_request(self, pipe: Any, dataset_id: str, request: VersionRequest) -> None:
        """The same within a transaction."""
        pipe.hset(self._keys.of(dataset_id, "making"), request.name, pack(asdict(request)))

    def asked(self, dataset_id: str) -> list[VersionRequest]:
        """The versions that are to be made, the first asked for first."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "making")).values()
        requests = [VersionRequest.read(unpack(value)) for value in found]
        return sorted(requests, key=lambda r: (r.asked_at, r.name))

    def is_asked(self, dataset_id: str, name: str) -> bool:
        """Whether it is (still) to be made."""
        return bool(self._redis.hexists(self._keys.of(dataset_id, "making"), name))

    def hold(self, dataset_id: str, token: str) -> bool:
        """Take or keep the making of a dataset's versions for `HELD_MS`; False if another has it."""
        key = self._keys.of(dataset_id, "maker")
        return bool(self._redis.eval(_HOLD, 1, key, token, HELD_MS))

    def let_go(self, dataset_id: str, token: str) -> None:
        """Give it back."""
        self._redis.eval(_LET_GO, 1, self._keys.of(dataset_id, "maker"), token)

    def send(self, dataset_id: str, name: str, token: str) -> bool:
        """Take or keep the sending of a version's files for `SENT_MS`; False if another machine does it."""
        key = self._keys.of(dataset_id, f"sender:{name}")
        return bool(self._redis.eval(_HOLD, 1, key, token, SENT_MS))

    def held(self, dataset_id: str) -> bool:
        """Whether somebody is making a version of the dataset."""
        return bool(self._redis.exists(self._keys.of(dataset_id, "maker")))

    def note(self, dataset_id: str, name: str, **facts: str | int) -> None:
        """Note how far the making of a version has come: stage, done, total, error, at (ms)."""
        self._redis.hset(self._keys.of(dataset_id, f"making:{name}"), mapping=facts)

    def progress(self, dataset_id: str, name: str) -> dict[str, str]:
        """How far it has come; empty before it is begun and after its end."""
        found = self._redis.hgetall(self._keys.of(dataset_id, f"making:{name}"))
        return {key.decode(): value.decode() for key, value in found.items()}

    def fail(self, dataset_id: str, failed: FailedVersion) -> None:
        """It cannot be made, and is made no longer. The latest failures are remembered."""
        known = sorted([*self.failures(dataset_id), failed], key=lambda each: each.at)
        key = self._keys.of(dataset_id, "version_failures")
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hdel(self._keys.of(dataset_id, "making"), failed.name)
            pipe.delete(self._keys.of(dataset_id, f"making:{failed.name}"))
            pipe.hset(key, failed.name, pack(asdict(failed)))
            for old in known[:-MAX_FAILURES]:
                pipe.hdel(key, old.name)
            pipe.hincrby(self._keys.of(dataset_id, "version_counts"), "failed", 1)
            pipe.execute()

    def failures(self, dataset_id: str) -> list[FailedVersion]:
        """The versions that could not be made since the last one was, the first first."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "version_failures")).values()
        failed = [FailedVersion(**unpack(value)) for value in found]
        return sorted(failed, key=lambda each: (each.at, each.name))

    def count_seconds(self, dataset_id: str, seconds: float) -> None:
        """Add to the time that making versions has taken."""
        self._redis.hincrbyfloat(self._keys.of(dataset_id, "version_counts"), "seconds", seconds)

    def counts(self, dataset_id: str) -> dict[str, float]:
        """What making versions came to, ever: made, failed, seconds."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "version_counts"))
        return {key.decode(): float(value) for key, value in found.items()}

    # What is made

    def keep(self, dataset_id: str, manifest: Manifest, tags: Sequence[str] = ()) -> None:
        """A version is made: keep its manifest and let these tags name it. Earlier failures are forgotten."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(self._keys.of(dataset_id, "version_failures"))
            pipe.hincrby(self._keys.of(dataset_id, "version_counts"), "made", 1)
            versions = self._keys.of(dataset_id, "versions")
            pipe.hset(versions, manifest.name, pack(manifest.as_json()))
            pipe.hset(self._keys.of(dataset_id, "version_bytes"), manifest.name, manifest.bytes)
            for tag in tags:
                pipe.hset(self._keys.of(dataset_id, "tags"), tag, manifest.name)
            pipe.hdel(self._keys.of(dataset_id, "making"), manifest.name)
            pipe.delete(self._keys.of(dataset_id, f"making:{manifest.name}"))
            pipe.execute()

    def change(self, dataset_id: str, manifest: Manifest) -> None:
        """Note what became of a version: that its files are deleted."""
        packed = pack(manifest.as_json())
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self._keys.of(dataset_id, "versions"), manifest.name, packed)
            pipe.hdel(self._keys.of(dataset_id, "version_bytes"), manifest.name)
            pipe.execute()

    def sizes(self, dataset_id: str) -> dict[str, int]:
        """Version → what its files take, of those that have files."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "version_bytes"))
        return {name.decode(): int(size) for name, size in found.items()}

    def manifests(self, dataset_id: str) -> list[Manifest]:
        """All versions, deleted ones too, the first made first."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "versions")).values()
        manifests = [Manifest.read(unpack(value)) for value in found]
        return sorted(manifests, key=lambda m: (m.created_at, m.name))

    def manifest(self, dataset_id: str, name: str) -> Manifest | None:
        """One version, by its name or a tag."""
        key = self._keys.of(dataset_id, "versions")
        tagged = self._redis.hget(self._keys.of(dataset_id, "tags"), name)
        found = self._redis.hget(key, tagged.decode() if tagged else name)
        return Manifest.read(unpack(found)) if found else None

    def tags(self, dataset_id: str) -> dict[str, str]:
        """Tag → the version that it names."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "tags"))
        return {tag.decode(): name.decode() for tag, name in found.items()}

    def tag(self, dataset_id: str, tag: str, name: str) -> None:
        """Let a tag name a version; it names no other any more."""
        self._redis.hset(self._keys.of(dataset_id, "tags"), tag, name)

    def untag(self, dataset_id: str, tag: str) -> bool:
        """Forget a tag; False if there is none."""
        return bool(self._redis.hdel(self._keys.of(dataset_id, "tags"), tag))
