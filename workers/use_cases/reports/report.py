"""Report: count one dataset for the pages. Takes no lease and writes nothing but the report.

When that is due is `report_due`, what is counted `workers.reporting`.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import asdict, dataclass, replace
from typing import Any

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.report import Overview, QuestionReport, Today
from argilla_distill.plugin.errors import ArgillaRefused, ArgillaUnavailable
from argilla_distill.plugin.store import Store
from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.question import Question, question_of
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.models import confined
from argilla_distill.workers.models.values import beginning, content
from argilla_distill.workers.reporting import examples, telling_words
from argilla_distill.workers.reporting.near_identical import NearGroups
from argilla_distill.workers.reporting.question_report import Believed, question_report, summary
from argilla_distill.workers.reporting.stand_ins import StandIns
from argilla_distill.workers.reporting.survey import Survey, survey
from argilla_distill.workers.use_cases.reports.live_audits import audits_of_live
from argilla_distill.workers.use_cases.reports.reasons import Reasons
from argilla_distill.workers.use_cases.reports.report_due import DAY_MS, mark
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.report")


@dataclass
class Counted:
    """What was counted, for the log line."""

    dataset_id: str
    records: int = 0
    votes: int = 0
    status: str = "done"


def report(world: World, dataset_id: str) -> Counted:
    """Count a dataset and keep the report in place of the last one.

    Where Argilla is away, examples keep the texts of the last report.
    """
    store = world.store
    info = store.datasets.info(dataset_id)
    if info.get("state") != "active":
        store.reports.release(dataset_id)
        return Counted(dataset_id, status="not distilled")
    taken_at, state = store.now(), mark(store, dataset_id)
    begun = time.perf_counter()
    limit_s = world.plan(info["name"]).strategy_timeout_s
    believed = _believed(store, dataset_id, json.loads(info.get("questions", "{}")), limit_s)
    surveyed = survey(store, dataset_id, {name: asked for name, (asked, _) in believed.items()})
    near = NearGroups.of(surveyed.prints)
    hidden = set(store.reviews.audits(dataset_id))
    shown = _without(surveyed, hidden)
    chosen = {name: examples.pick(shown, s) for name, s in surveyed.questions.items()}
    rows = dict.fromkeys(each.row for picked in chosen.values() for each in picked)
    ids = [surveyed.ids[row] for row in rows]
    more = [
        surveyed.ids[row] for row in telling_words.sample(surveyed, surveyed.questions.values())
    ]
    texts = _texts(world, dataset_id, list(dict.fromkeys([*ids, *more])))
    last = {name: store.reports.question(dataset_id, name) for name in chosen}
    begun_so = _beginnings(texts, last.values())
    reasons = Reasons(world, dataset_id, info["name"], ids, texts or {})
    people, groups = store.datasets.annotators(dataset_id), store.reviews.audit_groups(dataset_id)
    margin = world.plan(info["name"]).replacement_margin
    questions, summaries = [], []
    for name, question in surveyed.questions.items():
        thinks, before = believed[name][1], last[name]
        words = telling_words.telling_words(surveyed, question, texts or {})
        if texts is None and before is not None:
            words = dict(before.words)
        reason = reasons.of(question, thinks.kind, words)
        texts_shown = list(
            examples.examples_with_texts(chosen[name], surveyed, question, begun_so, reason)
        )
        many, pairs = near.across(question, surveyed.ids)
        across = many, tuple(a for a in pairs if not hidden & {a.record, a.other})
        audited_ = audits_of_live(world, dataset_id, info["name"], surveyed, question)
        counted = question_report(surveyed, question, thinks, across, texts_shown, words, audited_)
        questions.append(StandIns(question, surveyed.ids, people, groups, margin).on(counted))
        summaries.append(summary(questions[-1], question))
    today = _today(store, dataset_id, taken_at)
    seconds = round(time.perf_counter() - begun, 3)
    overview = Overview(taken_at, seconds, today, tuple(summaries))
    store.reports.write(dataset_id, overview, questions, near.alike(surveyed.ids), state)
    store.reports.release(dataset_id)
    return Counted(dataset_id, len(surveyed.ids), sum(q.votes for q in questions))


def _without(surveyed: Survey, hidden: AbstractSet[str]) -> Survey:
    """Records that wait for a blind review are examples of nothing: a reviewer may read those."""
    complete = surveyed.complete.copy()
    complete[[surveyed.rows[record] for record in hidden if record in surveyed.rows]] = False
    return replace(surveyed, complete=complete)


def _believed(
    store: Store, dataset_id: str, questions: Mapping[str, Mapping[str, Any]], limit_s: float
) -> dict[str, tuple[Question, Believed]]:
    """Of each distilled question: how the engine sees it, and what its strategy says of itself.

    Strategies are as they were last saved: a handful of answers behind, at most. One that failed
    says nothing; no call of it takes longer than `limit_s`.
    """
    failed = store.models.failures(dataset_id)
    found: dict[str, tuple[Question, Believed]] = {}
    for name, known in questions.items():
        if known.get("word") != "distilled":
            continue
        data, info = store.models.of(dataset_id, name)
        if data is None or info is None or info.question is None:
            continue
        says = Believed(known["type"], info.strategy, info.fit)
        try:
            if name not in failed:
                with confined.restored(snapshot.unpack(data), limit_s) as strategy:
                    people, training = strategy.annotators(), strategy.training
                says = Believed(says.kind, says.strategy, says.fit, people, training)
        except EngineError as error:
            log.warning("snapshot of %s unusable, reported without it: %s", name, error)
        found[name] = question_of(asdict(info.question)), says
    return found


def _texts(world: World, dataset_id: str, ids: Sequence[str]) -> dict[str, str] | None:
    """What these records say; None while Argilla is away."""
    try:
        records = world.gateway.records(dataset_id, ids)
    except (ArgillaUnavailable, ArgillaRefused) as error:
        log.warning("texts of examples: %s", error)
        return None
    every = DatasetQuestion("", "", "")
    return {i: content(every, r.fields) for i, r in records.items()}


def _beginnings(
    texts: Mapping[str, str] | None, last: Iterable[QuestionReport | None]
) -> dict[str, str]:
    """How the records begin; where that cannot be asked, as the last report has it."""
    if texts is None:
        return {e.record: e.text for q in last if q is not None for e in q.examples}
    return {record: beginning(text) for record, text in texts.items()}


def _today(store: Store, dataset_id: str, now: int) -> Today:
    """What was answered, decided and adjudicated since midnight UTC, as far as we have seen it."""
    midnight = now // DAY_MS * DAY_MS
    counts = {"answer": 0, "decision": 0, "adjudication": 0, "fit": 0}
    for entry in store.history.after(dataset_id, f"{midnight}-0"):
        if entry.kind in counts and entry.status in ("", "submitted"):
            counts[entry.kind] += (entry.at or entry.seen_at) >= midnight
    return Today(**{f"{kind}s": count for kind, count in counts.items()})
