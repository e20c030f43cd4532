"""Newcomers' examples in a dataset's guidelines: written on request, then kept current, or taken out.

Argilla has no way to write guidelines only if they are still those that were read. They are read again
just before they are written; what somebody saves in Argilla between that last look and our write, a
few hundredths of a second, is lost. How the section looks is `workers.writing.guidelines_section`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from argilla_distill.plugin.pages.lookup import still_known
from argilla_distill.workers.use_cases.sending.guarded_call import GUIDELINES, guarded_call
from argilla_distill.workers.use_cases.world import World, patiently
from argilla_distill.workers.writing.guidelines_section import (
    MAX_CHARACTERS,
    BrokenMarkers,
    Examples,
    Guidelines,
    section,
)

FACT, MESSAGE = "guidelines", "guidelines_word"
"""Facts of a dataset: whether the section is `wanted`, `written`, or neither (""); and how it went."""

LOOKS = 3
"""So often the guidelines are taken up anew where somebody is changing them."""

OFF = "the section was taken out in Argilla; it is written no more until it is asked for again"


@dataclass(frozen=True)
class GuidelinesResult:
    """What became of it, and a message about that.

    State: `written`, the guidelines were changed; `same`, they say so already; `nothing`, there is
    nothing to write or no room for it; `removed`; `refused`, a human must act first.
    """

    state: Literal["written", "same", "nothing", "removed", "refused"]
    message: str


DISCONNECTED = GuidelinesResult("refused", "nothing is written before `argilla-distill connect`")

Change = Callable[[Guidelines], tuple[str, GuidelinesResult]]
"""What guidelines are to become, and what that means."""


def request(world: World, dataset_id: str) -> GuidelinesResult:
    """Write the examples into a dataset's guidelines, and keep them current from now on.

    Raises
    ------
    ArgillaUnavailable, ArgillaRefused, NotInArgilla : as the gateway does; the same call may be repeated.
    """
    if not world.connected:
        return DISCONNECTED
    return _noted(world, dataset_id, _written(world, dataset_id, written_before=False))


def keep_current(world: World, dataset_id: str) -> GuidelinesResult | None:
    """Bring the section up to the latest report, if it was requested; None if it was not.

    Where somebody took the whole section out in Argilla, it stays out until it is requested again.
    Raises as `request`.
    """
    wanted = world.store.datasets.info(dataset_id).get(FACT)
    if not wanted or not world.connected:
        return None
    outcome = _written(world, dataset_id, written_before=wanted == "written")
    return _noted(world, dataset_id, outcome)


def remove(world: World, dataset_id: str) -> GuidelinesResult:
    """Take the section out, and keep it current no more. Raises as `request`."""

    def without(guidelines: Guidelines) -> tuple[str, GuidelinesResult]:
        stood = guidelines.section is not None
        message = "the section was taken out" if stood else "there is no section of ours"
        return guidelines.without_section(), GuidelinesResult("removed", message)

    world.store.datasets.note(dataset_id, **{FACT: ""})
    return _noted(world, dataset_id, _changed(world, dataset_id, without, leaving=True))


def _written(world: World, dataset_id: str, written_before: bool) -> GuidelinesResult:
    """Write the section as it should be now. `written_before`: whether it was."""
    examples = _examples(world, dataset_id)
    if examples is None:
        return GuidelinesResult(
            "nothing", "nothing was counted yet; the next report brings the examples"
        )
    count = sum(map(len, examples.values()))

    def renewed(guidelines: Guidelines) -> tuple[str, GuidelinesResult]:
        if written_before and guidelines.section is None:
            return guidelines.before, GuidelinesResult("removed", OFF)
        if not count:
            return guidelines.without_section(), GuidelinesResult(
                "nothing", "there is no example yet"
            )
        ours = section(examples, guidelines.room)
        if ours is None:
            taken = f"{len(guidelines.without_section()):,} of {MAX_CHARACTERS:,} characters"
            message = f"there is no room for an example: the guidelines already take {taken}"
            return guidelines.without_section(), GuidelinesResult("nothing", message)
        text = guidelines.with_section(ours)
        return text, GuidelinesResult("written", f"{Guidelines.of(text).shown} of {count} examples")

    return _changed(world, dataset_id, renewed)


def _changed(
    world: World, dataset_id: str, change: Change, leaving: bool = False
) -> GuidelinesResult:
    """Change the guidelines as they are just before that, if anything is to be changed.

    `leaving`: also when we are disconnected.
    """
    text = world.gateway.guidelines(dataset_id)
    for _ in range(LOOKS):
        try:
            changed, outcome = change(Guidelines.of(text))
        except BrokenMarkers as error:
            message = (
                f"{error}; put it right in Argilla, or delete both lines and what is between them"
            )
            return GuidelinesResult("refused", message)
        if changed == text:
            return replace(outcome, state="same") if outcome.state == "written" else outcome
        now = _replaced(world, dataset_id, text, changed, leaving)
        if now is None:
            return DISCONNECTED
        if now == text:
            return outcome
        text = now
    return GuidelinesResult("refused", "somebody is changing the guidelines just now; try again")


def _replaced(world: World, dataset_id: str, text: str, changed: str, leaving: bool) -> str | None:
    """Replace the guidelines if they still are `text`; returns what they were, None if disconnected."""
    lease = patiently(world.store, dataset_id)
    try:
        if not (leaving or world.connected):
            return None
        now = world.gateway.guidelines(dataset_id)
        if now == text:
            with guarded_call(world, lease, dataset_id, what=GUIDELINES):
                world.gateway.write_guidelines(dataset_id, changed)
        return now
    finally:
        lease.release()


def _examples(world: World, dataset_id: str) -> Examples | None:
    """The examples of the latest report that annotators may read; None before the first report."""
    names = json.loads(world.store.datasets.info(dataset_id).get("questions") or "{}")
    reports = {name: world.store.reports.question(dataset_id, name) for name in names}
    found = {name: report.examples for name, report in reports.items() if report is not None}
    if not found:
        return None
    ids = [e.record for examples in found.values() for e in examples]
    known = still_known(world.store, dataset_id, ids)
    return {
        name: [e for e in examples if e.text.strip() and e.record in known]
        for name, examples in found.items()
    }


def _noted(world: World, dataset_id: str, outcome: GuidelinesResult) -> GuidelinesResult:
    """Remember whether the section is to be kept, and how it went."""
    facts = {"written": "written", "same": "written", "nothing": "wanted", "removed": ""}
    kept = {FACT: facts[outcome.state]} if outcome.state in facts else {}
    world.store.datasets.note(dataset_id, **{MESSAGE: outcome.message}, **kept)
    return outcome
