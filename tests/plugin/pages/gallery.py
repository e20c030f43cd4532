"""A dataset with everything that the pages can show: the scene's record, a report, reviews, a queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from argilla_distill.domain.audited import AuditBin, Audited, Figure
from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.report import (
    Across,
    AnnotatorReport,
    Bin,
    Costly,
    Example,
    Overview,
    Pair,
    Period,
    QuestionReport,
    Today,
)
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.ledger_entry import LedgerEntry
from argilla_distill.domain.state.review import ReviewInfo
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import record_shapes
from tests.plugin.pages.scene import DATASET, RECORD, Scene, at, helpful, scene
from tests.plugin.pages.website import Site

Say = Callable[[str], str]
"""Makes a person's text out of the given one: the same, or something hostile."""

REVIEW = "33333333-2222-4333-8444-555555555555"
REVIEWER, SECOND_REVIEWER = 11, 12
LABELS = ("none", "hallucination", "tone", "incomplete")
ACCURACY = (0.94, 0.91, 0.83, 0.79, 0.86, 0.74, 0.81, 0.62, 0.88)


def other(number: int) -> str:
    """The id of another record."""
    return str(UUID(int=0xB0000000000040008000000000000000 + number))


TWIN = other(900)


def shown(store: Store) -> Site:
    """A site that shows all of it, to somebody who may see everything."""
    write(store)
    site = Site(store)
    site.sign_in("olga")
    return site


def write(store: Store, say: Say = str, told: Scene | None = None) -> None:
    """All of it. `say` is applied to what people wrote."""
    told = told or scene()
    told.annotators |= {
        REVIEWER: KnownAnnotator("u-rita", say("rita"), "reviewer"),
        SECOND_REVIEWER: KnownAnnotator("u-sam", say("sam"), "reviewer"),
        13: KnownAnnotator("id-of-anna", say("anna"), "person"),
        14: KnownAnnotator("u-new", say("newcomer"), "person"),
    }
    because = say("The reply names no order, so the customer has to ask again.")
    told.ledger["a"] = {
        str(REVIEWER): ["submitted", at(70), {"helpful": say("no")}, because],
        str(SECOND_REVIEWER): ["submitted", at(80), {"helpful": "yes"}, say("Kind enough.")],
    }
    told.conflicts["helpful"] = {
        **told.conflicts["helpful"],
        "kind": "adjudications",
        "labels": {say("no"): [REVIEWER], "yes": [SECOND_REVIEWER]},
    }
    told.entries += [
        _review(REVIEWER, 70, say("no"), because),
        _review(SECOND_REVIEWER, 80, "yes", say("Kind enough.")),
    ]
    told.write(store)
    _queue(store, say)
    store.reviews.keep(DATASET, ReviewInfo(REVIEW, "support/chatbot-feedback-review"))
    questions = [question("helpful", (say("yes"), "no"), say), question("problem", LABELS, say)]
    store.reports.write(DATASET, overview(questions), questions, {RECORD: [TWIN, other(0)]})


def _review(number: int, minutes: float, value: str, why: str) -> Entry:
    return Entry(
        "adjudication",
        RECORD,
        number,
        "submitted",
        {"helpful": value},
        {},
        at(minutes),
        Details(why=why),
        f"{at(minutes)}-7",
    )


def _queue(store: Store, say: Say) -> None:
    lease = store.lease(DATASET)
    assert lease is not None
    kinds = ("split", "dissent", "tie", "scatter")
    decided: dict[str, Any] = {RECORD: {"helpful": helpful(worth=[0.31, 0.12])}}
    conflicts: dict[tuple[str, str], Any] = {}
    for n in range(12):
        sure = 0.5 + n / 30
        decision = helpful(c=sure, worth=[round(0.4 - n / 40, 3), round(0.05 + (n % 3) / 9, 3)])
        decided[other(n)] = {"problem": {**decision, "v": say("tone") if n % 4 else None}}
        if n % 5 != 4:
            sides = {say("tone"): [0, 1], "incomplete": [2, 3]}
            conflict = {"state": "open", "labels": sides, "since": at(n), "kind": kinds[n % 4]}
            conflicts[other(n), "problem"] = conflict
    decided[TWIN] = {"helpful": helpful(v="no", c=0.91)}
    worth = {r: sum(d.get("worth", [0])) for r, q in decided.items() for d in q.values()}

    def write(pipe: Any) -> None:
        store.datasets.write_decisions(
            pipe,
            DATASET,
            {r: record_shapes.decisions(d) for r, d in decided.items() if r != RECORD},
        )
        known = {pair: record_shapes.conflict(each) for pair, each in conflicts.items()}
        store.datasets.write_conflicts(pipe, DATASET, known)
        store.datasets.write_ledger(
            pipe,
            DATASET,
            {r: LedgerEntry("completed", at(1)) for r in decided if r != RECORD},
        )
        store.reviews.write_due(pipe, DATASET, {r: w for r, w in worth.items() if w})

    lease.commit(write)
    lease.release()


def overview(questions: list[QuestionReport]) -> Overview:
    """The dataset in a few figures."""
    kept: tuple[str, ...] = (
        "name",
        "type",
        "strategy",
        "fit",
        "decided",
        "undecided",
        "agreement",
        "conflicts",
    )
    kept += ("adjudications",)
    lines: list[dict[str, Any]] = [{name: getattr(q, name) for name in kept} for q in questions]
    for line, each in zip(lines, questions, strict=True):
        line |= {"confidence": 0.87, "audited": asdict(each.audited)}
    return Overview(at(89), 0.4, Today(214, 37, 5, 1), tuple(lines))


def question(name: str, labels: tuple[str, ...], say: Say = str) -> QuestionReport:
    """One question's report."""
    bins = tuple(
        Bin(n / 10, (n + 1) / 10, count)
        for n, count in enumerate((0, 0, 0, 1, 3, 9, 14, 31, 77, 345))
    )
    right = {5: (6, 4), 6: (9, 6), 7: (14, 10), 8: (22, 19), 9: (61, 59)}
    audited = Audited(
        audits=112,
        waiting=14,
        records=126,
        right=Figure(0.893, 0.84, 0.931),
        majority=Figure(0.821, 0.756, 0.873),
        gain=Figure(0.072, 0.021, 0.123),
        overconfidence=Figure(-0.023, -0.061, 0.03),
        bins=tuple(
            AuditBin(n / 10, n / 10 + 0.1, *(k, n / 10 + 0.055, r)) for n, (k, r) in right.items()
        ),
        to_halve=336,
        to_settle=0,
    )
    pairs = [(one, two) for i, one in enumerate(labels) for two in labels[i + 1 :]]
    return QuestionReport(
        name=name,
        type="label_selection",
        strategy="learned",
        fit=7,
        labels=labels,
        votes=2412,
        decided=463,
        undecided=17,
        values={label: 260 // (n + 1) for n, label in enumerate(labels)},
        confidence=bins,
        agreement=0.614,
        conflicts=29,
        settled=64,
        kinds={"dissent": 12, "split": 9, "tie": 5, "scatter": 3},
        pairs=tuple(
            Pair(*pair, count, count // 4)
            for pair, count in zip(pairs, (88, 47, 31, 20, 9, 4), strict=False)
        ),
        weeks=tuple(
            Period(
                f"2026-{8 + n // 4:02d}-{3 + 7 * (n % 4):02d}",
                n,
                190 + 7 * n,
                40 + n,
                None if n == 5 else round(0.48 + n * 0.012 + (n % 3) * 0.03, 3),
                round(0.79 + n * 0.008, 3),
                n % 5,
            )
            for n in range(14)
        ),
        rounds=tuple(
            Period(say(f"round {n + 1}"), n, 300, 90, 0.5 + n / 30, 0.8 + n / 40, n)
            for n in range(5)
        ),
        across=(
            Across(RECORD, TWIN, say("yes"), "no"),
            Across(other(1), other(2), "tone", "incomplete"),
        ),
        across_count=7,
        adjudications=112,
        training="Trained on 112 adjudications, mostly of hard records, a scale.",
        audited=audited,
        annotators=tuple(annotator(number, labels, say) for number in (*range(9), 13, 14)),
        examples=tuple(
            Example(
                other(20 + n),
                "close" if n % 3 == 2 else "telling",
                labels[n % len(labels)],
                0.99 - n / 50,
                say(TEXTS[n % len(TEXTS)]),
                say(REASONS[n % len(REASONS)]),
            )
            for n in range(len(labels) * 4)
        ),
    )


TEXTS = (
    "I was charged twice for the same order. Can I have the second payment back?",
    "The parcel says delivered, but nobody in the house has it. Where is it?",
    "Please cancel my subscription from the first of next month, and confirm it in writing.",
)
REASONS = (
    "Its text has “charged twice”, as others have that are “none”. Six people say “none”.",
    "For “tone”: “it talks down to the customer”. Four people say “tone”; one model says “none”.",
    "A reviewer decided it (“the reply promises a refund that the shop does not give”).",
)


def annotator(number: int, labels: tuple[str, ...], say: Say = str) -> AnnotatorReport:
    """What the report holds of one annotator; number 14 has given three answers."""
    few = number == 14
    right = ACCURACY[number % len(ACCURACY)]
    rest = (1 - right) / max(1, len(labels) - 1)
    return AnnotatorReport(
        number=number,
        votes=3 if few else 120 + 31 * number,
        reliability=0.5 if few else right,
        low=0.1 if few else right - 0.07,
        high=0.9 if few else min(0.99, right + 0.05),
        known=not few,
        confusion=tuple(
            tuple(right if row == column else rest for column in range(len(labels)))
            for row in range(len(labels))
        ),
        bias={label: (n - 1.4) / 30 for n, label in enumerate(labels)},
        alpha=right - 0.25,
        kappa=right - 0.29,
        traits={},
        seconds=12.5 + number,
        drift=tuple((f"2026-10-{5 + 7 * n:02d}", right - 0.06 + n / 40, 30 + n) for n in range(4)),
        costly=tuple(Costly(other(n), say("tone"), "none", 2.6 - n / 2) for n in range(4)),
    )
