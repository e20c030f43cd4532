"""Publish: write the difference to Argilla in one bulk call, then keep what we decided and showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.models.values import MOST_CHARACTERS, beginning, content, json_of
from argilla_distill.workers.use_cases.distilling import counting
from argilla_distill.workers.use_cases.distilling.bulk import in_halves
from argilla_distill.workers.use_cases.distilling.deciding import RELATED, Resolution, kind
from argilla_distill.workers.use_cases.distilling.guarded_write import writing
from argilla_distill.workers.use_cases.distilling.observing import Look
from argilla_distill.workers.use_cases.distilling.run import Run
from argilla_distill.workers.use_cases.reviews import upkeep
from argilla_distill.workers.writing.suggestions import Publication, publication
from argilla_distill.workers.writing.voice_numbers import voice_number

LEAST_PROBABILITY = 0.0005
"""Labels less probable than that are left out of a stored posterior."""

DISPUTED = 1.0
"""What one more review is worth where two reviewers differ: more than anything else."""

MOST_PROBABLE = 30
"""So many entries of a posterior are stored at most."""


@dataclass
class Sent:
    """What Argilla took: record → since when it shows it (ms) and the record's status after it.

    `refused` is what it did not take: record → why.
    """

    at: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    suggestions: int = 0


def publish(run: Run, resolutions: Sequence[Resolution], seen: Look, now: int) -> Sent:
    """Write what differs, then commit the decisions.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused : nothing is committed; the same call may be repeated.
    """
    versions = run.models.versions
    publications = [
        publication(
            run.dataset,
            resolution.record,
            resolution.decided,
            versions,
            seen.ledger[resolution.record.id],
            resolution.note,
            run.plan,
            resolution.kept,
        )
        for resolution in resolutions
    ]
    sent = Sent()
    _send(run, [p for p in publications if p.suggestions], sent)
    expected = {resolution.record.id: resolution.record.status for resolution in resolutions}
    _look_again(run, [i for i, status in sent.statuses.items() if status != expected[i]])
    for each in publications:
        if each.withdrawn and each.record not in sent.refused:
            with writing(run.world, run.lease, run.dataset.id, [each.record]):
                run.world.gateway.withdraw(each.record, each.withdrawn)
            sent.at.setdefault(each.record, run.store.now())
    _keep(run, resolutions, publications, seen, sent, now)
    return sent


def _look_again(run: Run, records: Sequence[str]) -> None:
    """Have records looked at at once that are in another status than the one we wrote for.

    A user was deleted, the overlap changed or an answer came between our look and our write.
    """
    if records:
        run.store.dirty.mark(run.dataset.id, records)
        overlap = run.world.gateway.dataset(run.dataset.id).min_submitted
        run.dataset = replace(run.dataset, min_submitted=overlap)


def _send(run: Run, publications: Sequence[Publication], sent: Sent) -> None:
    """Write suggestions, and note what Argilla took and what it refused."""

    def suggest(some: Sequence[Publication]) -> None:
        with writing(run.world, run.lease, run.dataset.id, [p.record for p in some]):
            found = run.world.gateway.suggest(run.dataset.id, [p.item for p in some])
        for record_id, record in found.items():
            since = max((s.at for s in record.suggestions if s.ours), default=0)
            sent.at[record_id] = min(since, run.store.now())
            sent.statuses[record_id] = record.status
        sent.suggestions += sum(len(p.suggestions) for p in some)

    def refused(publication: Publication, word: str) -> None:
        sent.refused[publication.record] = word

    in_halves(publications, suggest, refused)


def _keep(
    run: Run,
    resolutions: Sequence[Resolution],
    publications: Sequence[Publication],
    seen: Look,
    sent: Sent,
    now: int,
) -> None:
    gone = [i for i in seen.ledger if i not in {r.record.id for r in resolutions}]
    decisions: dict[str, Any] = dict.fromkeys(gone)
    conflicts: dict[tuple[str, str], Any] = {
        (i, q): None for i in gone for q in run.models.by_question
    }
    entries: list[Entry] = []
    for resolution, shown in zip(resolutions, publications, strict=True):
        record_id = resolution.record.id
        if record_id in sent.refused:
            continue
        before = seen.decided[record_id]
        last = {q: before[q] for q in resolution.kept.questions & before.keys()}
        for question, stored in last.items():
            shows = _shown(
                stored.get("shown", []), shown.shows[question], sent.at.get(record_id, now)
            )
            last[question] = {**stored, "shown": shows}
        decisions[record_id] = last | {
            question: _stored(run, question, decision, before.get(question, {}), shown, sent, now)
            for question, decision in resolution.decided.items()
        }
        entries += _news(run, record_id, resolution.decided, before)
        conflicts |= {(record_id, q): c for q, c in resolution.conflicts.items() if c}
    due = dict.fromkeys(gone) | _due(run, resolutions, decisions)
    about = _about(resolutions, due)
    desk = upkeep.to_look_at(run, due)
    ids = iter(run.store.history.ids(run.dataset.id, now, len(entries)))
    filed = [entry.filed(next(ids)) for entry in entries]
    for entry in filed:
        seen.ledger[entry.record]["h"].append(entry.id)
    touched = {entry.record: seen.ledger[entry.record] for entry in filed}
    labels = sum(
        counting.labels(decisions[i]) - counting.labels(seen.decided[i]) for i in decisions
    )
    known = run.store.datasets.conflicts_on(run.dataset.id, list(conflicts))
    opened = sum(_open(c) - _open(known.get(pair)) for pair, c in conflicts.items())
    related = _related(run, conflicts, known)
    near = {record_id: _near(run, decided or {}) for record_id, decided in decisions.items()}

    def write(pipe: Any) -> None:
        datasets = run.store.datasets
        run.store.history.append(pipe, run.dataset.id, filed)
        datasets.write_ledger(pipe, run.dataset.id, touched)
        datasets.write_decisions(pipe, run.dataset.id, decisions)
        datasets.write_near(pipe, run.dataset.id, near)
        datasets.write_conflicts(pipe, run.dataset.id, conflicts)
        datasets.write_related(pipe, run.dataset.id, related)
        run.store.reviews.write_due(pipe, run.dataset.id, due)
        run.store.reviews.write_about(pipe, run.dataset.id, about)
        run.store.reviews.add_to_desk(pipe, run.dataset.id, desk)
        datasets.count(pipe, run.dataset.id, "conflicts", opened)
        datasets.count(pipe, run.dataset.id, "labels", labels)
        datasets.count(pipe, run.dataset.id, "published", sent.suggestions)

    run.lease.commit(write)


def limits(run: Run, question: str) -> tuple[float, ...]:
    """The confidences at which a decision on a question is treated otherwise.

    The last is where a record whose voices agree becomes worth a review.
    """
    plan = run.plan
    return plan.settled_confidence, plan.question(question).min_confidence, 1 - plan.review_worth


def _near(run: Run, decided: Mapping[str, Any]) -> bool:
    """Whether a record's decisions may cross such a limit without moving by the tolerance."""
    return any(
        abs(stored["c"] - limit) <= run.plan.tolerance
        for question, stored in decided.items()
        for limit in limits(run, question)
    )


def _due(
    run: Run, resolutions: Sequence[Resolution], decisions: Mapping[str, Any]
) -> dict[str, float | None]:
    """Record → what a review of it is worth, None where it needs none; noted in its decisions.

    Its parts are noted: gain, teaching, chance (`engine.review_value`), and what a dispute of reviewers
    adds. They add up to it.
    """
    due: dict[str, float | None] = {}
    for resolution in resolutions:
        record_id, total, expected = resolution.record.id, 0.0, 0.0
        if record_id not in decisions:
            continue
        for question in resolution.contested(run.plan.settled_confidence):
            model = run.models.by_question[question]
            value = model.review_value(resolution.decided[question])
            conflict = resolution.conflicts[question] or {}
            disputed = DISPUTED if conflict.get("kind") == "adjudications" else 0.0
            chance = value.worth - value.gain - value.teaching
            worth = [round(part, 3) for part in (value.gain, value.teaching, chance, disputed)]
            decisions[record_id][question]["worth"] = worth
            total += sum(worth)
            expected += value.gain + value.teaching
        for question in resolution.kept.questions & decisions[record_id].keys():
            worth = decisions[record_id][question].get("worth", ())
            total += sum(worth)
            expected += sum(worth)
        wanted = bool(resolution.open) or expected >= run.plan.review_worth
        due[record_id] = round(total, 3) or None if wanted else None
    return due


def _about(
    resolutions: Sequence[Resolution], due: Mapping[str, float | None]
) -> dict[str, str | None]:
    """Record → how its text begins, for those that are worth a review; None for the others."""
    every = DatasetQuestion("", "", "")
    text = {r.record.id: content(every, r.record.fields) for r in resolutions}
    return {i: None if due[i] is None else beginning(text.get(i, "")) for i in due}


def _related(
    run: Run, conflicts: Mapping[tuple[str, str], Any], known: Mapping[tuple[str, str], Any]
) -> dict[str, list[str]]:
    """Kind of conflict → the records latest in it, after those that opened and those that ended."""
    recurs = {name for name, model in run.models.by_question.items() if model.recurs}
    left = [(kind(q, c), r) for (r, q), c in known.items() if _open(c) and q in recurs]
    joined = [(kind(q, c), r) for (r, q), c in conflicts.items() if _open(c) and q in recurs]
    kinds = sorted({name for name, _ in {*left, *joined} - {*left}.intersection(joined)})
    related = run.store.datasets.related(run.dataset.id, kinds)
    for name, record_id in left:
        if name in related and record_id in related[name] and (name, record_id) not in joined:
            related[name].remove(record_id)
    for name, record_id in joined:
        if name in related and record_id not in related[name]:
            related[name] = [record_id, *related[name]][:RELATED]
    return related


def _open(conflict: Mapping[str, Any] | None) -> int:
    return int(conflict is not None and conflict["state"] == "open")


def _news(
    run: Run, record_id: str, decided: Mapping[str, Decision], before: Mapping[str, Any]
) -> list[Entry]:
    """History entries for the decisions whose value is another than before."""
    entries = []
    for question, decision in decided.items():
        model = run.models.by_question[question]
        value = json_of(model.asked, decision.value)
        if question in before and before[question]["v"] == value:
            continue
        if question not in before and decision.leader is None and not decision.contributions:
            continue  # nobody has answered yet: nothing was decided
        details = Details(
            confidence=round(decision.confidence, 3),
            strategy=model.strategy.name,
            version=model.version,
            why=decision.abstention or "",
        )
        entries.append(Entry("decision", record_id, values={question: value}, details=details))
    return entries


def _stored(
    run: Run,
    question: str,
    decision: Decision,
    before: Mapping[str, Any],
    shown: Publication,
    sent: Sent,
    now: int,
) -> dict[str, Any]:
    """A decision as the store keeps it: all that the record's page needs to explain it."""
    model = run.models.by_question[question]
    stored: dict[str, Any] = {
        "v": json_of(model.asked, decision.value),
        "c": round(decision.confidence, 6),  # exact enough to tell on which side of a limit it is
        "p": kept_posterior(model.asked, decision),
        "s": model.strategy.name,
        "n": model.version,
        "t": now,
        "top": json_of(model.asked, decision.leader),
        "next": json_of(model.asked, decision.runner_up),
        "prior": round(decision.prior_log_odds, 2),
        "w": [
            [voice_number(c.annotator), round(c.reliability, 2), round(c.log_odds, 2)]
            for c in decision.contributions
        ],
        "shown": _shown(
            before.get("shown", []), shown.shows[question], sent.at.get(shown.record, now)
        ),
    }
    if decision.abstention:
        stored["abstain"] = decision.abstention
    if question in shown.told:
        stored["told"] = round(shown.told[question], 4)
    return stored


def told(stored: Mapping[str, Any]) -> float:
    """How sure Argilla was last told that we are; what we think has since moved by little."""
    return float(stored.get("told", stored["c"]))


def kept_posterior(asked: Question, decision: Decision) -> dict[str, float]:
    """The entries of the posterior that are worth keeping; long texts are cut."""
    posterior = decision.posterior
    if asked.type == "ranking" and decision.leader is not None:
        posterior = _in_its_order(decision)
    probable = [(k, p) for k, p in posterior.items() if p >= LEAST_PROBABILITY]
    ranked = sorted(probable, key=lambda item: -item[1])[:MOST_PROBABLE]
    kept = {key for key, _ in ranked}
    return {k[:MOST_CHARACTERS]: round(p, 3) for k, p in probable if k in kept}


def _in_its_order(decision: Decision) -> dict[str, float]:
    """The pairs of neighbours in a ranking, as it orders them."""
    items = [item for group in decision.leader for item in group]
    return {
        f"{a} > {b}": decision.posterior.get(f"{a} > {b}")
        or 1 - decision.posterior.get(f"{b} > {a}", 0.0)
        for a, b in pairwise(items)
    }


def _shown(before: list[list[Any]], value: Any, at: int) -> list[list[Any]]:
    """What stood of ours when, after `value` (None: nothing) has come to stand since `at`.

    >>> _shown([["a", 1, None]], "b", 5)
    [['a', 1, 5], ['b', 5, None]]
    """
    standing = before[-1][0] if before and before[-1][2] is None else None
    if value == standing:
        return before
    closed = [*before[:-1], [*before[-1][:2], at]] if standing is not None else before
    return [*closed, [value, at, None]] if value is not None else closed
