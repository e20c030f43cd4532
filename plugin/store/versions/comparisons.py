"""Which of several versions is better, as it was last found out, and which comparisons are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.report import read
from argilla_distill.domain.versions.contest import (
    FORMAT,
    ComparisonRequest,
    VersionsCompared,
    comparison_name,
)
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack
from argilla_distill.plugin.store.versions.requested import Requested


class StoredComparisons:
    """The latest comparison of each set of versions and runs."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._requested = Requested(redis, keys, "compare_asked", "compare_progress")

    def find(
        self, dataset_id: str, versions: Sequence[str], runs: Sequence[str] = ()
    ) -> VersionsCompared | None:
        """The last comparison of these, in this order; None where they were not compared."""
        name = comparison_name(versions, runs)
        return _read(self._redis.hget(self._keys.of(dataset_id, "compared"), name))

    def all(self, dataset_id: str) -> list[VersionsCompared]:
        """All comparisons of a dataset, the last made first."""
        stored = self._redis.hgetall(self._keys.of(dataset_id, "compared")).values()
        every = [each for each in map(_read, stored) if each is not None]
        return sorted(every, key=lambda each: (-each.at, each.name))

    def keep(self, compared: VersionsCompared) -> None:
        """Versions are compared; what was found earlier of the same is forgotten."""
        key = self._keys.of(compared.dataset_id, "compared")
        self._redis.hset(key, compared.name, pack(compared.as_json()))

    def forget_run(self, dataset_id: str, run: str) -> None:
        """A run is deleted: forget what it was compared with."""
        gone = [each.name for each in self.all(dataset_id) if run in each.runs]
        if gone:
            self._redis.hdel(self._keys.of(dataset_id, "compared"), *gone)

    # What is asked for

    def ask(self, dataset_id: str, request: ComparisonRequest) -> bool:
        """Ask for a comparison; whether somebody has to be sent for it, as nobody is on it."""
        return self._requested.ask(dataset_id, request.name, asdict(request))

    def asked(self, dataset_id: str) -> list[ComparisonRequest]:
        """What is to be compared, the first asked for first."""
        found = self._requested.asked(dataset_id)
        return sorted((read(ComparisonRequest, each) for each in found), key=lambda each: each.at)

    def waits(self, dataset_id: str, name: str) -> bool:
        """Whether this is to be compared."""
        return self._requested.waits(dataset_id, name)

    def progress(self, dataset_id: str, name: str) -> dict[str, str]:
        """How far that has come: done, total, and error where it failed; empty where nobody is on it."""
        return self._requested.progress(dataset_id, name)

    def note(self, dataset_id: str, name: str, done: int, total: int) -> None:
        """Note how far a comparison is, which is also a sign of life."""
        self._requested.note(dataset_id, name, done, total)

    def done(self, dataset_id: str, request: ComparisonRequest) -> None:
        """It is made. Where it was asked for once more meanwhile, it is to be made once more."""
        self._requested.done(dataset_id, request.name, asdict(request))

    def fail(self, dataset_id: str, name: str, error: str) -> None:
        """It cannot be made: say why, for a while."""
        self._requested.fail(dataset_id, name, error)


def _read(found: bytes | None) -> VersionsCompared | None:
    """What is stored, unless another release wrote it in a form of its own."""
    stored = unpack(found) if found else None
    if stored is None or stored.get("format") != FORMAT:
        return None
    return VersionsCompared.read(stored)
