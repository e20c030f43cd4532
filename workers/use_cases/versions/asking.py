"""Ask for a version: what it is to be is fixed at once, making it is a job (`making`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from argilla_distill.domain.history import START
from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.versions.manifest import MAX_NOTE, VersionRequest, tag_fault
from argilla_distill.domain.versions.segments import InvalidSegment, Selection
from argilla_distill.plugin.dispatch import VERSION
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.errors import EngineError
from argilla_distill.workers.models.terms import terms_of
from argilla_distill.workers.models.values import question_of
from argilla_distill.workers.use_cases.distilling.dataset_news import see_to_news
from argilla_distill.workers.use_cases.versions.circumstances import settings_then
from argilla_distill.workers.use_cases.versions.fitting import chosen, distilled
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.past import Past

ALL = Selection()


def ask(
    world: World,
    dataset: Dataset,
    strategy: str = "",
    as_of: int = 0,
    tags: tuple[str, ...] = (),
    note: str = "",
    selection: Selection = ALL,
    created_by: str = "",
    keep: Callable[[VersionRequest], None] | None = None,
) -> VersionRequest:
    """Ask for a version of a dataset.

    Parameters
    ----------
    strategy : of every question that it suits; "" leaves each question its own.
    as_of : the moment, ms since the epoch, after which nothing counts; 0 for now.
    selection : which records it is to have.
    created_by : who asks for it.
    keep : notes the request in the store, with what else must be noted at the very same time; None: alone.

    Raises
    ------
    InvalidRequest : an unknown strategy, a moment in the future, a tag that is none, a note too long, a
        segment that no record can be in.
    DatasetBusy : settings or guidelines are new, and whoever works on the dataset kept it for too long.
    InvalidSettings : there is no such storage.
    """
    store = world.store
    Storage(world.settings.versions)
    dataset = world.gateway.dataset(dataset.id)  # with its questions
    now = store.now()
    plan = world.plan(dataset.full_name)
    if as_of:
        dataset, plan = _then(world, dataset, plan, as_of)
    _check(dataset, plan, strategy, as_of, now, tags, note)
    _check_segments(dataset, plan, selection)
    named = strategy or plan.strategy
    if not as_of and store.history.last(dataset.id) != START:
        see_to_news(world, dataset, plan)
    position = store.history.before(dataset.id, as_of) if as_of else store.history.last(dataset.id)
    if position == START:
        raise InvalidRequest(f"nothing was known of {dataset.full_name} at that moment")
    number = store.versions.number(dataset.id, named)
    request = VersionRequest(
        f"{named}-{number}",
        strategy,
        position,
        as_of,
        now,
        note,
        tags,
        **{name: tuple(each) for name, each in selection.written.items()},
        parent=store.versions.tags(dataset.id).get("latest", ""),
        created_by=created_by,
    )
    if keep is None:
        store.versions.ask(dataset.id, request)
    else:
        keep(request)
    world.dispatch.enqueue(VERSION, dataset.id)
    return request


def unmet(world: World, dataset_id: str, selection: Selection) -> list[str]:
    """Which rounds and models no record is known to be of, in sentences.

    It may be of one in Argilla since it was last read, so that only making the version finds out. Records are
    looked at until each has been met: all of them only where one is misspelt.
    """
    wanted = {(c.kind, c.value) for c in selection.conditions if c.kind in ("round", "model")}
    met = dict[str, set[str]](round=set(), model=set())
    ledger = world.store.datasets.scan_ledger(dataset_id) if wanted else ()
    for _, entry in ledger:
        for kind, value in (("round", entry.round), ("model", entry.model)):
            if value is not None and not entry.gone:
                met[kind].add(value)
                wanted.discard((kind, value))
        if not wanted:
            return []
    return [
        f"{kind}={value}: no record is known to be of this {kind}{did_you_mean(value, met[kind])}; if none is"
        " in Argilla either, no version is made"
        for kind, value in sorted(wanted)
    ]


def _then(
    world: World, dataset: Dataset, plan: DatasetSettings, as_of: int
) -> tuple[Dataset, DatasetSettings]:
    """A dataset's questions and settings at a moment, as far as the history tells."""
    past = Past()
    for entry in world.store.history.news(dataset.id):
        if entry.seen_at <= as_of:
            past.follow(entry)
    if past.config is None:
        return dataset, plan
    return replace(dataset, questions=past.config.questions), settings_then(
        past.config.settings, plan
    )


def _check_segments(dataset: Dataset, plan: DatasetSettings, selection: Selection) -> None:
    """What can be told before anything is read."""
    labels = {q.name: q.labels for q in distilled(dataset, plan) if q.labels}
    try:
        selection.check({f"label:{question}": values for question, values in labels.items()})
    except InvalidSegment as error:
        raise InvalidRequest(str(error)) from None


def _check(
    dataset: Dataset,
    plan: DatasetSettings,
    strategy: str,
    as_of: int,
    now: int,
    tags: tuple[str, ...],
    note: str,
) -> None:
    questions = distilled(dataset, plan)
    chosen_ = {q.name: chosen(q, plan, strategy) for q in questions}
    if not questions:
        raise InvalidRequest(f"{dataset.full_name} has no question that is distilled")
    if strategy and all(why for _, why in chosen_.values()):
        raise InvalidRequest(next(why for _, why in chosen_.values()))
    for question in questions:
        try:
            terms = terms_of(plan.question(question.name))
            registry.suited(chosen_[question.name][0], question_of(question), terms)
        except EngineError as error:
            raise InvalidRequest(f"question {question.name}: {error}") from None
    if as_of > now:
        raise InvalidRequest("a version cannot be of a moment in the future")
    for tag in tags:
        if why := tag_fault(tag):
            raise InvalidRequest(why)
    if len(note) > MAX_NOTE:
        raise InvalidRequest(f"a note has {MAX_NOTE:,} characters at most")
