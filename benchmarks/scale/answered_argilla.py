"""An Argilla that costs nothing: drawn datasets, in which some records have one more answer.

Who gives it and when is told by whoever measures: `one_answer` keeps it in memory, `waits` in Redis, where
processes of workers find it.
"""

from __future__ import annotations

import statistics
import time
import uuid
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from argilla_distill.domain.records import Dataset, Record, Response
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.store import Store
from benchmarks.scale.drawn import QUESTION, person
from benchmarks.scale.made_texts import Texts

ANSWERS = 5
ANNOTATORS = 200

ODD = 77
"""How far apart, by number, those are who answer one after another."""


@dataclass(frozen=True)
class AnsweredDataset:
    """A dataset and its records."""

    dataset: Dataset
    ids: list[str]


class OneMore(NamedTuple):
    """One more answer: by which annotator, and when (ms)."""

    who: int
    at: int


class AnsweredArgilla(Gateway):
    """The datasets as the store has them, and what else was answered.

    `cpu_s` is what showing them took: it is not Argilla's, and not ours.
    """

    def __init__(self, store: Store, datasets: Mapping[str, AnsweredDataset], words: int) -> None:
        super().__init__(httpx.Client())
        self.store, self._datasets = store, datasets
        self._texts = Texts(words)
        self.cpu_s = 0.0

    @abstractmethod
    def more(self, ids: Sequence[str]) -> list[OneMore | None]:
        """The further answer to each of these records; None where there is none."""

    def dataset(
        self, dataset_id: str, workspaces: Mapping[str, str] | None = None, lately: bool = False
    ) -> Dataset:
        return self._datasets[dataset_id].dataset

    def datasets(self, published: bool = True) -> list[Dataset]:
        return [each.dataset for each in self._datasets.values()]

    def users(self) -> dict[str, str]:
        return {person(n).key: person(n).name for n in range(ANNOTATORS + 1)}

    def admins(self) -> set[str]:
        return set()

    def guidelines(self, dataset_id: str) -> str:
        return ""

    def activity(self, dataset_id: str) -> int:
        return self._datasets[dataset_id].dataset.last_activity

    def records(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        return self.shown(dataset_id, ids)

    def page(self, dataset_id: str, offset: int, limit: int) -> tuple[list[Record], int]:
        ids = self._datasets[dataset_id].ids
        return list(self.shown(dataset_id, ids[offset : offset + limit]).values()), len(ids)

    def unparsed_page(
        self, dataset_id: str, offset: int, limit: int
    ) -> Callable[[], tuple[list[Record], int]]:
        page = self.page(dataset_id, offset, limit)
        return lambda: page

    def suggest(self, dataset_id: str, items: Iterable[dict[str, Any]]) -> dict[str, Record]:
        return self.shown(dataset_id, [item["id"] for item in items])

    def shown(self, dataset_id: str, ids: Sequence[str]) -> dict[str, Record]:
        """These records, as Argilla shows them."""
        start = time.process_time()
        known = self.store.datasets.ledger(dataset_id, ids) if ids else []
        found = {
            record: self._record(record, ledger, more)
            for record, ledger, more in zip(ids, known, self.more(ids), strict=True)
        }
        self.cpu_s += time.process_time() - start
        return found

    def _record(self, record: str, known: LedgerEntry | None, more: OneMore | None) -> Record:
        """One more answer differs from what most say: one that equals what is suggested would be an echo."""
        said = [
            Response(person(n).key, answer.status, answer.values, answer.at)
            for n, answer in (known.answers if known else {}).items()
            if more is None or n != more.who
        ]
        if more is not None:
            most = statistics.mode(r.values[QUESTION.name] for r in said)
            value = next(label for label in QUESTION.labels if label != most)
            said.append(
                Response(person(more.who).key, "submitted", {QUESTION.name: value}, more.at)
            )
        text = text_of(self._texts, record)
        return Record(record, "completed", {"text": text}, responses=tuple(said))

    def next_to_answer(self, dataset_id: str, record: str, turn: int) -> OneMore:
        """An answer of somebody who has not given one there; another in each turn."""
        [known] = self.store.datasets.ledger(dataset_id, [record])
        first = turn * ODD
        others = (n % ANNOTATORS for n in range(first, first + ANNOTATORS))
        who = next(n for n in others if known is None or n not in known.answers)
        return OneMore(who, self.store.now())


def text_of(texts: Texts, record: str) -> str:
    """A record's text."""
    return " ".join(texts.of(uuid.UUID(record).int).values())
