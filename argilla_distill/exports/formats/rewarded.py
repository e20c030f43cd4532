"""The reward of each record: what the formats share that ask which reply is good, or better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from argilla_distill.domain.versions.rewards.composed import Composed
from argilla_distill.domain.versions.rewards.distribution import Distribution
from argilla_distill.exports.readable_version import ReadableVersion, Row
from argilla_distill.exports.request import ExportRequest


class Rewarded:
    """The rewards of a version's records."""

    def __init__(
        self, source: ReadableVersion, request: ExportRequest, left_out: Counter[str]
    ) -> None:
        self.composed: Composed = request.composed(source.manifest)
        self._left_out = left_out
        self._columns = {
            q.name: q.column for q in source.manifest.questions if q.name in self.composed.questions
        }

    @property
    def columns(self) -> list[str]:
        """What has to be read of a row."""
        parts = ("posterior", "votes", "adjudicated")
        return [f"{column}.{part}" for column in self._columns.values() for part in parts]

    def of(self, row: Row) -> Distribution | None:
        """A record's reward; None, and counted, where nobody answered a question that it needs."""
        decided = {name: row[column] for name, column in self._columns.items()}
        if any(not (each["votes"] or each["adjudicated"]) for each in decided.values()):
            self._left_out["without an answer to every question of the reward"] += 1
            return None
        return self.composed.of({name: posterior_of(each) for name, each in decided.items()})


def posterior_of(decided: Row) -> Mapping[str, float]:
    """Value → how probable it is."""
    return {each["value"]: each["p"] for each in decided["posterior"]}
