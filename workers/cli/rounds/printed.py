"""A round, its plan and what it came to, as people and as scripts read them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from argilla_distill.domain.rounds.progress import Step
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.wording import many
from argilla_distill.workers.cli.context import width
from argilla_distill.workers.cli.layout import plain, table

if TYPE_CHECKING:
    from argilla_distill.workers.use_cases.rounds.planning import Planned


def step_json(step: Step) -> dict[str, Any]:
    """The same of the change from one round to the next."""
    return {**asdict(step), "sentence": step.sentence}


def round_json(known: Round) -> dict[str, Any]:
    """A round as scripts read it."""
    values = {key: value for key, value in vars(known).items() if key != "population"}
    return {**values, "passes": list(known.passes), "plan": known.plan}


def told_json(known: Round, counted: RoundReport | None) -> dict[str, Any]:
    """The same with what it came to; None before it has ended."""
    report = None
    if counted is not None:
        report = {**asdict(counted), "sentences": list(counted.sentences)}
    return {**round_json(known), "report": report}


def round_lines(known: Round) -> Iterator[str]:
    """A round as people read it."""
    trained = f", trained on {known.trained_on}" if known.trained_on else ""
    yield f"round {known.name} of model {plain(known.model)}{trained}: {known.state}"
    yield f"  {known.plan}"
    if known.chosen_by:
        yield f"  {known.chosen_by}"
    yield f"  {plain(known.passing)}"
    if known.state == "being written":
        yield f"  {known.written:,} of {known.taken:,} are in Argilla: repeat the command to go on"
    if known.state == "cancelled":
        stays = f"{known.there:,} with answers left where they are"
        yield f"  {many(known.removed, 'record')} taken back, {stays}"


def plan_json(found: Planned) -> dict[str, Any]:
    """What `round start --dry-run` tells, as scripts read it."""
    taken = [
        {key: value for key, value in vars(each).items() if key != "record_id"}
        for each in found.taken
    ]
    return {**round_json(found.round), "missing": list(found.form.missing), "outputs_taken": taken}


def plan_lines(found: Planned) -> Iterator[str]:
    """The same as people read it."""
    known = found.round
    yield f"round {known.name} of model {plain(known.model)}: nothing is written yet"
    yield f"  {known.plan}"
    if known.chosen_by:
        yield f"  {known.chosen_by}"
    yield f"  {plain(known.passing)}"
    for name in found.form.missing:
        yield f"  the metadata property {name!r} will be made; annotators do not see it"
    cells = [
        [f"{each.line:,}", each.external_id, each.how, f"{each.pi:.3f}", plain(each.prediction)]
        for each in found.taken[:10]
    ]
    for line in table(["line", "external id", "drawn", "π", "prediction"], cells, width() - 4):
        yield f"    {line}"
    if known.taken > len(cells):
        yield f"    … and {known.taken - len(cells):,} more (--json lists them all)"
