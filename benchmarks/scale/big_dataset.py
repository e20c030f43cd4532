"""A big dataset, written straight into a Redis: what pages and reports are measured on.

    python -m benchmarks big_dataset [--redis redis://127.0.0.1:6379/5] [--records 100000] …

Everything that the service would keep of it after half a year's work is there: ledger, decisions,
conflicts, annotators, model, history, what waits for review, and the report. Argilla has none of it.
Without `--redis` a Redis of its own is started, filled and stopped, to see what that takes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import tempfile
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import redis

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Content, Source, Vote
from argilla_distill.workers.models.facts_of_history import FactsOfHistory
from argilla_distill.workers.models.kept_texts import KeptTexts
from argilla_distill.workers.models.question_model import Model
from argilla_distill.workers.models.values import question_of
from argilla_distill.workers.use_cases.reports.report import report
from benchmarks.scale.drawn import DAY_MS, QUESTION, Drawn, draw, person
from benchmarks.scale.kept import adjudication, conflict, decided, decision, ledger, reviewed_at
from benchmarks.scale.only_texts import world
from demo.running.servers import RedisServer

WORKSPACE = ("6f1ad25d-3f0a-4b1d-9d3e-6f2d3b6c4a10", "support")
ROUNDS = 6
CHUNK = 5_000


@dataclass
class Fill:
    """One dataset on its way into the store."""

    store: Store
    dataset: Dataset
    drawn: Drawn
    people: dict[int, KnownAnnotator]
    reviewer: int
    now: int
    text: Callable[[str], str] | None = None
    history: list[Entry] = field(default_factory=list)
    of_record: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @property
    def labels(self) -> tuple[str, ...]:
        return QUESTION.labels

    def votes(self) -> Iterator[Vote]:
        """All answers as votes."""
        for row, record in enumerate(self.drawn.ids):
            for who, value in zip(self.drawn.who[row], self.drawn.value[row], strict=True):
                yield Vote(record, str(who), self.labels[value])

    def texts(self) -> Iterator[Content]:
        """What the records say, as the model is told."""
        for record in self.drawn.ids if self.text else ():
            yield Content(record, self.text(record) if self.text else "")

    def learn(self, strategy: str) -> tuple[Model, list[Decision], dict[str, Decision]]:
        """The model, its decisions, and what it thought of reviewed records before their review."""
        asked = question_of(QUESTION)
        model = Model(
            QUESTION,
            FactsOfHistory(QUESTION.name, asked, self.people),
            registry.create(strategy, asked),
        )
        model.texts = KeptTexts(self.store, self.dataset.id, QUESTION.name)
        model.strategy.keep_apart(model.texts)
        kinds = {str(n): p.kind for n, p in self.people.items() if p.kind != "person"}
        model.facts_of_history.kinds = kinds
        sources = [Source(n, "model") for n, kind in kinds.items() if kind == "model"]
        model.strategy.fit(itertools.chain(sources, self.votes(), self.texts()))
        reviewed = [self.drawn.ids[row] for row in self.drawn.reviewed]
        before = {d.record: d for d in model.strategy.decide(reviewed)}
        for row, record in zip(self.drawn.reviewed, reviewed, strict=True):
            value = self.labels[self.drawn.truth[row]]
            model.strategy.learn(Adjudication(record, value))
            model.facts_of_history.reviews[record] = {str(self.reviewer): (value, self.now)}
        model.strategy.refit()
        model.strategy.moved(0.02)
        model.fit, model.fit_votes = 4, model.strategy.n_votes
        return model, model.strategy.decide(self.drawn.ids), before

    def tell(self, decisions: Sequence[Decision], before: dict[str, Decision]) -> None:
        """The history: answers, decisions, adjudications, fits, in the order of time."""
        drawn, entries = self.drawn, []
        reviewed = set(drawn.reviewed)
        for row, (record, now_decided) in enumerate(zip(drawn.ids, decisions, strict=True)):
            for who, value, at in zip(drawn.who[row], drawn.value[row], drawn.at[row], strict=True):
                values = {QUESTION.name: self.labels[value]}
                entries.append(Entry("answer", record, int(who), "submitted", values, at=int(at)))
            last = int(drawn.at[row].max()) + 2_000
            entries.append(decided(record, before.get(record, now_decided), last))
            if row in reviewed:
                values, why = adjudication(drawn, row)
                at = reviewed_at(drawn, row, self.now)
                entries.append(
                    Entry(
                        "adjudication",
                        record,
                        self.reviewer,
                        "submitted",
                        values,
                        at=at,
                        details=Details(why=why),
                    )
                )
                if before[record].value != now_decided.value:
                    entries.append(decided(record, now_decided, at + 2_000))
        entries += [
            Entry("fit", values={QUESTION.name: n}, at=self.now - (4 - n) * 20 * DAY_MS)
            for n in range(1, 5)
        ]
        entries.sort(key=lambda entry: entry.at)
        latest, number = 0, 0
        for entry in entries:
            moment = max(entry.at + 500, latest)
            number = number + 1 if moment == latest else 0
            latest = moment
            kept = entry.filed(f"{moment}-{number}")
            self.history.append(kept)
            if entry.record:
                self.of_record[entry.record].append(kept.id)

    def write(self, model: Model, decisions: Sequence[Decision]) -> int:
        """Write all of it into the store. Returns how many conflicts are open."""
        datasets, dataset_id = self.store.datasets, self.dataset.id
        reviewed = set(self.drawn.reviewed)
        model.position = self.history[-1].id
        datasets.add(dataset_id)
        self.store.service.keep_users({p.key: p.name for p in self.people.values()})
        is_open: dict[str, Decision] = {}
        kinds: dict[str, list[str]] = defaultdict(list)
        with self._pipe() as pipe:
            datasets.write_annotators(pipe, dataset_id, self.people)
            data = model.packed()
            if model.texts is not None:
                model.texts.write(pipe)
            self.store.models.write(pipe, dataset_id, QUESTION.name, data, model.info())
            given = np.bincount(self.drawn.who.ravel(), minlength=len(self.people)).tolist()
            counts = {(n, "submitted"): count for n, count in enumerate(given)}
            datasets.count_responses(pipe, dataset_id, counts)
        for start in range(0, len(self.history), CHUNK):
            with self._pipe() as pipe:
                self.store.history.append(pipe, dataset_id, self.history[start : start + CHUNK])
        for start in range(0, len(decisions), CHUNK):
            rows = range(start, min(start + CHUNK, len(decisions)))
            found = {row: conflict(self.drawn, row, decisions[row]) for row in rows}
            for row, dispute in found.items():
                if dispute and dispute.is_open:
                    is_open[self.drawn.ids[row]] = decisions[row]
                    kind = json.dumps([QUESTION.name, sorted(dispute.sides)])
                    kinds[kind] = [*kinds[kind], self.drawn.ids[row]][-4:]
            with self._pipe() as pipe:
                entries = {}
                for row in rows:
                    record = self.drawn.ids[row]
                    entries[record] = ledger(self.drawn, row, self.of_record[record])
                    if row in reviewed:
                        values, why = adjudication(self.drawn, row)
                        at = reviewed_at(self.drawn, row, self.now)
                        said = LedgerAdjudication("submitted", at, values, why)
                        entries[record] = replace(
                            entries[record], adjudications={self.reviewer: said}
                        )
                datasets.write_ledger(pipe, dataset_id, entries)
                stored = {
                    self.drawn.ids[row]: {QUESTION.name: decision(self.drawn, row, decisions[row])}
                    for row in rows
                }
                datasets.write_decisions(pipe, dataset_id, stored)
                pairs = {(self.drawn.ids[row], QUESTION.name): c for row, c in found.items() if c}
                datasets.write_conflicts(pipe, dataset_id, pairs)
        with self._pipe() as pipe:
            datasets.write_related(pipe, dataset_id, kinds)
            worth = {record: round(1 - d.confidence, 4) for record, d in is_open.items()}
            self.store.reviews.write_due(pipe, dataset_id, worth)
        self._note(len(is_open))
        return len(is_open)

    def _note(self, n_open: int) -> None:
        question = {"type": QUESTION.type, "labels": list(QUESTION.labels), "field": ""}
        note = {"type": "text", "labels": [], "field": "", "word": "carries the conflict note"}
        questions = {QUESTION.name: {**question, "word": "distilled"}, "conflicts": note}
        n = len(self.drawn.ids)
        self.store.datasets.note(
            self.dataset.id,
            name=self.dataset.full_name,
            workspace=self.dataset.workspace,
            workspace_id=self.dataset.workspace_id,
            state="active",
            publish="completed",
            questions=json.dumps(questions),
            records=n,
            completed=n,
            conflicts=n_open,
            observed=self.drawn.who.size,
            published=n,
            swept_at=self.now,
            word="",
        )

    @contextmanager
    def _pipe(self) -> Iterator[Any]:
        with self.store.redis.pipeline(transaction=False) as pipe:
            yield pipe
            pipe.execute()


def fill(
    store: Store,
    records: int = 100_000,
    answers: int = 5,
    annotators: int = 200,
    reviews: int = 500,
    strategy: str = "learned",
    name: str = "big",
    seed: int = 0,
    say: Callable[[str], None] = lambda text: None,
    text: Callable[[str], str] | None = None,
) -> str:
    """Write a dataset. Returns its id.

    `reviews` is how many records are adjudicated, `text` what each says; without, the model knows no texts.
    """
    now = store.now()
    dataset_id = str(uuid.UUID(int=random.Random(f"{name} {seed}").getrandbits(128), version=4))
    dataset = Dataset(dataset_id, name, *WORKSPACE, "ready", now, (QUESTION,))
    people = {n: person(n) for n in range(annotators)}
    people[annotators] = replace(person(annotators), name="reviewer-1", kind="reviewer")
    drawn = draw(records, answers, annotators, reviews, now, seed)
    work = Fill(store, dataset, drawn, people, annotators, now, text)
    say("drawn")
    model, decisions, before = work.learn(strategy)
    say("learned and decided")
    work.tell(decisions, before)
    n_open = work.write(model, decisions)
    say(f"written: {records} records, {drawn.who.size} answers, {n_open} open conflicts")
    counted = report(world(store), dataset_id)
    say(f"reported: {counted.votes} votes")
    return dataset_id


@contextmanager
def _store(url: str, prefix: str) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="big-") as place:
        server = None if url else RedisServer(Path(place), unixsocket=Path(place) / "redis.sock")
        if server:
            server.start()
        try:
            with redis.Redis.from_url(server.url() if server else url) as client:
                yield Store(client, prefix)
        finally:
            if server:
                server.stop()


def main(arguments: list[str]) -> None:
    """Fill a Redis and print what that took."""
    parser = argparse.ArgumentParser(prog="big_dataset")
    parser.add_argument("--redis", default="", help="redis://…, rediss://… or unix://…")
    parser.add_argument("--prefix", default="distill")
    parser.add_argument("--name", default="big")
    parser.add_argument("--strategy", default="learned")
    for option, default in (("records", 100_000), ("answers", 5), ("annotators", 200)):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--reviews", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    options = vars(parser.parse_args(arguments))
    start = time.perf_counter()

    def say(text: str) -> None:
        print(f"{time.perf_counter() - start:6.1f} s  {text}", flush=True)

    with _store(options.pop("redis"), options.pop("prefix")) as store:
        dataset_id = fill(store, say=say, **options)
        used = store.redis.info("memory")["used_memory"] / 1e6
        say(f"dataset {dataset_id}; Redis holds {used:.0f} MB")
