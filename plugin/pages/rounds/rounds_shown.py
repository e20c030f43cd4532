"""Rounds as pages and as JSON: all of a dataset, and one of them."""

from __future__ import annotations

from dataclasses import asdict

from flask import jsonify
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.disclosure import COMPLETED
from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.rounds.changing import CHANGES, fulfilled, refusal
from argilla_distill.domain.rounds.progress import Step
from argilla_distill.domain.rounds.round import Round
from argilla_distill.plugin.pages.frame import Absent, Frame, wants_json
from argilla_distill.plugin.pages.overseen import dataset as found_dataset
from argilla_distill.plugin.pages.rounds.found_rounds import FoundRound, found
from argilla_distill.plugin.pages.versions.shown import in_dataset
from argilla_distill.plugin.visitors.visitor import Visitor


def rounds(frame: Frame, visitor: Visitor, dataset_id: str) -> AnyResponse:
    """All rounds of a dataset, and whether its models get better."""
    known = found_dataset(frame, visitor, dataset_id)
    every = found(frame.store, known)
    if wants_json():
        whole = every.progress.whole
        return jsonify(
            dataset={"id": known, "name": frame.store.datasets.info(known).get("name", known)},
            rounds=[each.as_json() for each in every.rounds],
            starting=[asdict(each) for each in every.starting],
            steps=[_step(each) for each in every.progress.steps],
            whole=_step(whole) if whole else None,
        )
    return in_dataset(frame, visitor, known, "rounds/rounds.html", every=every)


def one(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> AnyResponse:
    """One round: what was taken, and what it came to."""
    known = found_dataset(frame, visitor, dataset_id)
    chosen = one_of(frame, visitor, known, name)
    if wants_json():
        return jsonify(chosen.as_json())
    return in_dataset(
        frame,
        visitor,
        known,
        "rounds/round.html",
        chosen=chosen,
        one=chosen.round,
        completed=completed(frame, known, chosen.round) if chosen.round.open else None,
        may=[
            change
            for change in CHANGES
            if not refusal(chosen.round, change) and not fulfilled(chosen.round, change)
        ],
    )


def one_of(frame: Frame, visitor: Visitor, dataset_id: str, name: str) -> FoundRound:
    """A round of a dataset that the visitor may see. Raises Absent."""
    every = {each.round.name: each for each in found(frame.store, dataset_id).rounds}
    if name not in every:
        names = f"; there are {', '.join(every)}" if every else "; there is none yet"
        text = f"There is no round {name} here{did_you_mean(name, every) or names}."
        raise Absent(frame.message(404, "No such round", text, visitor))
    return every[name]


def completed(frame: Frame, dataset_id: str, of: Round) -> int:
    """How many of its records are completed, as far as we have seen."""
    taken = frame.store.rounds.taken(dataset_id, of.name)
    ids = [each.record_id for each in taken if each.record_id]
    ledger = frame.store.datasets.ledger(dataset_id, ids)
    return sum(entry is not None and entry.status == COMPLETED for entry in ledger)


def _step(step: Step) -> dict[str, object]:
    return {**asdict(step), "sentence": step.sentence}
