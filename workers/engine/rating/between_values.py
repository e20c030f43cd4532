"""Whether a scale's true ratings lie on its values or between them: by which predicts votes better.

Where people pick one of five boxes, the truth is one of them, and who misses it misses it grossly or by one.
Where they say how much there is of something, the truth is any number, and the values are what people round
to, each from where they put it. Which it is the votes tell themselves.
"""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.rating.continuous import ContinuousRatings
from argilla_distill.workers.engine.rating.discrete import DiscreteRatings
from argilla_distill.workers.engine.rating.raters import Raters
from argilla_distill.workers.engine.rating.recalibration import RatingVotes

FEWEST_RECORDS = 20
"""With fewer records that several answered there is too little to tell by: the truth is then a value."""


def between_values(
    discrete: DiscreteRatings, continuous: ContinuousRatings, votes: RatingVotes, raters: Raters
) -> bool:
    """Whether a truth between the values predicts each vote better by the others on its record.

    Better: nearer to the votes, squared, by more than one standard error, over the records. Geisser,
    The predictive sample reuse method with applications, JASA 70 (1975); Breiman et al., Classification
    and regression trees (1984), for the standard error.

    Parameters
    ----------
    discrete, continuous : both fitted to these votes
    """
    several = (votes.counts > 1)[votes.record]
    far = [(votes.vote - each.predicted(votes, raters)) ** 2 for each in (discrete, continuous)]
    gain = far[0] - far[1]
    record = votes.record[several]
    if np.count_nonzero(votes.counts > 1) < FEWEST_RECORDS:
        return False
    by_record = np.bincount(record, gain[several], minlength=votes.n)[votes.counts > 1]
    mean, n = float(by_record.mean()), len(by_record)
    return bool(mean > float(by_record.std()) / np.sqrt(n) + 1e-9)
