"""What a record's own text says about its label: one more voice, believed as far as it has proved.

No model is ever asked about a record that it was fitted to: leaving one out has a closed form. What
texts are about is `topics`'s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.shares import softmax

MIN_RECORDS = 20
"""With fewer records that have both a text and a vote, texts say nothing."""

PENALTIES = np.geomspace(0.03, 30.0, 7)
"""Ridges that are tried; texts have length 1."""

MIN_RATIO = 0.05
"""No text makes a label less likely than this share of what it is without."""

ALIKE = 1e-3
"""Texts whose topics differ by no more are all alike; texts have length 1."""

TRUST = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0])
"""How far the voice may count. Above 1: what it was fitted to are votes, with their errors."""

AT_ONCE = 20_000
"""Records whose topics are held in full precision at a time."""

A_FEW = 500
"""Of so many it is nearly always plain already that texts are not all alike."""

HELD = 8_000_000
"""So many fitted values are held at most, rather than worked out twice; and a fiftieth of it at a time."""

DOUBT = 4.0
"""Nats by which the voice has to predict better than the labels' shares, in all, to be believed as
readily as not."""


class ContentVoice:
    """Ridge regression on the topics of texts, and how far it is to be believed.

    With Z the topics (centred), R what votes make likely and p its mean (the labels' shares),
    ``R - p`` is regressed on Z. Fitted values are ``H (R - p)``, and those of a regression without
    record i follow from H's diagonal h (Allen's PRESS)::

        f[i] = (H (R - p) - h (R - p))[i] / (1 - h[i])
        odds[i, k] = log max(p[k] + f[i, k], MIN_RATIO · p[k]) - log p[k],  up to a constant

    f is a mean over PENALTIES, each by its likelihood (the residuals' variance being unknown). The
    odds count by the trust t, a mean over TRUST as well, each by how well the votes are predicted
    through the annotators' errors, and 0 by DOUBT more::

        weight[t] ∝ Π_i Σ_k softmax(log p + t · odds[i])[k] · P(votes on i | k)

    So all of this is a smooth function of the facts, and none of their order.

    Allen, The relationship between variable selection and data augmentation and a method for
    prediction, Technometrics 16 (1974); Hoeting et al., Bayesian model averaging, Statistical
    Science 14 (1999).

    Attributes
    ----------
    centre_ : ndarray of shape (n_topics,)
        The mean of the topics.
    coefficients_ : ndarray of shape (n_topics, n_labels)
    middle : ndarray of shape (n_labels,)
        ``centre_ @ coefficients_``: what is taken from the sums of a text's topics.
    shares_ : ndarray of shape (n_labels,), sums to 1
        p
    trust_ : float, 0: not heard
    accuracy_ : float in [0, 1]
        How often its first choice was the votes' too, out of sample.
    """

    def __init__(self, n_labels: int) -> None:
        self.n_labels = n_labels
        self.centre_ = np.zeros(0)
        self.coefficients_ = np.zeros((0, n_labels))
        self.shares_ = np.full(n_labels, 1 / n_labels)
        self.middle = np.zeros(n_labels)
        self.trust_ = 0.0
        self.accuracy_ = 1 / n_labels

    def fit(
        self, topics: NDArray[np.floating], posterior: Floats, likelihood: Floats
    ) -> Floats | None:
        """Learn from records that have a text and votes, in any order.

        Parameters
        ----------
        topics : ndarray of shape (n, n_topics)
        posterior : ndarray of shape (n, n_labels), what their votes say; rows sum to 1
        likelihood : ndarray of shape (n, n_labels), P(votes | label), up to a factor per row

        Returns
        -------
        The odds of these records, each left out, shape (n, n_labels), nats; None where texts say nothing.
        """
        n = len(topics)
        if n < MIN_RECORDS or self.n_labels < 2:
            return None
        self.centre_ = topics.mean(axis=0, dtype=np.float64)
        if not any(
            np.abs(self._centred(topics[at])).max(initial=0.0) > ALIKE for at in _parts(n, A_FEW)
        ):
            return None
        self.shares_ = (posterior.sum(axis=0) + 1) / (n + self.n_labels)
        odds = self._regress(topics, posterior)
        self.trust_ = self._proved(odds, likelihood)
        self.accuracy_ = float((odds.argmax(axis=1) == posterior.argmax(axis=1)).mean())
        return odds

    def of_others(self, topics: NDArray[np.floating]) -> Floats:
        """The odds of records that were not in the fit, by their topics."""
        return self.odds_of(self._centred(topics) @ self.coefficients_)

    def odds_of(self, fitted: Floats) -> Floats:
        """Odds against the labels' shares, given how much likelier the labels are; centred."""
        odds = np.log(np.maximum(1 + fitted / self.shares_, MIN_RATIO))
        return np.asarray(odds - odds.mean(axis=1, keepdims=True), np.float64)

    # -- inside -----------------------------------------------------------------------------

    def _centred(self, topics: NDArray[np.floating]) -> Floats:
        return topics.astype(np.float64) - self.centre_

    def _regress(self, topics: NDArray[np.floating], posterior: Floats) -> Floats:
        """Set the coefficients; returns the odds of each record, left out.

        What is as large as the topics in full precision is made a part at a time, each time anew.
        """
        n, k, n_topics = len(topics), self.n_labels, topics.shape[1]
        error = posterior - self.shares_
        gram, cross = np.zeros((n_topics, n_topics)), np.zeros((n_topics, k))
        for at in _parts(n):
            centred = self._centred(topics[at])
            gram += centred.T @ centred
            cross += centred.T @ error[at]
        strength, axes = np.linalg.eigh(gram)
        kept = strength > 1e-7 * strength.max()
        strength, axes = strength[kept], axes[:, kept]
        turn = axes / np.sqrt(strength)
        projected = turn.T @ cross
        shrunk = strength / (strength + PENALTIES[:, None])
        each = (shrunk.T[:, :, None] * projected[:, None]).reshape(len(strength), -1)

        def left_out(at: slice) -> Floats:
            """Fitted values of these records, each left out, shape (n, n_penalties, n_labels)."""
            unit = self._centred(topics[at]) @ turn
            levers = (unit**2 @ shrunk.T + 1 / n)[:, :, None]
            fitted: Floats = (unit @ each).reshape(-1, len(PENALTIES), k)
            fitted -= levers * error[at][:, None]
            fitted /= 1 - levers
            return fitted

        numbers = len(PENALTIES) * k
        parts = _parts(n, max(1, min(AT_ONCE, HELD // 50 // numbers)))
        held = [left_out(at) for at in parts] if n * numbers <= HELD else None
        wrong = np.zeros(len(PENALTIES))
        for number, at in enumerate(parts):
            gap = error[at][:, None] - (held[number] if held else left_out(at))
            wrong += np.einsum("npk,npk->p", gap, gap)
        weight = softmax(-n / 2 * np.log(np.maximum(wrong, 1e-12))[None])[0]
        ridge = weight @ (np.sqrt(strength) / (strength + PENALTIES[:, None]))
        self.coefficients_ = axes @ (ridge[:, None] * projected)
        self.middle = self.centre_ @ self.coefficients_
        odds = np.empty((n, k))
        for number, at in enumerate(parts):
            odds[at] = self.odds_of(weight @ (held[number] if held else left_out(at)))
        return odds

    def _proved(self, odds: Floats, likelihood: Floats) -> float:
        """How far the odds are to be believed."""
        prior, gain = np.log(self.shares_), np.zeros(len(TRUST))
        for at in _parts(len(odds)):
            said = (softmax(prior + trust * odds[at]) for trust in TRUST)
            gain += [np.log((p * likelihood[at]).sum(axis=1)).sum() for p in said]
        gain[0] += DOUBT + np.log(len(TRUST) - 1)
        return float(softmax(gain[None])[0] @ TRUST)


def _parts(n: int, at_once: int = AT_ONCE) -> list[slice]:
    """The rows, so many at a time."""
    return [slice(start, start + at_once) for start in range(0, n, at_once)]
