"""What `trace` tells: as lines for people, and as a document for scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from argilla_distill.domain.versions.contest import Contest
from argilla_distill.domain.versions.segment_audits import SegmentAudits
from argilla_distill.domain.versions.tracing import (
    KINDS,
    AskedAgain,
    FailuresOrigin,
    Suspect,
    Suspicions,
)
from argilla_distill.domain.versions.what_if import WhatIf
from argilla_distill.domain.wording import count, figure, many, percent
from argilla_distill.workers.cli.layout import INDENT, plain, table, wrapped

HEADER = ("segment", "labels", "sure", "against", "expected", "z", "")
SHOWN = 5
"""So many segments of a kind, and failures, are shown; JSON has all."""


@dataclass(frozen=True)
class Traced:
    """Everything that is told. `links` are the review dataset's for reviewers, and for new votes."""

    looked: Suspicions
    audits: SegmentAudits | None
    asked: AskedAgain | None
    near: FailuresOrigin | None
    what_if: WhatIf | None
    links: tuple[str, str]


def document(found: Traced) -> dict[str, Any]:
    """As scripts read it."""
    looked, near, audits, asked = found.looked, found.near, found.audits, found.asked
    audited = (
        {**asdict(audits), "message": audits.sentence, "link": found.links[0]} if audits else None
    )
    again = {**asdict(asked), "message": asked.sentence, "link": found.links[1]} if asked else None
    return {
        **asdict(looked),
        "audits": audited,
        "asked_again": again,
        "what_if": _what_if(found.what_if) if found.what_if else None,
        "message": looked.sentence,
        "failures": [asdict(each) for each in near.failures] if near else None,
        "shares": [asdict(each) for each in near.shares] if near else None,
    }


def _what_if(found: WhatIf) -> dict[str, Any]:
    beside = {"without": _beside(found.without), "anew": _beside(found.anew)}
    return {**asdict(found), **beside, "messages": list(found.sentences)}


def _beside(found: Contest | None) -> dict[str, Any] | None:
    """A model (one) beside that of all labels (other)."""
    if found is None:
        return None
    names = ("audits", "difference", "low", "high", "p", "p_holm", "more", "stopped")
    counted = {name: getattr(found, name) for name in names}
    rights = {"right": found.one_right, "all_right": found.other_right}
    return {"verdict": found.verdict, **rights, **counted}


def lines(found: Traced, cells: int) -> Iterator[str]:
    """As people read it. What was asked for is told first, and alone where it was all."""
    looked = found.looked
    if found.asked:
        yield from wrapped(found.asked.sentence, cells)
        yield f"for whoever answers anew: {found.links[1]}"
        return
    yield from wrapped(
        f"{plain(looked.question)} of {looked.version}, {many(looked.looked_at, 'label')}", cells
    )
    yield from wrapped(looked.sentence, cells)
    for kind in KINDS:
        some = [each for each in looked.segments if each.kind == kind]
        if some:
            yield ""
            yield from table(HEADER, [_cells(each) for each in some[:SHOWN]], cells)
            if len(some) > SHOWN:
                yield f"{INDENT}and {count(len(some) - SHOWN)} more"
    for each in looked.significant[:1]:
        yield ""
        yield from wrapped(
            f"Look at it: argilla-distill export DATASET {looked.version} --format records "
            f'--only "{each.segment}" -o segment.csv. Prove it: trace DATASET --audit 40. '
            f'Ask again: trace DATASET --re-ask "{each.segment}". Train without it: export … '
            f'--without "{each.segment}".',
            cells,
        )
    if found.audits:
        yield ""
        yield from _audit_lines(found.audits, cells)
        if found.audits.waiting:
            yield f"for reviewers: {found.links[0]}"
    if found.what_if:
        yield ""
        for sentence in found.what_if.sentences:
            yield from wrapped(sentence, cells)
    if found.near:
        yield ""
        yield from _near_lines(found.near, cells)


def _audit_lines(audits: SegmentAudits, cells: int) -> Iterator[str]:
    yield from wrapped(f"Audits of segments of {audits.version}. {audits.sentence}", cells)
    for each in audits.segments:
        yield from wrapped(each.sentence, cells, INDENT, INDENT * 2)


def _near_lines(near: FailuresOrigin, cells: int) -> Iterator[str]:
    yield from wrapped(
        "Training records near to the failures, by segment: evidence to read, and no proof.", cells
    )
    rows = [
        (each.segment, count(each.near), percent(each.near_share), percent(each.share))
        for each in near.shares[: 2 * SHOWN]
    ]
    if rows:
        yield from table(("segment", "near", "of the near", "of all"), rows, cells)
    for failure in near.failures[:SHOWN]:
        yield ""
        yield from wrapped(f"failure: {plain(failure.text)}", cells, "", INDENT)
        for one in failure.near:
            where = [f"round {one.round}"] if one.round else []
            where += [f"by {', '.join(one.annotators)}"] if one.annotators else []
            where += [f"guidelines {', '.join(one.guidelines)}"] if one.guidelines else []
            where += ["in conflict"] if one.conflict else []
            what = "; ".join([f"{figure(one.similarity)} {one.record_id}", one.label, *where])
            yield from wrapped(f"{plain(what)}: {plain(one.text)}", cells, INDENT, INDENT * 2)
    if len(near.failures) > SHOWN:
        yield f"{INDENT}and {count(len(near.failures) - SHOWN)} more failures: --json has all"


def _cells(each: Suspect) -> tuple[str, ...]:
    if each.p >= 1:
        return each.segment, count(each.claims), count(each.sure), "–", "–", "–", "too few"
    against, expected = count(each.contradicted), figure(each.expected, 1)
    mark = "suspect" if each.significant else ""
    return (
        each.segment,
        count(each.claims),
        count(each.sure),
        against,
        expected,
        figure(each.z),
        mark,
    )
