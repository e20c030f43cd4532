"""A version's rows: each record decided by the fitted strategies, with every answer behind it.

Bucket by bucket (`workers.versions.spool`), so that memory holds one bucket. Now and then the files in hand
are closed and marked, so that what a kill costs is little; the next rows begin the next files.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.guidelines import Edition, in_force
from argilla_distill.domain.history.record_state import MODEL_PROPERTY, named
from argilla_distill.domain.versions.manifest import VersionFile
from argilla_distill.domain.versions.split import SPLITS
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.dated import Dated
from argilla_distill.workers.engine.measures import conflicts
from argilla_distill.workers.models.values import short, to_argilla
from argilla_distill.workers.use_cases.versions.fitting import Fitted, reviewers
from argilla_distill.workers.versions.counts import Counts
from argilla_distill.workers.versions.parts import Parts, digest
from argilla_distill.workers.versions.selecting import Selecting
from argilla_distill.workers.versions.spool import RecordRow, Spool
from argilla_distill.workers.versions.standing import Scene, standing
from argilla_distill.workers.versions.tables import (
    VOTES,
    decided,
    field_values,
    records_schema,
    vote_row,
)
from argilla_distill.workers.versions.votes import Story, said, without

MARK = "files"
"""The spool's mark of what is written."""


@dataclass(frozen=True)
class Form:
    """How the rows of a version look.

    Attributes
    ----------
    columns : question → column.
    fields : name → Argilla's type.
    fits : question → number of the live fit at the version's position.
    called : annotator's number → {"name", "kind"}, as they may be called.
    editions : of the guidelines.
    scene : which records there are, and how they stand.
    selecting : which of them are wanted, and the split of each.
    page, argilla : record id → where our page of it is, and the dataset in Argilla.
    """

    plan: DatasetSettings
    columns: Mapping[str, str]
    fields: Mapping[str, str]
    fits: Mapping[str, int]
    called: Mapping[int, Mapping[str, str]]
    editions: Sequence[Edition]
    scene: Scene
    selecting: Selecting
    page: Callable[[str], str]
    argilla: str

    @cached_property
    def reviewers(self) -> set[int]:
        """The numbers of those whose answers decide."""
        return reviewers(self.called)


@dataclass(frozen=True)
class Written:
    """How far it has come: whether all is written, what was counted, and the files, so far."""

    done: bool
    counts: Counts
    files: Sequence[VersionFile]


def written(spool: Spool) -> Written:
    """How far it had come at the last mark."""
    mark = spool.marked(MARK)
    if not mark:
        return Written(False, Counts(), [])
    files = [VersionFile(**file) for file in mark["files"]]
    return Written(mark["done"], Counts.read(mark["counts"]), files)


def write(
    spool: Spool,
    folder: Path,
    form: Form,
    fitted: Sequence[Fitted],
    over: Callable[[], bool],
    tell: Callable[[int], None] = lambda records: None,
) -> Written:
    """Write the rows that are not written yet, until the time is over.

    Parameters
    ----------
    tell : told after each bucket how many records are written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    mark, before = spool.marked(MARK), written(spool)
    if before.done:
        return before
    counts, files = before.counts, list(before.files)
    numbers: Mapping[str, int] = mark.get("numbers", {})
    types = {form.columns[f.question.name]: f.asked.type for f in fitted}
    schema = records_schema(form.fields, types)
    tables = {
        **{f"records-{split}": schema for split in SPLITS},
        "votes": VOTES,
    }
    parts = {stem: Parts(folder, stem, s, numbers.get(stem, 0)) for stem, s in tables.items()}
    bucket = mark.get("bucket", "")
    left = [each for each in spool.buckets() if each > bucket]
    done = not left
    for bucket in left:
        for table, row in _rows(spool, bucket, form, fitted, counts):
            parts[table].add(row)
        tell(counts.records)
        done = bucket == left[-1]
        if done or over():
            break
    for part in parts.values():
        part.close()
        if done and not any(file.path.startswith(f"{part.stem}-") for file in files):
            part.empty()
        files += part.files
    state = {
        "done": done,
        "bucket": bucket,
        "counts": vars(counts),
        "files": [asdict(file) for file in files],
        "numbers": {stem: part.next for stem, part in parts.items()},
    }
    spool.mark(MARK, state)
    return Written(done, counts, files)


def _rows(
    spool: Spool, bucket: str, form: Form, fitted: Sequence[Fitted], counts: Counts
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The rows of a bucket's records, each with its table."""
    found = standing(spool, bucket, form.scene)
    counts.unknown.update(found.unknown)
    ids = list(found.records)
    decisions = [f.strategy.decide(ids, f.floor) for f in fitted]
    for n, record in enumerate(found.records.values()):
        story = found.entries.get(record.id, [])
        of_record = [decided_[n] for decided_ in decisions]
        if form.selecting.selection and not form.selecting.holds(
            record, story, _labels(fitted, of_record)
        ):
            continue
        row, votes = _record(record, story, form, fitted, of_record, counts)
        yield f"records-{row['split']}", row
        for vote in votes:
            yield "votes", vote
        content = {k: v for k, v in row.items() if k not in ("page", "argilla")}
        counts.digest = digest([content, votes], counts.digest)


def _record(
    record: RecordRow,
    entries: Sequence[Entry],
    form: Form,
    fitted: Sequence[Fitted],
    decisions: Sequence[Decision],
    counts: Counts,
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    split = form.selecting.split(record)
    row: dict[str, Any] = {
        "record_id": record.id,
        "external_id": record.external_id,
        "page": form.page(record.id),
        "argilla": form.argilla,
        "fields": field_values(record.fields, form.fields),
        "metadata": _json(record.metadata),
        "status": record.status,
        "round": named(record.metadata, form.plan.round_property),
        "model": named(record.metadata, MODEL_PROPERTY),
        "group": record.group,
        "split": split,
    }
    pulls = {}
    left_out: dict[tuple[str, str], str] = {}
    for each, decision in zip(fitted, decisions, strict=True):
        name = each.question.name
        story = Story(record.id, each.facts_of_history)
        for entry in entries:
            story.follow(entry)
        found = conflicts.find(
            each.asked,
            list(story.votes.values()),
            decision,
            story.differed_at > 0,
            form.plan.settled_confidence,
        )
        row[form.columns[name]] = decided(
            each.asked, decision, story, found, form.fits.get(name, 0)
        )
        pulls[name] = {c.annotator: c for c in reversed(decision.contributions)}
        if isinstance(each.strategy, Dated):
            silent = each.strategy.left_out(story.votes.values())
            left_out |= {(name, who): why for who, why in silent.items()}
        _count(counts, name, each, decision, story, found)
    sure = fitted[0].facts_of_history.sure if fitted else lambda _: None
    why = form.plan.explanation_question
    answers = said(entries, list(pulls), form.reviewers, why, sure)
    if left_out:
        answers = [without(left_out, each) for each in answers]
    votes = [
        vote_row(
            record.id,
            each,
            form.called[each.annotator],
            pulls[each.question],
            row["round"],
            in_force(form.editions, each.at),
        )
        for each in answers
    ]
    for vote in votes:
        counts.guidelines[str(vote["guidelines"] or "")] += 1
    counts.records += 1
    counts.votes += len(votes)
    counts.splits[split] += 1
    if row["round"] is not None:
        counts.rounds[row["round"]] += 1
    for answer in answers:
        kind = "reviewer" if answer.reviews else form.called[answer.annotator]["kind"]
        counts.voters[str(answer.annotator)] = kind
    return row, votes


def _labels(fitted: Sequence[Fitted], decisions: Sequence[Decision]) -> dict[str, list[str]]:
    """Question → its distilled label in words; several of a multi-label question."""
    found: dict[str, list[str]] = {}
    for each, decision in zip(fitted, decisions, strict=True):
        name, value = each.question.name, decision.value
        if value is None:
            found[name] = []
        elif each.asked.type == "multi_label":
            labels: Any = to_argilla(each.asked, value)
            found[name] = [str(label) for label in labels]
        else:
            found[name] = [short(each.asked, value)]
    return found


def _count(
    counts: Counts,
    name: str,
    each: Fitted,
    decision: Decision,
    story: Story,
    found: conflicts.Conflict | None,
) -> None:
    counts.learned[name] += len(story.votes)
    counts.adjudicated[name] += story.verdict is not None
    counts.audits[name] += story.audit_pi is not None
    counts.open[name] += found is not None and found.state == "open"
    if decision.value is None:
        counts.abstained[name] += 1
        return
    counts.confidence[name] = counts.confidence.get(name, 0.0) + decision.confidence
    if each.asked.type in ("label", "rating"):
        labels = counts.labels.setdefault(name, Counter())
        labels[short(each.asked, decision.value)] += 1


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
