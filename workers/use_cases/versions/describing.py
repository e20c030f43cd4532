"""What a version says of itself: how its rows look, its manifest, its card."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from argilla_distill import __version__
from argilla_distill.domain.state.annotator import called
from argilla_distill.domain.versions.manifest import (
    Manifest,
    VersionEdition,
    VersionFile,
    VersionQuestion,
    VersionRequest,
)
from argilla_distill.domain.versions.split import SPLITS
from argilla_distill.domain.wording import many
from argilla_distill.plugin.storage.storage import MANIFEST
from argilla_distill.workers.use_cases.versions.circumstances import Circumstances
from argilla_distill.workers.use_cases.versions.fitting import Outcome, distilled, reviewers
from argilla_distill.workers.use_cases.versions.writing_files import Form
from argilla_distill.workers.versions.card import card
from argilla_distill.workers.versions.counts import Counts
from argilla_distill.workers.versions.parts import described_file
from argilla_distill.workers.versions.picture import PICTURE, picture
from argilla_distill.workers.versions.selecting import Selecting
from argilla_distill.workers.versions.standing import FIELDS, LATER, METADATA, TEXTLESS, Scene
from argilla_distill.workers.versions.tables import columns

OLDER = (
    "Settings, questions, and who annotators are, are those of the moment at which it was made: the history "
    "begins to tell of them only later."
)
NO_EDITION = "Given before the history told of guidelines, so that their edition is not known: {}."
UNKNOWN: Mapping[str, str] = {
    LATER: "First looked at later, so that fields and metadata are as of the making of this version: {}.",
    FIELDS: "Fields have changed since, and no version has the earlier ones, so that they are as of the "
    "making of this version: {}.",
    METADATA: "Metadata have changed since, and no version has the earlier ones, so that all but round and "
    "model are as of the making of this version: {}.",
    TEXTLESS: "Deleted since, and no version has their fields, so that they are left out: {}.",
}
"""What the history does not know of a moment that is past."""


def form_of(
    under: Circumstances,
    request: VersionRequest,
    fits: Mapping[str, int],
    audited: Collection[str] = (),
) -> Form:
    """How the rows of a version look.

    Parameters
    ----------
    fits : question → number of the live model's fit at the version's position.
    audited : audited records, and their groups.
    """
    plan = under.plan
    names_of = called(under.people, plan.name_annotators)
    people = {n: {"name": names_of[n], "kind": known.kind} for n, known in under.people.items()}
    names = [q.name for q in distilled(under.dataset, plan)]
    selecting = Selecting(
        request.selection,
        under.dataset.id,
        plan.round_property,
        names,
        people,
        reviewers(people),
        under.editions,
        audited,
    )
    overlap = under.dataset.min_submitted
    scene = Scene(request.as_of, request.asked_at, overlap, plan.round_property, selecting.wanted)
    return Form(
        plan,
        columns(names),
        under.fields,
        fits,
        people,
        under.editions,
        scene,
        selecting,
        under.page,
        under.argilla,
    )


def described(
    request: VersionRequest,
    under: Circumstances,
    every: Sequence[Outcome],
    form: Form,
    counts: Counts,
    files: Sequence[VersionFile],
    now: int,
) -> Manifest:
    """The manifest of what was written, without its card.

    Parameters
    ----------
    now : our time, ms since the epoch.
    """
    dataset = under.dataset
    effective = form.plan.complete()
    return Manifest(
        name=request.name,
        dataset_id=dataset.id,
        dataset=dataset.full_name,
        position=request.position,
        as_of=request.as_of,
        asked_at=request.asked_at,
        created_at=now,
        release=__version__,
        settings=effective,
        settings_sha256=sha256(json.dumps(effective, sort_keys=True).encode()).hexdigest(),
        questions=tuple(_question(each, form, counts) for each in every),
        records=counts.records,
        votes=counts.votes,
        splits={split: counts.splits[split] for split in SPLITS},
        rounds=dict(sorted(counts.rounds.items())),
        sources=_sources(counts.voters),
        named=form.plan.name_annotators,
        files=tuple(sorted(files, key=lambda file: file.path)),
        content_sha256=counts.digest.to_bytes(32, "big").hex(),
        unknown=tuple(_unknown(request, under, counts)),
        note=request.note,
        guidelines=tuple(
            VersionEdition(e.number, e.sha256, e.since, counts.guidelines[str(e.number)])
            for e in under.editions
        ),
        only=request.only,
        without=request.without,
        parent=request.parent,
        created_by=request.created_by,
    )


def _unknown(request: VersionRequest, under: Circumstances, counts: Counts) -> Iterator[str]:
    """What the history could not tell, a sentence each."""
    if request.as_of and not under.by_history:
        yield OLDER
    if counts.guidelines[""] and under.editions:
        yield NO_EDITION.format(many(counts.guidelines[""], "answer"))
    for what, sentence in UNKNOWN.items():
        if counts.unknown[what]:
            yield sentence.format(many(counts.unknown[what], "record"))


def complete(manifest: Manifest, folder: Path) -> Manifest:
    """Write card, picture and manifest beside the files; return the manifest with the first two in it."""
    files = manifest.files
    for name, text in (("README.md", card(manifest)), (PICTURE, picture(manifest))):
        if text:
            (folder / name).write_text(text, "utf-8")
            files = (*files, described_file(folder / name, 0))
    whole = replace(manifest, files=files)
    text = json.dumps(whole.as_json(), indent=2, ensure_ascii=False)
    (folder / MANIFEST).write_text(text, "utf-8")
    return whole


def _question(each: Outcome, form: Form, counts: Counts) -> VersionQuestion:
    name = each.question.name
    decided = counts.records - counts.abstained[name]
    mean = counts.confidence[name] / decided if decided else None
    return VersionQuestion(
        name,
        form.columns[name],
        each.question.type,
        each.strategy,
        form.fits.get(name, 0),
        counts.learned[name],
        counts.adjudicated[name],
        each.trained,
        each.why,
        dict(counts.labels.get(name, {})),
        counts.abstained[name],
        counts.open[name],
        each.alpha,
        mean,
        each.question.labels,
        each.question.field,
        counts.audits[name],
        each.audited,
    )


def _sources(voters: Mapping[str, str]) -> dict[str, int]:
    kinds = list(voters.values())
    return {kind: kinds.count(kind) for kind in sorted(set(kinds))}
