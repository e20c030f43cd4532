"""Versions as their pages show them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from argilla_distill.domain.versions.difference import (
    CAUSES,
    Caused,
    Difference,
    QuestionDifference,
)
from argilla_distill.domain.versions.manifest import Manifest

DIGEST = 12
"""Characters of a digest where it only has to be told from others."""


@dataclass(frozen=True)
class VersionLine:
    """A version in the list of all.

    Attributes
    ----------
    before : the version made before it whose files are there too; "" for none.
    moment : the moment that it is of, ms since the epoch; `as_of` says whether one was asked for.
    labels : labels that are decided, of all questions; `open` those that are left open.
    """

    name: str
    tags: tuple[str, ...]
    strategies: tuple[str, ...]
    created_at: int
    moment: int
    as_of: bool
    records: int
    votes: int
    labels: int
    open: int
    conflicts: int
    adjudications: int
    digest: str
    bytes: int
    deleted_at: int
    note: str
    before: str


@dataclass(frozen=True)
class Making:
    """A version that is being made; `share` of the stage in hand is done, None where that is unknown."""

    name: str
    stage: str
    done: int
    total: int
    error: str

    @property
    def share(self) -> float | None:
        """Between 0 and 1."""
        return min(self.done / self.total, 1.0) if self.total else None


def lines(manifests: Sequence[Manifest], tags: Mapping[str, str]) -> tuple[VersionLine, ...]:
    """All versions, the last made first."""
    found, before = [], ""
    for manifest in manifests:
        found.append(_line(manifest, tags_of(tags, manifest.name), before))
        before = before if manifest.deleted_at else manifest.name
    return tuple(reversed(found))


def _line(manifest: Manifest, tags: tuple[str, ...], before: str) -> VersionLine:
    questions = manifest.questions
    open_ = sum(q.abstained for q in questions)
    return VersionLine(
        name=manifest.name,
        tags=tags,
        strategies=tuple(dict.fromkeys(q.strategy for q in questions)),
        created_at=manifest.created_at,
        moment=manifest.as_of or manifest.asked_at,
        as_of=bool(manifest.as_of),
        records=manifest.records,
        votes=manifest.votes,
        labels=manifest.records * len(questions) - open_,
        open=open_,
        conflicts=sum(q.open_conflicts for q in questions),
        adjudications=sum(q.adjudications for q in questions),
        digest=manifest.content_sha256[:DIGEST],
        bytes=manifest.bytes,
        deleted_at=manifest.deleted_at,
        note=manifest.note,
        before=before,
    )


def making(name: str, facts: Mapping[str, str]) -> Making:
    """What the store knows of a version that is being made."""
    done, total = (int(facts.get(key) or 0) for key in ("done", "total"))
    return Making(name, facts.get("stage", "not begun"), done, total, facts.get("error", ""))


def tags_of(tags: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The tags that name a version."""
    return tuple(sorted(tag for tag, named in tags.items() if named == name))


def loading(url: str) -> str:
    """How the records of a version are read in Python, with what everybody has."""
    return (
        "import pandas\n"
        f'url = "{url}/records.parquet"\n'
        'records = pandas.read_parquet(url, storage_options={"Authorization": f"Bearer {api_key}"})'
    )


@dataclass(frozen=True)
class CauseLine:
    """A cause in words, with its changes; `share` of the most frequent cause's."""

    cause: str
    text: str
    count: int
    alone: int
    share: float


def cause_lines(question: QuestionDifference) -> tuple[CauseLine, ...]:
    """The causes of a question's changes, in their order."""
    most = max((caused.count for caused in question.caused), default=1)
    return tuple(
        CauseLine(each.cause, CAUSES[each.cause], each.count, each.alone, each.count / most)
        for each in question.caused
    )


@dataclass(frozen=True)
class Chosen:
    """Which of a question's changes are listed: of which cause, and which block of how many.

    `page` counts from 1.
    """

    question: QuestionDifference
    caused: Caused | None
    page: int = 1
    pages: int = 1


def chosen(difference: Difference, question: str, cause: str, page: int) -> Chosen | None:
    """What is asked for if there is such a thing, else the first; None where nothing is compared."""
    found = difference.question(question)
    if found is None:
        found = max(difference.questions, key=lambda q: q.changed, default=None)
    if found is None:
        return None
    caused = next((c for c in found.caused if c.cause == cause), next(iter(found.caused), None))
    if caused is None:
        return Chosen(found, None)
    pages = len(caused.blocks) - 1
    return Chosen(found, caused, min(max(1, page), pages), pages)


def near_pages(page: int, pages: int, reach: int = 3) -> list[int]:
    """The pages that are linked from a page: the first, the last and those near it; 0 stands for a gap.

    >>> near_pages(1, 3), near_pages(50, 200, 1)
    ([1, 2, 3], [1, 0, 49, 50, 51, 0, 200])
    """
    near = {1, pages, *range(max(1, page - reach), min(pages, page + reach) + 1)}
    found: list[int] = []
    for number in sorted(near):
        if found and number > found[-1] + 1:
            found.append(0)
        found.append(number)
    return found
