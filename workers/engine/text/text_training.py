"""Whether annotators of texts weigh more once reviewers have judged them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.shares import TIE
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.text.answers import RecordAnswers, frequent
from argilla_distill.workers.engine.text.text_annotators import Weighting

TRAINED = Weighting(3.0, 1.0)
"""For annotators whom reviewers judged, if cross-validation finds it better: reviewers know better
than the crowd how good somebody is."""

MIN_ADJUDICATIONS = 10

FOLDS = 5


def trained(
    judged: Mapping[str, RecordAnswers],
    plain: Mapping[str, RecordAnswers],
    usual: Weighting,
    posteriors: Callable[[Weighting, Sequence[str]], list[Floats]],
) -> Training:
    """Compare `usual` with `TRAINED` by cross-validation; used if better by two standard errors.

    The answers nearest to the adjudication are what should have led.

    Parameters
    ----------
    judged, plain : mapping of record to its answers, with and without the adjudication
    posteriors : the posteriors of some records of `plain`, given the adjudications of all others
    """
    n = len(judged)
    if n < MIN_ADJUDICATIONS:
        summary = f"{n} adjudications: training starts at {MIN_ADJUDICATIONS}"
        return Training(n, False, None, None, None, None, summary)
    order = sorted(judged, key=lambda r: (judged[r].candidates, judged[r].truth))
    losses, hits = np.zeros((2, n)), np.zeros((2, n))
    for k, weigh in enumerate((usual, TRAINED)):
        for fold in range(FOLDS):
            test = order[fold::FOLDS]
            for i, (record, p) in enumerate(zip(test, posteriors(weigh, test), strict=True)):
                right = nearest(judged[record], plain[record])
                losses[k, fold + i * FOLDS] = -np.log(max(float(p[right].sum()), 1e-6))
                hits[k, fold + i * FOLDS] = right[int(np.argmax(p))]
    majority = np.mean([_majority(nearest(judged[r], plain[r]), plain[r]) for r in order])
    gain = losses[0] - losses[1]
    better = bool(gain.mean() > 2 * gain.std() / np.sqrt(n))
    before, after = losses.mean(axis=1).tolist()
    summary = (
        f"{n} adjudications, mostly of hard records: log loss {before:.3f} with annotators weighed as "
        f"usual, {after:.3f} with more (cross-validated); "
        f"{'that is used' if better else 'not better beyond chance'}"
    )
    accuracy = float(hits[int(better)].mean())
    return Training(n, better, before, after, accuracy, float(majority), summary)


def _majority(right: NDArray[np.bool_], plain: RecordAnswers) -> float:
    """Whether majority leads to a right candidate; in a tie in part."""
    total = frequent(plain).sum(axis=0)
    return float(right[total > total.max() - TIE].mean())


def nearest(judged: RecordAnswers, plain: RecordAnswers) -> NDArray[np.bool_]:
    """Which of the plain answers' candidates are nearest to the adjudication."""
    far = np.full(len(plain.candidates), np.inf)
    for mine, said in zip(plain.said, judged.said, strict=True):
        far[mine] = judged.apart[said, judged.truth]
    return np.asarray(far <= far.min() + 1e-9, np.bool_)
