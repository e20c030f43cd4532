"""What was last counted of a whole dataset, by part: `overview`, `question:<name>`, `alike:<record>`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from plugin.report import Overview, QuestionReport, as_json, read
from plugin.store.keys import Keys
from plugin.store.packing import pack, unpack


class Reports:
    """The latest report of every dataset. A new one replaces the old one whole."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def write(
        self,
        dataset_id: str,
        overview: Overview,
        questions: Sequence[QuestionReport],
        alike: Mapping[str, Sequence[str]],
    ) -> None:
        """Replace a dataset's report. `alike`: record → records with nearly the same content."""
        parts = {f"question:{q.name}": pack(as_json(q)) for q in questions}
        parts["overview"] = pack(as_json(overview))
        report, twins = (self._keys.of(dataset_id, name) for name in ("report", "alike"))
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(report, twins)
            pipe.hset(report, mapping=parts)
            if alike:
                pipe.hset(twins, mapping={r: pack(list(others)) for r, others in alike.items()})
            pipe.execute()

    def overview(self, dataset_id: str) -> Overview | None:
        """The few figures of a dataset; None before its first report."""
        found = self._redis.hget(self._keys.of(dataset_id, "report"), "overview")
        return read(Overview, unpack(found)) if found else None

    def question(self, dataset_id: str, name: str) -> QuestionReport | None:
        """One question's report; None before the first, and for questions that are left alone."""
        found = self._redis.hget(self._keys.of(dataset_id, "report"), f"question:{name}")
        return read(QuestionReport, unpack(found)) if found else None

    def alike(self, dataset_id: str, record_id: str) -> list[str]:
        """The records whose content is nearly that of a record."""
        found = self._redis.hget(self._keys.of(dataset_id, "alike"), record_id)
        return list(unpack(found)) if found else []
