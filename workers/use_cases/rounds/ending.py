"""End a round: have a version made, and when it is there, count what the round came to.

A round ends by itself when all its records are completed: whoever looks after rounds (`rounds_due`) asks for
`go_on`, which may be repeated and interrupted anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.rounds.changing import fulfilled, refusal
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.versions.manifest import VersionRequest
from argilla_distill.plugin.errors import DatasetBusy, InvalidRequest, NotInArgilla
from argilla_distill.plugin.store import StoreError
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases.distilling.dataset_news import note_round
from argilla_distill.workers.use_cases.due.rounds_due import all_completed
from argilla_distill.workers.use_cases.rounds.cancelling import found
from argilla_distill.workers.use_cases.rounds.reporting import report
from argilla_distill.workers.use_cases.versions.asking import ask
from argilla_distill.workers.use_cases.world import World

DELETED_MEANWHILE = "its dataset was deleted in Argilla before it ended"


@dataclass(frozen=True)
class WentOn:
    """What became of a dataset's rounds, for the log line."""

    status: str = "nothing to do"
    name: str = ""


def end(world: World, dataset: Dataset, name: str) -> Round:
    """Begin to end a round, whether or not all its records are completed. Safe to repeat.

    Raises
    ------
    InvalidRequest : there is no such round, it was cancelled, or it is still being written.
    DatasetBusy : somebody else ends or cancels it right now, or was killed while doing so a moment ago.
    """
    found(world, dataset, name)
    lease = world.store.rounds.lease(dataset.id, name)
    if lease is None:
        raise DatasetBusy(f"round {name} is being ended or cancelled by somebody else right now")
    try:
        return _end(world, dataset, found(world, dataset, name), lease)
    finally:
        lease.release()


def _end(world: World, dataset: Dataset, known: Round, lease: Lease) -> Round:
    """The version is asked for and noted in one transaction: a kill in between would make a second one."""
    if why := refusal(known, "end"):
        raise InvalidRequest(why)
    if fulfilled(known, "end"):
        return known
    store = world.store
    if known.version and store.versions.manifest(dataset.id, known.version) is not None:
        known = replace(known, error="")  # its version is there: only to be counted
        store.rounds.keep(dataset.id, known)
        return known

    def noted(request: VersionRequest) -> Round:
        return replace(known, state="ending", version=request.name, error="")

    def keep(request: VersionRequest) -> None:
        def write(pipe: Any) -> None:
            store.versions.write_request(pipe, dataset.id, request)
            store.rounds.write(pipe, dataset.id, noted(request))

        lease.commit(write)

    note = f"The end of round {known.name}, model {known.model}."
    return noted(ask(world, dataset, note=note, keep=keep))


def go_on(world: World, dataset_id: str) -> WentOn:
    """Begin to end the rounds whose records are completed, and finish those whose version is made."""
    store, done = world.store, WentOn()
    open_ = [each for each in store.rounds.all(dataset_id) if each.open]
    if not open_:
        return done
    try:
        dataset = world.gateway.dataset(dataset_id)
    except NotInArgilla:  # told, or the cron would ask for ever
        for known in open_:
            store.rounds.keep(dataset_id, replace(known, error=known.error or DELETED_MEANWHILE))
        return WentOn("its dataset is deleted", open_[0].name)
    for known in open_:
        if known.state == "under way" and all_completed(store, dataset_id, known):
            try:
                end(world, dataset, known.name)
            except DatasetBusy:  # the cron asks again
                return WentOn("busy", known.name)
            done = WentOn("ending", known.name)
        elif known.state == "ending" and not known.error:
            done = _finish(world, dataset, known) or done
    return done


def give_up(world: World, dataset_id: str, why: str) -> None:
    """The round that is to be counted next cannot be: it is told, or the cron would ask for ever."""
    store = world.store
    for known in store.rounds.all(dataset_id):
        made = known.version and store.versions.manifest(dataset_id, known.version) is not None
        if known.state == "ending" and not known.error and made:
            error = f"it could not be counted: {why}. `round end` tries again"
            store.rounds.keep(dataset_id, replace(known, error=error))
            return


def _finish(world: World, dataset: Dataset, known: Round) -> WentOn | None:
    store = world.store
    asked = store.versions.is_asked(
        dataset.id, known.version
    )  # first: then it is made, or will never be
    manifest = store.versions.manifest(dataset.id, known.version)
    if manifest is None:
        failed = [f for f in store.versions.failures(dataset.id) if f.name == known.version]
        if failed or not asked:
            why = failed[0].error if failed else "nobody makes it any more"
            error = f"{known.version} could not be made: {why}. `round end` tries again"
            store.rounds.keep(dataset.id, replace(known, error=error))
            return WentOn("failed", known.name)
        return None
    try:
        counted = report(world, dataset, known, manifest)
    except InvalidRequest as error:
        # files of the version are damaged or gone: another one is to be made
        hindered = replace(known, version="", error=f"{error}. `round end` tries again")
        store.rounds.keep(dataset.id, hindered)
        return WentOn("failed", known.name)
    except (OSError, StoreError):  # the cron asks again
        raise
    except Exception as error:  # told, or the cron would ask for ever
        why = f"it could not be counted: {type(error).__name__}: {error}. `round end` tries again"
        store.rounds.keep(dataset.id, replace(known, error=why))
        raise
    news = RoundNews(known.name, "ended", known.model, known.trained_on, known.taken)
    note_round(world, dataset.id, news)
    ended = replace(known, state="ended", ended_at=store.now())
    store.rounds.keep_report(dataset.id, ended, counted)
    return WentOn("ended", known.name)
