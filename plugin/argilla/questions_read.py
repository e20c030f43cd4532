"""The questions of datasets, which need not be read from Argilla again at every answer.

Of a published dataset's questions Argilla lets titles, descriptions and the order of labels be changed, but
neither a name, a type nor a label, and none comes or goes. So what was read a short while ago decides the
same. Of a draft anything may change: its questions are always read.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.plugin.argilla.calls import Calls

Questions = tuple[DatasetQuestion, ...]

LATELY_S = 30.0
"""So long questions count as just read."""

MAX_KEPT = 1_000
"""Those of so many datasets are kept; then those read first are forgotten."""


class QuestionsRead:
    """Reads the questions of datasets, and remembers them for a short while.

    Parameters
    ----------
    clock : seconds, of any origin, that never go back.
    """

    def __init__(self, calls: Calls, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._clock = clock
        self._kept: dict[str, tuple[float, Questions]] = {}

    def of(self, dataset_id: str, published: bool, lately: bool = False) -> Questions:
        """The questions of a dataset. `lately`: those of a published one may be `LATELY_S` seconds old."""
        at, kept = self._kept.pop(dataset_id, (0.0, ()))
        if kept and lately and published and self._clock() - at <= LATELY_S:
            self._keep(dataset_id, at, kept)
            return kept
        now = self._clock()
        found = self._calls.json("dataset", "GET", f"datasets/{dataset_id}/questions")["items"]
        questions = tuple(map(DatasetQuestion.parse, found))
        if published:
            self._keep(dataset_id, now, questions)
        return questions

    def _keep(self, dataset_id: str, at: float, questions: Questions) -> None:
        self._kept[dataset_id] = at, questions
        while len(self._kept) > MAX_KEPT:
            del self._kept[next(iter(self._kept))]
