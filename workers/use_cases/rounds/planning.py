"""Which outputs are taken into a round: near-identical ones once, a part at random, the rest by worth."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

import numpy as np

from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.domain.records import Dataset
from argilla_distill.domain.rounds.round import (
    BINS,
    RANDOM_SHARE,
    Round,
    TakenOutput,
    binned,
)
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.domain.versions.manifest import LATEST, Manifest
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.evaluation.choosing import (
    MAX_TAUGHT,
    Candidate,
    Chooser,
    Labelled,
)
from argilla_distill.workers.evaluation.priority_sampling import draw
from argilla_distill.workers.evaluation.tf_idf import text_of
from argilla_distill.workers.reporting.near_identical import NearGroups
from argilla_distill.workers.use_cases.rounds.form import LABELS, RecordForm, chosen_question
from argilla_distill.workers.use_cases.rounds.outputs import BadLines, digest, read
from argilla_distill.workers.use_cases.versions.keeping import found
from argilla_distill.workers.use_cases.world import World
from argilla_distill.workers.versions.labelled import labelled

Progress = Callable[[str, int], None]


@dataclass(frozen=True)
class Planned:
    """A round as it is to be, the outputs that are taken, and the form that they fit."""

    round: Round
    taken: tuple[TakenOutput, ...]
    form: RecordForm


@dataclass
class _Seen:
    """What is kept of each output."""

    numbers: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    predictions: list[str] = field(default_factory=list)
    prints: list[int] = field(default_factory=list)
    scores: int = 0


def plan(
    world: World,
    dataset: Dataset,
    path: Path,
    wish: Wish,
    progress: Progress = lambda stage, done: None,
) -> Planned:
    """What a round would be. Nothing is written.

    Parameters
    ----------
    dataset : with its questions.

    Raises
    ------
    InvalidRequest : outputs do not fit the dataset, or nothing can be made of what is asked.
    """
    form = RecordForm.of(world, dataset, wish.name, wish.model)
    source = digest(path)
    trained_on = found(world, dataset, wish.trained_on).name if wish.trained_on else ""
    before = world.store.versions.manifest(dataset.id, LATEST)
    asked = chosen_question(dataset, wish.question, wish.passes, False)

    def labels(predicts: bool) -> tuple[str, ...]:
        one = chosen_question(dataset, wish.question, wish.passes, predicts)
        return one.labels if one else ()

    seen, mistakes = _Seen(), BadLines()
    taught = _labelled(world, before, asked.name if asked else "")
    chooser = Chooser.taught_by(taught, wish.passes, before.name if before else "")

    def outputs() -> Iterator[Candidate]:
        for each in read(path, form, labels, mistakes):
            seen.numbers.append(each.number)
            seen.names.append(each.external_id)
            seen.predictions.append(each.prediction)
            seen.prints.append(int(fingerprint(each.fields) or "0", 16))
            seen.scores += each.score is not None
            progress("outputs", len(seen.numbers))
            yield Candidate(text_of(each.fields), each.prediction, each.score)

    looked = chooser.look(outputs())
    mistakes.check(path)
    if not seen.numbers:
        raise InvalidRequest(f"{path} holds no output: a round needs at least one")
    _refuse_known(world, dataset, path, seen)

    rng = _random(dataset.id, wish.name, source)
    some, alike = distinct(np.array(seen.prints, np.uint64), rng)
    drawn = draw(looked.weights[some], wish.take, RANDOM_SHARE, rng)
    steps = [-1 if np.isnan(p) else binned(float(p)) for p in looked.passes]
    # predictions help only where there is one of every output that is told
    known = min(steps) >= 0
    taken = tuple(
        TakenOutput(
            seen.numbers[row],
            seen.names[row] or f"round-{wish.name}-{source[:8]}-{seen.numbers[row]}",
            "random" if by_chance else "targeted",
            float(pi),
            int(alike[place]),
            seen.predictions[row],
            steps[row] if known else -1,
            looked.foretold[row],
        )
        for place, row, by_chance, pi in zip(
            drawn.rows.tolist(),
            some[drawn.rows].tolist(),
            drawn.at_random.tolist(),
            drawn.pi.tolist(),
            strict=True,
        )
    )
    predicts = any(seen.predictions)
    counts = np.bincount(np.array(steps), minlength=BINS).tolist() if known else []
    judges = bool(wish.passes) or predicts
    return Planned(
        Round(
            wish.name,
            wish.model,
            trained_on,
            asked.name if asked and judges else "",
            wish.passes,
            outputs=len(seen.numbers),
            distinct=len(some),
            take=wish.take,
            taken=len(taken),
            source_sha256=source,
            before=before.name if before else "",
            chosen_by=chooser.why(before.name if before else "", predicts, bool(seen.scores))
            if len(taken) < len(some)
            else "",
            population=tuple(counts),
        ),
        taken,
        form,
    )


def _random(dataset_id: str, name: str, source: str) -> np.random.Generator:
    """Chance that is the same whenever the same is asked for."""
    key = f"round\0{dataset_id}\0{name}\0{source}".encode()
    return np.random.default_rng(int.from_bytes(blake2b(key, digest_size=16).digest(), "big"))


def distinct(
    prints: np.ndarray[tuple[int], np.dtype[np.uint64]], rng: np.random.Generator
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], np.ndarray[tuple[int], np.dtype[np.int64]]]:
    """One row of each group of near-identical outputs, drawn at random, and the size of each group.

    Groups are gathered round what comes first in an order that is left to chance, so that no chain of
    small differences makes one group of many different texts.
    """
    near = NearGroups.of(prints)
    group_of = {row: g for g, rows in enumerate(near.members) for row in rows}
    order = rng.permutation(len(prints)).tolist()
    place_of: dict[int, int] = {}  # group of one fingerprint → place among those that are kept
    some: list[int] = []
    sizes: list[int] = []
    for row in order:
        g = group_of.get(row)
        place = None if g is None else place_of.get(g)
        if place is None:
            place = len(some)
            some.append(row)
            sizes.append(0)
            if g is not None:
                for other in (g, *near.near.get(g, ())):
                    place_of.setdefault(other, place)
        sizes[place] += 1
    return np.array(some, np.int64), np.array(sizes, np.int64)


def _labelled(world: World, manifest: Manifest | None, question: str) -> Labelled | None:
    """What a version teaches: texts in an order that is left to chance, not more than are of use."""
    if manifest is None or manifest.deleted_at:
        return None
    of_it = next((q for q in manifest.questions if q.name == question), None)
    of_it = of_it or next((q for q in manifest.questions if q.type == LABELS), None)
    if of_it is None:
        return None
    kept: list[tuple[bytes, str, str, dict[str, float]]] = []
    for each in labelled(Storage(world.settings.versions), manifest, of_it):
        if not each.posterior:
            continue
        place = blake2b(each.id.encode(), digest_size=8).digest()
        kept.append((place, text_of(each.fields), each.group, dict(each.posterior)))
        if len(kept) >= 2 * MAX_TAUGHT:
            kept = sorted(kept, key=lambda one: one[0])[:MAX_TAUGHT]
    kept = sorted(kept, key=lambda one: one[0])[:MAX_TAUGHT]
    labels = of_it.options
    targets = np.array([[said.get(label, 0.0) for label in labels] for *_, said in kept])
    if of_it.name != question:
        targets = np.zeros((len(kept), len(labels)))  # near or far is all that these tell
    return Labelled(
        [text for _, text, _, _ in kept], [group for _, _, group, _ in kept], labels, targets
    )


def _refuse_known(world: World, dataset: Dataset, path: Path, seen: _Seen) -> None:
    """Records of other rounds, or of annotators, are not to be written over."""
    mistakes = BadLines()
    names = [name for name in seen.names if name]
    known = world.store.datasets.of_external_ids(dataset.id, names)
    for number, name in zip(seen.numbers, seen.names, strict=True):
        if name and name in known:
            mistakes.add(number, f"external_id {name!r} is that of a record in the dataset")
    mistakes.check(path)
