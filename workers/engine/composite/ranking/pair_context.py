"""What comparisons of other pairs say about a pair of items."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.elements import MirroredElements
from argilla_distill.workers.engine.composite.ranking.implied import Relation, surest_paths
from argilla_distill.workers.engine.composite.ranking.item_orders import implied_by, n_items_of
from argilla_distill.workers.engine.composite.ranking.order import matrices, merits
from argilla_distill.workers.engine.composite.record_elements import RecordElements
from argilla_distill.workers.engine.composite.taken_apart import TakenApart, element_name
from argilla_distill.workers.engine.contract.numbers import Floats

OWN_WEIGHT = 0.3
MERIT_WEIGHT = 1.5
"""How far the votes on a pair count, and the merits of its items, which rest on them as well."""


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

    A pair that few compared is known from what both were compared with. With f[a, b] the share of
    the votes on a pair that have a first, and m[a, b] how many there are, weighted by how much
    better than chance their annotators are, items have merits s (Bradley & Terry, Rank analysis of
    incomplete block designs, Biometrika 39, 1952), with a standard normal prior. With P[a, b] what
    the model makes of the votes on the pair alone::

        s = argmax Σ m[a, b] (f[a, b] log σ(s_a - s_b) + f[b, a] log σ(s_b - s_a)) - Σ s² / 2
        log P(a > b) / P(b > a) = OWN_WEIGHT · log P[a, b] / P[b, a] + MERIT_WEIGHT · (s_a - s_b)
    """

    def apply(self, taken: TakenApart, on: RecordElements) -> list[Floats]:
        n = n_items_of(on)
        if n < 2:
            return on.own
        (model,) = taken.models
        above, _ = implied_by(on, n, model)
        if n < 3:
            return _coherent(np.array(on.own), above)
        own = np.maximum(np.array(on.own), np.finfo(float).tiny)
        names = [element_name(on.record, part) for _, part in on.elements]
        assert isinstance(model, MirroredElements)
        first, second = np.triu_indices(n, 1)
        merit = merits(first, second, *model.said(names))
        odds = OWN_WEIGHT * (np.log(own[:, 0]) - np.log(own[:, 2])) + MERIT_WEIGHT * (
            merit[first] - merit[second]
        )
        ahead, apart = expit(odds), own[:, 0] + own[:, 2]
        found = np.stack([apart * ahead, own[:, 1], apart * (1 - ahead)], axis=1)
        return _coherent(found, above)


def _coherent(posterior: Floats, above: Relation) -> list[Floats]:
    """Return the posterior of pairs, except that no pair is held to be more probable against what follows.

    Annotators of whom little is known, or little good, may else be believed to mean the reverse.
    """
    p, upper = posterior.copy(), np.triu_indices(len(above), 1)
    forward, backward = above[upper], above.T[upper]
    wrong = (forward & (p[:, 0] < p[:, 2])) | (backward & (p[:, 2] < p[:, 0]))
    p[wrong, 0] = p[wrong, 2] = (p[wrong, 0] + p[wrong, 2]) / 2
    return list(p)
