"""What an address of a comparison names, and what is known of it; else an answer that says why not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from flask import request, url_for

from argilla_distill.domain.nearest import or_which
from argilla_distill.domain.orders.order import COMPARE, WorkOrder, of_comparison
from argilla_distill.domain.runs.run import ModelRun
from argilla_distill.domain.versions.contest import (
    MAX_COMPARED,
    VersionsCompared,
    comparison_name,
)
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.plugin.pages.frame import Absent, Frame
from argilla_distill.plugin.pages.overseen import dataset
from argilla_distill.plugin.pages.versions.found import version
from argilla_distill.plugin.visitors.visitor import Visitor

BETWEEN = "..."
"""Stands between two names in an address."""


@dataclass(frozen=True)
class Comparing:
    """A comparison that is being made, or could not be.

    Attributes
    ----------
    done, total : how far it is; 0 of 0 before it is begun.
    error : why it could not be made; "" where it is being made.
    """

    done: int
    total: int
    error: str = ""

    @property
    def share(self) -> float | None:
        """How far it is, between 0 and 1; None where that is not known."""
        return min(self.done / self.total, 1.0) if self.total else None


@dataclass(frozen=True)
class FoundComparison:
    """Versions and runs that an address names, and what is known of them.

    Attributes
    ----------
    known : what was last found out; None where they were not compared yet.
    comparing : what is asked for and not done; None where nothing is.
    deleted : those versions whose files are deleted: they cannot be compared (once more).
    """

    dataset_id: str
    versions: tuple[str, ...]
    runs: tuple[str, ...]
    known: VersionsCompared | None
    comparing: Comparing | None
    deleted: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Of all versions, then of all runs."""
        return (*self.versions, *self.runs)

    @property
    def address(self) -> str:
        """Its page."""
        return address(self.dataset_id, self.versions, self.runs)

    def order(self, now: int, by: str) -> WorkOrder:
        """What a worker is asked for."""
        name = comparison_name(self.versions, self.runs)
        terms = {"versions": self.versions, "runs": self.runs}
        return WorkOrder(of_comparison(name), COMPARE, " or ".join(self.names), now, by, terms)

    def as_json(self) -> dict[str, Any]:
        """As the page's JSON has it."""
        content = self.known.shown() if self.known else {}
        asked = None
        if self.comparing is not None:
            named = {"versions": list(self.versions), "runs": list(self.runs)}
            asked = {**named, **asdict(self.comparing)}
        return {**content, "comparing": asked}


def address(dataset_id: str, versions: Sequence[str], runs: Sequence[str] = ()) -> str:
    """The page of a comparison."""
    between = BETWEEN.join(runs) or None
    if not versions:
        return url_for("pages.comparisons", dataset_id=dataset_id, runs=between)
    names = BETWEEN.join(versions)
    return url_for("pages.comparison", dataset_id=dataset_id, names=names, runs=between)


def found(frame: Frame, visitor: Visitor, dataset_id: str, names: str) -> FoundComparison:
    """What the address names. Raises Absent."""
    known = dataset(frame, visitor, dataset_id)
    manifests = [version(frame, visitor, known, each) for each in _names(names)]
    runs = [_run(frame, visitor, known, each) for each in _names(request.args.get("runs", ""))]
    for some, what in ((manifests, "versions"), (runs, "runs")):
        _check(frame, visitor, [each.name for each in some], what)
    if not manifests and not runs:
        _refuse(frame, visitor, 400, "Name two versions or more, or two runs.")
    about = sorted({each.question for each in runs})
    if len(about) > 1:
        text = (
            f"These runs are about different questions: {', '.join(about)}. Compare those of one."
        )
        _refuse(frame, visitor, 400, text)
    versions = tuple(each.name for each in manifests)
    compared = _known(frame, known, versions, runs)
    return FoundComparison(
        known,
        versions,
        tuple(each.name for each in runs),
        compared,
        _comparing(frame, known, comparison_name(versions, [r.name for r in runs]), compared),
        tuple(each.name for each in manifests if _gone(each)),
    )


def _known(
    frame: Frame, dataset_id: str, versions: Sequence[str], runs: Sequence[ModelRun]
) -> VersionsCompared | None:
    """What was found of these versions, and of these runs: not of others that had the same names."""
    compared = frame.store.compared.find(dataset_id, versions, [each.name for each in runs])
    same = compared is not None and compared.run_contents == tuple(each.content for each in runs)
    return compared if same else None


def _comparing(
    frame: Frame, dataset_id: str, name: str, known: VersionsCompared | None
) -> Comparing | None:
    """What is asked for; or why it could not be done, unless it was done since."""
    order = frame.store.orders.of(dataset_id, of_comparison(name))
    since = known is not None and order is not None and known.at > order.settled_at
    if order is None or not (order.waits or (order.error and not since)):
        return None
    return Comparing(order.done, order.total, order.error)


def _run(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> ModelRun:
    known = frame.store.runs.of(dataset_id, name)
    if known is None:
        every = [each.name for each in frame.store.runs.all(dataset_id)]
        text = f"There is no run {name} here{or_which(name, every)}."
        raise Absent(frame.message(404, "No such run", text, visitor))
    return known


def _check(frame: Frame, visitor: Visitor, names: Sequence[str], what: str) -> None:
    if names and (len(names) < 2 or len(set(names)) < len(names)):
        text = f"Name two or more different {what}, not {', '.join(names)}."
        _refuse(frame, visitor, 400, text)
    if len(names) > MAX_COMPARED:
        _refuse(frame, visitor, 400, f"Name {MAX_COMPARED} {what} at most, not {len(names)}.")


def _refuse(frame: Frame, visitor: Visitor, status: int, text: str) -> None:
    raise Absent(frame.message(status, "Cannot be compared", text, visitor))


def _names(text: str) -> list[str]:
    return text.split(BETWEEN) if text else []


def _gone(of: Manifest) -> bool:
    return bool(of.deleted_at)
