"""The texts that are nearest to others: what a model that fails may have learned from.

Evidence to read, no detector: near records share words, not causes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.evaluation.tf_idf import TfIdf

CHUNK = 50
"""So many texts are compared with all others at once."""


def nearest(
    texts: Sequence[str], others: Sequence[str], most: int, never: Sequence[int] = ()
) -> tuple[Ints, Floats]:
    """For each of `others`, the nearest of `texts` by the cosine of their rows (`tf_idf`).

    Parameters
    ----------
    never : for each of `others`, the place of a text that is itself, -1 for none; empty for none at all.

    Returns
    -------
    ndarray of shape (n_others, most): places in `texts`, nearest first, -1 where nothing is alike; and the
    same of their cosines.

    >>> found, cosine = nearest(["late parcel", "refund please", "parcel"], ["my parcel is late"], 2)
    >>> found.tolist(), bool(cosine[0, 0] > cosine[0, 1] > 0)
    ([[0, 2]], True)
    """
    read = TfIdf()
    rows = read.fit_transform(texts)
    wanted = read.transform(others)
    most_here = min(most, len(texts))
    places = np.full((len(others), most), -1, np.int64)
    cosines = np.zeros((len(others), most))
    for start in range(0, len(others), CHUNK):
        alike = (wanted[start : start + CHUNK] @ rows.T).toarray()
        for row, of in enumerate(alike):
            number = start + row
            if len(never) and never[number] >= 0:
                of[never[number]] = 0.0
            best = np.argpartition(-of, most_here - 1)[:most_here]
            best = best[np.lexsort((best, -of[best]))]
            best = best[of[best] > 0]
            places[number, : len(best)] = best
            cosines[number, : len(best)] = of[best]
    return places, cosines
