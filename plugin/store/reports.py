"""What was last counted of a whole dataset, by part: `overview`, `question:<name>`, `alike:<record>`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.domain.audited import Audited
from argilla_distill.domain.report import Overview, QuestionReport, as_json, read
from argilla_distill.plugin.store.keys import Keys
from argilla_distill.plugin.store.packing import pack, unpack

MAX_LATELY = 3
"""So many reports that were read lately are kept as they were understood, for the next page."""

CLAIM_S = 900
"""For how long nobody else counts a dataset after a report was asked for and never came."""


class Reports:
    """The latest report of every dataset. A new one replaces the old one whole."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys
        self._lately: dict[tuple[str, str], tuple[bytes, QuestionReport]] = {}

    def write(
        self,
        dataset_id: str,
        overview: Overview,
        questions: Sequence[QuestionReport],
        alike: Mapping[str, Sequence[str]],
        mark: str = "",
    ) -> None:
        """Replace a dataset's report.

        Parameters
        ----------
        alike : record → records with nearly the same content.
        mark : names the state that was counted; another one means that there is news.
        """
        parts = {f"question:{q.name}": pack(_question_json(q)) for q in questions}
        parts["overview"] = pack(_overview_json(overview))
        parts["last"] = json.dumps([mark, overview.taken_at, overview.seconds]).encode()
        report, near = (self._keys.of(dataset_id, name) for name in ("report", "alike"))
        with self._redis.pipeline(transaction=True) as pipe:
            pipe.delete(report, near)
            pipe.hset(report, mapping=parts)
            if alike:
                pipe.hset(near, mapping={r: pack(list(others)) for r, others in alike.items()})
            pipe.execute()

    def last(self, dataset_id: str) -> tuple[str, int, float] | None:
        """Of the last report: its mark, when it was begun (ms since the epoch), how long it took (s)."""
        found = self._redis.hget(self._keys.of(dataset_id, "report"), "last")
        return tuple(json.loads(found)) if found else None

    def claim(self, dataset_id: str) -> bool:
        """Claim the right to count a dataset; False while somebody else has it."""
        key = self._keys.of(dataset_id, "reporting")
        return bool(self._redis.set(key, "1", nx=True, ex=CLAIM_S))

    def release(self, dataset_id: str) -> None:
        """It is counted."""
        self._redis.delete(self._keys.of(dataset_id, "reporting"))

    def overview(self, dataset_id: str) -> Overview | None:
        """The few figures of a dataset; None before its first report."""
        found = self._redis.hget(self._keys.of(dataset_id, "report"), "overview")
        return _overview(unpack(found)) if found else None

    def audited(self, dataset_id: str) -> dict[str, Audited]:
        """Question → what audits said of it when it was last counted."""
        overview = self.overview(dataset_id)
        return {
            str(each["name"]): read(Audited, each.get("audited") or {})
            for each in (overview.questions if overview else ())
        }

    def question(self, dataset_id: str, name: str) -> QuestionReport | None:
        """One question's report; None before the first, and for questions that are left alone."""
        key = self._keys.of(dataset_id, "report"), f"question:{name}"
        found = self._redis.hget(*key)
        if not found:
            return None
        packed, report = self._lately.get(key, (b"", None))
        if report is None or packed != found:
            report = read(QuestionReport, _question(unpack(found)))
            if len(self._lately) >= MAX_LATELY:
                self._lately.pop(next(iter(self._lately)), None)
            self._lately[key] = found, report
        return report

    def alike(self, dataset_id: str, record_id: str) -> list[str]:
        """The records whose content is nearly that of a record."""
        found = self._redis.hget(self._keys.of(dataset_id, "alike"), record_id)
        return list(unpack(found)) if found else []


# Stored is a fit under the key that it had when the first reports were written.


def _question_json(report: QuestionReport) -> dict[str, Any]:
    return _keyed(as_json(report), "fit", "version")


def _question(stored: Mapping[str, Any]) -> dict[str, Any]:
    return _keyed(stored, "version", "fit")


def _overview_json(overview: Overview) -> dict[str, Any]:
    found = as_json(overview)
    found["today"] = _keyed(found["today"], "fits", "versions")
    found["questions"] = [_keyed(each, "fit", "version") for each in found["questions"]]
    return found


def _overview(stored: Mapping[str, Any]) -> Overview:
    today = _keyed(stored["today"], "versions", "fits")
    questions = [_keyed(each, "version", "fit") for each in stored["questions"]]
    return read(Overview, {**stored, "today": today, "questions": questions})


def _keyed(values: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """The same, in the same order, with one key under another name."""
    return {new if key == old else key: value for key, value in values.items()}
