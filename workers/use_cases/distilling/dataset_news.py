"""What is new of a dataset itself, beside its records: guidelines, effective settings, people, rounds.

Each becomes an entry of the history, once: what was last written is among the dataset's facts, so that
looking costs nothing where nothing is new. The dataset and its facts are at hand whenever a run begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.config import Config
from argilla_distill.domain.history.guidelines import edition_entry, sha256_of
from argilla_distill.domain.history.people import ANNOTATOR
from argilla_distill.domain.history.record_state import digest
from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.records import Dataset
from argilla_distill.plugin.settings import DatasetSettings
from argilla_distill.plugin.store.work.lease import Lease
from argilla_distill.workers.use_cases.distilling.annotators import NumberedAnnotators
from argilla_distill.workers.use_cases.world import World, patiently
from argilla_distill.workers.writing.guidelines_section import BrokenMarkers, Guidelines

EDITION, CONFIG, SETTINGS = "guidelines_sha256", "config_digest", "settings_digest"
"""Facts of a dataset: the digests of what the history last tells of it."""


def is_new(dataset: Dataset, plan: DatasetSettings, facts: Mapping[str, str]) -> bool:
    """Whether guidelines, settings or overlap are other ones than the history tells.

    The dataset may come without its questions.
    """
    known = facts.get(EDITION), facts.get(SETTINGS)
    return known != (sha256_of(_edition(dataset.guidelines)), _digest(plan, dataset))


def note_news(
    world: World,
    lease: Lease,
    dataset: Dataset,
    plan: DatasetSettings,
    facts: Mapping[str, str],
    annotators: NumberedAnnotators,
) -> list[Entry]:
    """Append to the history what is new; nothing if nothing is.

    Parameters
    ----------
    dataset : with its questions.
    facts : of the dataset, as they were just read.

    Raises
    ------
    LeaseLost : nothing was written.
    """
    text, config = _edition(dataset.guidelines), Config.of(plan.complete(), dataset)
    now = {
        EDITION: sha256_of(text),
        CONFIG: config.digest,
        SETTINGS: _digest(plan, dataset),
    }
    older = "name" in facts and CONFIG not in facts  # an earlier release introduced nobody
    entries = annotators.introductions() if older else annotators.news()
    if facts.get(EDITION) != now[EDITION] and (text or EDITION in facts):
        entries.append(edition_entry(text, dataset.changed_at))
    if facts.get(CONFIG) != now[CONFIG]:
        entries.append(config.entry())
    if not entries and all(facts.get(name) == value for name, value in now.items()):
        return []

    def write(pipe: Any) -> None:
        annotators.write(pipe)
        world.store.datasets.write_facts(pipe, dataset.id, now)

    filed = _append(world, lease, dataset.id, entries, write)
    annotators.written()
    return filed


def see_to_news(world: World, dataset: Dataset, plan: DatasetSettings) -> None:
    """Append what is new before somebody relies on the history, whoever else works on the dataset.

    Raises
    ------
    DatasetBusy : the dataset's lease was not given back in time.
    LeaseLost : nothing was written; may be repeated.
    """
    facts = world.store.datasets.info(dataset.id)
    config = Config.of(plan.complete(), dataset).digest
    if not is_new(dataset, plan, facts) and facts.get(CONFIG) == config:
        return
    lease = patiently(world.store, dataset.id)
    try:
        annotators = NumberedAnnotators(
            world.store, world.gateway, dataset.id, world.settings.plan.sources
        )
        annotators.rename()
        facts = world.store.datasets.info(dataset.id)
        note_news(world, lease, dataset, plan, facts, annotators)
    finally:
        lease.release()


def note_round(world: World, dataset_id: str, news: RoundNews) -> bool:
    """Append to the history that a round began, ended or was cancelled; False if that is in it already.

    Raises
    ------
    DatasetBusy : somebody works on the dataset and did not give its lease back in time.
    LeaseLost : nothing was written; may be repeated.
    """
    lease, history = patiently(world.store, dataset_id), world.store.history
    try:
        if history.round(dataset_id, news.name) == news:
            return False

        def write(pipe: Any) -> None:
            history.write_round(pipe, dataset_id, news)

        _append(world, lease, dataset_id, [news.entry()], write)
    finally:
        lease.release()
    return True


def _append(
    world: World,
    lease: Lease,
    dataset_id: str,
    entries: Sequence[Entry],
    write: Callable[[Any], None],
) -> list[Entry]:
    """Append entries in one transaction with what `write` writes; returns them with their ids."""
    history = world.store.history
    ids = history.ids(dataset_id, world.store.now(), len(entries))
    filed = [entry.filed(entry_id) for entry, entry_id in zip(entries, ids, strict=True)]

    def write_all(pipe: Any) -> None:
        history.append(pipe, dataset_id, filed)
        history.write_news(pipe, dataset_id, [e.id for e in filed if e.kind != ANNOTATOR])
        write(pipe)

    lease.commit(write_all)
    return filed


def _edition(guidelines: str) -> str:
    """What people wrote of the guidelines: without our section, and without blanks around it."""
    try:
        return Guidelines.of(guidelines).without_section().strip()
    except BrokenMarkers:
        return guidelines.strip()


def _digest(plan: DatasetSettings, dataset: Dataset) -> str:
    return digest([plan.complete(), dataset.min_submitted])
