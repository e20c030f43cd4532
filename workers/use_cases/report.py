"""Report: count one dataset for the pages. Takes no lease and writes nothing but the report.

When that is due is `report_due`, what is counted `workers.reporting`.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import plugin.records
from plugin.errors import ArgillaRefused, ArgillaUnavailable
from plugin.explanation import Review, explain, sides_of
from plugin.report import Overview, Today
from plugin.store import Store
from workers import confined
from workers.engine import snapshot
from workers.engine.errors import EngineError
from workers.engine.question import Question, question_of
from workers.reporting import examples
from workers.reporting.question_report import Believed, question_report, summary
from workers.reporting.standing import Standing
from workers.reporting.survey import survey
from workers.reporting.twins import Twins
from workers.use_cases.report_due import DAY_MS, mark
from workers.use_cases.world import World
from workers.values import content

log = logging.getLogger("distill.report")


@dataclass
class Counted:
    """What was counted, for the log line."""

    dataset_id: str
    records: int = 0
    votes: int = 0
    word: str = "done"


def report(world: World, dataset_id: str) -> Counted:
    """Count a dataset and keep the report in place of the last one.

    Where Argilla is away, examples keep the texts of the last report.
    """
    store, begun = world.store, time.perf_counter()
    info = store.datasets.info(dataset_id)
    if info.get("state") != "active":
        store.reports.release(dataset_id)
        return Counted(dataset_id, word="not distilled")
    taken_at, state = store.now(), mark(store, dataset_id)
    limit_s = world.plan(info["name"]).strategy_timeout_s
    believed = _believed(store, dataset_id, json.loads(info.get("questions", "{}")), limit_s)
    stands = survey(store, dataset_id, {name: asked for name, (asked, _) in believed.items()})
    twins = Twins.of(stands.prints)
    chosen = {name: examples.pick(stands, s) for name, s in stands.questions.items()}
    rows = dict.fromkeys(each.row for picked in chosen.values() for each in picked)
    ids = [stands.ids[row] for row in rows]
    texts = _texts(world, dataset_id, ids, list(chosen))
    reasons = _Reasons(world, dataset_id, info["name"], ids)
    questions, summaries = [], []
    for name, standing in stands.questions.items():
        thinks = believed[name][1]
        reason = reasons.of(standing, thinks.kind)
        told = list(examples.told(chosen[name], stands, standing, texts, reason))
        across = twins.across(standing, stands.ids)
        questions.append(question_report(stands, standing, thinks, across, told))
        summaries.append(summary(questions[-1], stands, standing))
    today = _today(store, dataset_id, taken_at)
    seconds = round(time.perf_counter() - begun, 3)
    overview = Overview(taken_at, seconds, today, tuple(summaries))
    store.reports.write(dataset_id, overview, questions, twins.alike(stands.ids), state)
    store.reports.release(dataset_id)
    return Counted(dataset_id, len(stands.ids), sum(q.votes for q in questions))


def _believed(
    store: Store, dataset_id: str, questions: Mapping[str, Mapping[str, Any]], limit_s: float
) -> dict[str, tuple[Question, Believed]]:
    """Of each distilled question: how the engine sees it, and what its strategy says of itself.

    Strategies are as they were last saved: a handful of answers behind, at most. One that failed
    says nothing; no call of it takes longer than `limit_s`.
    """
    failed = store.datasets.failed_strategies(dataset_id)
    found: dict[str, tuple[Question, Believed]] = {}
    for name, known in questions.items():
        if known.get("word") != "distilled":
            continue
        data, facts = store.datasets.model(dataset_id, name)
        if data is None:
            continue
        says = Believed(known["type"], facts["strategy"], facts["version"])
        try:
            if name not in failed:
                with confined.restored(snapshot.unpack(data), limit_s) as strategy:
                    people, training = strategy.annotators(), strategy.training
                says = Believed(says.kind, says.strategy, says.version, people, training)
        except EngineError as error:
            log.warning("snapshot of %s unusable, reported without it: %s", name, error)
        found[name] = question_of(facts["question"]), says
    return found


def _texts(
    world: World, dataset_id: str, ids: Sequence[str], questions: Sequence[str]
) -> dict[str, str]:
    """The beginnings of these records' texts."""
    try:
        records = world.gateway.records(dataset_id, ids)
    except (ArgillaUnavailable, ArgillaRefused) as error:
        log.warning("texts of examples: %s", error)
        last = [world.store.reports.question(dataset_id, name) for name in questions]
        return {e.record: e.text for q in last if q is not None for e in q.examples}
    every = plugin.records.Question("", "", "")
    return {i: examples.beginning(content(every, r.fields)) for i, r in records.items()}


def _today(store: Store, dataset_id: str, now: int) -> Today:
    """What was answered, decided and adjudicated since midnight UTC, as far as we have seen it."""
    midnight = now // DAY_MS * DAY_MS
    counts = {"answer": 0, "decision": 0, "adjudication": 0, "version": 0}
    for entry in store.history.after(dataset_id, f"{midnight}-0"):
        if entry.kind in counts and entry.status in ("", "submitted"):
            counts[entry.kind] += (entry.at or entry.seen_at) >= midnight
    return Today(**{f"{kind}s": count for kind, count in counts.items()})


class _Reasons:
    """Why records are decided as they are, in words."""

    def __init__(self, world: World, dataset_id: str, name: str, ids: Sequence[str]) -> None:
        datasets = world.store.datasets
        self.people = datasets.annotators(dataset_id)
        self.named = world.plan(name).name_annotators
        decisions = datasets.decisions(dataset_id, ids)
        self.decisions = {i: d or {} for i, d in zip(ids, decisions, strict=True)}
        ledger = datasets.ledger(dataset_id, ids)
        self.ledger = {i: e for i, e in zip(ids, ledger, strict=True) if e is not None}

    def of(self, standing: Standing, kind: str) -> Callable[[str], str]:
        """Record → why this question is decided so on it; empty where it is not any more."""
        values = standing.values
        votes = standing.votes.annotator.tolist()
        answers = dict.fromkeys(self.people, 0)
        for number in votes:
            answers[number] = answers.get(number, 0) + 1

        def words(said: Any) -> str:
            return values.words(values.code(said))

        def reason(record: str) -> str:
            decision = self.decisions.get(record, {}).get(standing.name)
            entry = self.ledger.get(record)
            if decision is None or entry is None:
                return ""
            found = explain(
                decision,
                sides_of(standing.name, decision, entry, words),
                self._name,
                kind=kind,
                words=words,
                sources={n: p["kind"] for n, p in self.people.items()},
                answers=answers,
                reviews=self._reviews(standing.name, entry, words),
            )
            return found.text

        return reason

    def _name(self, number: int) -> str:
        known = self.people.get(number)
        if known is None:
            return f"annotator {number + 1}"
        return known["name"] if self.named else f"{known['kind']} {number + 1}"

    def _reviews(
        self, question: str, entry: Mapping[str, Any], words: Callable[[Any], str]
    ) -> list[Review]:
        """What reviewers said, oldest first."""
        said = [
            (at, int(number), values[question], why)
            for number, (status, at, values, why) in entry.get("a", {}).items()
            if status == "submitted" and question in values
        ]
        ordered = sorted(said, key=lambda each: each[:2])
        return [Review(self._name(n), words(value), why or "") for _, n, value, why in ordered]
