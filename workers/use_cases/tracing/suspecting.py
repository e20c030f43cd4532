"""Which segments of a version say otherwise than the others: counted once a version, and kept."""

from __future__ import annotations

import logging

import numpy as np

from argilla_distill.domain.rounds.suspected import suspicions_of
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.tracing import Suspect, Suspicions
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.evaluation.segments import look
from argilla_distill.workers.use_cases.tracing.due import Unlooked, latest, unlooked
from argilla_distill.workers.use_cases.tracing.material import Material, material
from argilla_distill.workers.use_cases.world import World

log = logging.getLogger("distill.tracing")

MAX_SEGMENTS = 200
"""So many segments of a kind are kept, the most suspect first."""


def suspect(world: World, found: Material) -> Suspicions:
    """Look at all segments of one question.

    What was found in the latest version is kept for the pages, and with a round what was found of it in the
    version that its end made.
    """
    labels = found.codes(found.labels)
    kinds = found.kinds()
    looked = look(found.texts, labels, max(len(found.values), 2), found.groups, kinds)
    names = {kind.name: kind.names for kind in kinds}
    segments = tuple(
        Suspect(
            kind,
            names[kind][each.segment],
            each.claims,
            each.sure,
            each.contradicted,
            round(each.expected, 2),
            round(each.z, 3),
            float(f"{each.p:.3g}"),
            each.significant,
        )
        for kind, some in looked.found.items()
        for each in some[:MAX_SEGMENTS]
    )
    known = int(np.count_nonzero(labels >= 0))
    made = Suspicions(
        found.question.name,
        found.manifest.name,
        world.store.now(),
        known,
        known,
        looked.gate.informative,
        looked.gate.sentence,
        segments,
    )
    _keep(world, found.manifest, made)
    return made


def suspect_unlooked(world: World, dataset_id: str) -> str:
    """Look at what is not looked at yet; what became of it, in a word."""
    status = "nothing to do"
    for each in unlooked(world, dataset_id):
        try:
            suspect(world, material(world, each.manifest, each.question))
            status = "looked at"
        except InvalidRequest as error:
            log.warning("suspicion of dataset=%s question=%s: %s", dataset_id, each.question, error)
            give_up(world, each, str(error))
            status = "failed"
    return status


def give_up(world: World, each: Unlooked, why: str) -> None:
    """Keep that nothing can be said, and why: it is not tried again for this version."""
    said = f"The segments could not be looked at: {why}."
    made = Suspicions(each.question, each.manifest.name, world.store.now(), 0, 0, False, said)
    _keep(world, each.manifest, made)


def _keep(world: World, manifest: Manifest, made: Suspicions) -> None:
    store, dataset_id = world.store, manifest.dataset_id
    newest = latest(world, dataset_id)
    if newest is None or newest.name == made.version:
        store.suspicions.keep(dataset_id, made)
    for each in store.rounds.all(dataset_id):
        if (each.version, each.question) == (made.version, made.question):
            of_it = tuple(suspicions_of(each.name, made))
            store.suspicions.keep_of_round(dataset_id, each, of_it)
