"""What comparisons of other pairs say about a pair of items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import expit, log_ndtr

from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.elements import ElementModel, MirroredElements
from argilla_distill.workers.engine.composite.ranking.discrimination import USUAL, discrimination
from argilla_distill.workers.engine.composite.ranking.implied import Relation, surest_paths
from argilla_distill.workers.engine.composite.ranking.item_orders import (
    implied_by,
    n_items_of,
    n_items_of_pairs,
)
from argilla_distill.workers.engine.composite.ranking.merits import (
    Merits,
    PairVotes,
    posterior_merits,
)
from argilla_distill.workers.engine.composite.ranking.order import matrices
from argilla_distill.workers.engine.composite.record_elements import RecordElements, WholeValue
from argilla_distill.workers.engine.composite.taken_apart import TakenApart, element_name
from argilla_distill.workers.engine.contract.numbers import Floats

OWN_WEIGHT = 0.3
"""How far the votes on a pair count beside the merits of its items, which rest on them as well."""

SHARED = 0.2
"""The variance of what all annotators misjudge alike of an item's merit; that of merits is 1."""


class ImpliedOrder(Context):
    """Pairs that follow from other pairs, where nobody contradicts those.

    A pair that nobody compared, and whose order follows, is as sure as the weakest of the
    comparisons that it follows from.
    """

    def apply(self, taken: TakenApart, on: RecordElements) -> list[Floats]:
        n = n_items_of(on)
        if n < 2:
            return on.own
        (model,) = taken.models
        above, compared = implied_by(on, n, model)
        before, _ = matrices(n, on.own)
        surest = surest_paths(before, above & compared)
        follows = above & ~compared & (surest > before)
        found, upper = np.array(on.own), np.triu_indices(n, 1)
        for relation, way in ((follows, 0), (follows.T, 2)):
            chosen = relation[upper]
            chance = np.maximum(surest, surest.T)[upper][chosen]
            found[chosen] = (1 - chance[:, None]) / 2
            found[chosen, way] = chance
        return _coherent(found, above)


class ItemMerits(Context):
    """The merits of items, which all pairs of a record say something about.

    A pair that few compared is known from what both were compared with. Items have merits, and
    annotators tell them apart more or less sharply (`merits`, `discrimination`). With P[a, b] what
    the model makes of the votes on the pair alone, μ and v the mean and the variance of what the
    merits of its items differ by, and Φ the standard normal distribution::

        log P(a > b) / P(b > a) = OWN_WEIGHT · log P[a, b] / P[b, a] + log Φ(z) / Φ(-z)
        z = μ / √(v + 2 · SHARED)

    What annotators misjudge alike no number of them makes up for, so nothing becomes certain.

    Attributes
    ----------
    sharp_ : mapping of annotator to how sharply they tell merits apart
    usual_ : float
        That of those who are not known.
    """

    sharp_: dict[str, float]
    usual_: float

    def __init__(self) -> None:
        self.sharp_, self.usual_ = {}, USUAL

    def learn(self, taken: TakenApart) -> None:
        (model,) = taken.models
        assert isinstance(model, MirroredElements)
        of: dict[int, list[list[str]]] = {}
        for record in taken.facts.heard():
            names = [element_name(record, part) for _, part in taken.elements(record)]
            if len(names) > 1:
                of.setdefault(len(names), []).append(names)
        n_annotators = len(model.votes_.annotators)
        groups = []
        for n_pairs, records in sorted(of.items()):
            said = model.said([name for names in records for name in names], verdicts=True)
            groups.append(PairVotes.of(len(records), n_items_of_pairs(n_pairs), *said))
        found = discrimination(groups, n_annotators)
        self.sharp_ = dict(zip(model.votes_.annotators, found.sharp.tolist(), strict=True))
        self.usual_ = found.usual

    def apply(self, taken: TakenApart, on: RecordElements) -> list[Floats]:
        n = n_items_of(on)
        if n < 2:
            return on.own
        (model,) = taken.models
        above, _ = implied_by(on, n, model)
        if n < 3:
            return _coherent(np.array(on.own), above)
        own = np.maximum(np.array(on.own), np.finfo(float).tiny)
        said, sharp = self._said(model, on)
        odds = OWN_WEIGHT * (np.log(own[:, 0]) - np.log(own[:, 2]))
        odds += _log_odds(posterior_merits(said, sharp))
        ahead, apart = expit(odds), own[:, 0] + own[:, 2]
        found = np.stack([apart * ahead, own[:, 1], apart * (1 - ahead)], axis=1)
        return _coherent(found, above)

    def voices(self, taken: TakenApart, on: RecordElements, whole: WholeValue) -> dict[str, float]:
        """What votes on all pairs add to the weakest one, beside the votes on it alone.

        At the mean merits, each is the sum of what pulls at it, ``w β (y - σ(β d))`` of every vote.
        So the difference of two is a sum over annotators, and each has that share of its log-odds.
        """
        if on.verdict is not None or whole.weakest is None or 1 in whole.sides:
            return {}
        if n_items_of(on) < 3:
            return {}
        (model,) = taken.models
        said, sharp = self._said(model, on)
        merits = posterior_merits(said, sharp)
        at = on.elements.index(whole.weakest)
        first, second = np.triu_indices(said.n_items, 1)
        d = (merits.mean[0, first] - merits.mean[0, second])[said.cell]
        pull = said.weight * sharp * (said.first - expit(sharp * d))
        a, b = first[at], second[at]
        one, other = first[said.cell], second[said.cell]
        pull *= 1.0 * (one == a) - (other == a) - (one == b) + (other == b)
        apart = float(merits.mean[0, a] - merits.mean[0, b])
        way = 1.0 if whole.sides[0] == 0 else -1.0
        worth = way * float(_log_odds(merits)[at]) / apart if apart else 0.0
        own = model.voices(element_name(on.record, whole.weakest[1]), *whole.sides)
        added = {who: (OWN_WEIGHT - 1) * voice for who, voice in own.items()}
        names = model.votes_.annotators
        for column, part in zip(said.annotator.tolist(), (worth * pull).tolist(), strict=True):
            added[names[column]] = added.get(names[column], 0.0) + part
        return added

    def state(self) -> dict[str, Any]:
        return {"sharp": dict(self.sharp_), "usually_sharp": self.usual_}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take a state back; earlier releases did not tell annotators apart here."""
        self.sharp_ = dict(state.get("sharp", {}))
        self.usual_ = float(state.get("usually_sharp", USUAL))

    def _said(self, model: ElementModel, on: RecordElements) -> tuple[PairVotes, Floats]:
        """The votes on a record's pairs, and how sharp their annotators are."""
        assert isinstance(model, MirroredElements)
        names = [element_name(on.record, part) for _, part in on.elements]
        said = PairVotes.of(1, n_items_of(on), *model.said(names))
        known = model.votes_.annotators
        sharp = [self.sharp_.get(known[column], self.usual_) for column in said.annotator.tolist()]
        return said, np.array(sharp, np.float64)


def _log_odds(merits: Merits) -> Floats:
    """log P(a > b) / P(b > a) of the pairs of a single record, by its merits."""
    mean, variance = (each[0] for each in merits.apart())
    z = mean / np.sqrt(variance + 2 * SHARED)
    return np.asarray(log_ndtr(z) - log_ndtr(-z), np.float64)


def _coherent(posterior: Floats, above: Relation) -> list[Floats]:
    """Return the posterior of pairs, except that no pair is held to be more probable against what follows.

    Annotators of whom little is known, or little good, may else be believed to mean the reverse.
    """
    p, upper = posterior.copy(), np.triu_indices(len(above), 1)
    forward, backward = above[upper], above.T[upper]
    wrong = (forward & (p[:, 0] < p[:, 2])) | (backward & (p[:, 2] < p[:, 0]))
    p[wrong, 0] = p[wrong, 2] = (p[wrong, 0] + p[wrong, 2]) / 2
    return list(p)
