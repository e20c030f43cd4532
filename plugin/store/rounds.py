"""The rounds of all datasets, and the outputs that were taken into them. Their records are in Argilla."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from argilla_distill.domain.report import read
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.domain.rounds.wish import Sketch
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack
from argilla_distill.plugin.store.work.lease import Lease

SKETCHES_S = 86_400
"""So long sketches of rounds are kept after the last."""


class Rounds:
    """Rounds by dataset and name."""

    def __init__(self, redis: Any, keys: Keys, clock: Callable[[], float]) -> None:
        self._redis = redis
        self._keys = keys
        self._clock = clock

    def all(self, dataset_id: str) -> list[Round]:
        """All rounds, the first started first."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "round_plans")).values()
        rounds = (read(Round, unpack(value)) for value in found)
        return sorted(rounds, key=lambda each: (each.started_at, each.name))

    def of(self, dataset_id: str, name: str) -> Round | None:
        """A round by its name."""
        found = self._redis.hget(self._keys.of(dataset_id, "round_plans"), name)
        return read(Round, unpack(found)) if found else None

    def taken(self, dataset_id: str, name: str) -> list[TakenOutput]:
        """The outputs that were taken into a round, in the order in which they are written."""
        found = self._redis.hgetall(self._keys.of(dataset_id, f"round_taken:{name}"))
        order = sorted(found, key=int)
        return [TakenOutput(**unpack(found[place])) for place in order]

    def plan(self, dataset_id: str, new: Round, taken: Sequence[TakenOutput]) -> bool:
        """Keep a round that is to be written, whole or not at all; False if there is one of its name."""
        key, planned = self._keys.of(dataset_id, "round_plans"), [False]

        def write(pipe: Any) -> None:  # once more where another round was written meanwhile
            planned[:] = [not pipe.hexists(key, new.name)]
            pipe.multi()
            if planned[0]:
                pipe.hset(key, new.name, pack(asdict(new)))
                pipe.hdel(self._keys.of(dataset_id, "round_sketches"), new.name)
                self._write(pipe, dataset_id, new.name, dict(enumerate(taken)))

        self._redis.transaction(write, key)
        return planned[0]

    def keep(
        self,
        dataset_id: str,
        known: Round,
        taken: Mapping[int, TakenOutput] | None = None,
    ) -> None:
        """Note how far a round has come, and what became of some of its outputs, by their place."""
        with self._redis.pipeline(transaction=True) as pipe:
            self.write(pipe, dataset_id, known)
            self._write(pipe, dataset_id, known.name, taken or {})
            pipe.execute()

    def write(self, pipe: Any, dataset_id: str, known: Round) -> None:
        """Note within a transaction how far a round has come."""
        pipe.hset(self._keys.of(dataset_id, "round_plans"), known.name, pack(asdict(known)))

    def _write(
        self, pipe: Any, dataset_id: str, name: str, taken: Mapping[int, TakenOutput]
    ) -> None:
        if taken:
            key = self._keys.of(dataset_id, f"round_taken:{name}")
            pipe.hset(key, mapping={place: pack(asdict(each)) for place, each in taken.items()})

    def keep_report(self, dataset_id: str, known: Round, report: RoundReport) -> None:
        """A round has ended: keep what it came to."""
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(self._keys.of(dataset_id, "round_reports"), known.name, pack(asdict(report)))
            self.write(pipe, dataset_id, known)
            pipe.execute()

    def reports(self, dataset_id: str) -> dict[str, RoundReport]:
        """Round → what it came to, of those that have ended."""
        found = self._redis.hgetall(self._keys.of(dataset_id, "round_reports"))
        return {name.decode(): read(RoundReport, unpack(value)) for name, value in found.items()}

    def keep_sketch(self, dataset_id: str, sketch: Sketch) -> None:
        """Keep what a round would be."""
        key = self._keys.of(dataset_id, "round_sketches")
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.hset(key, sketch.round.name, pack(asdict(sketch)))
            pipe.expire(key, SKETCHES_S)
            pipe.execute()

    def sketch(self, dataset_id: str, name: str) -> Sketch | None:
        """What a round would be, as last asked for; None where nobody asked, or where it was started."""
        found = self._redis.hget(self._keys.of(dataset_id, "round_sketches"), name)
        return read(Sketch, unpack(found)) if found else None

    def looks_anew(self, dataset_id: str, position: str) -> bool:
        """Note up to where the history was looked at for rounds; whether that is another place."""
        key = self._keys.of(dataset_id, "round_looked")
        before = self._redis.getset(key, position)
        return (before or b"").decode() != position

    # One at a time writes a round

    def lease(self, dataset_id: str, name: str) -> Lease | None:
        """The right to write a round, or None while somebody else holds it."""
        return Lease.take(self._redis, self._keys, f"{dataset_id}:round:{name}", self._clock)
