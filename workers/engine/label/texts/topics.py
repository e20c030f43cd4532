"""Texts as a few numbers each: which of a dataset's topics they are about, and how far.

What topics tell about labels is `content`'s, how texts become counts of words `texts`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats
from argilla_distill.workers.engine.label.texts.texts import FEATURES, Texts

DIMENSIONS = 64
"""Topics that there are at most."""

SAMPLE = 2_000
"""At most so many texts tell which topics there are: those with the smallest checksums, so that the
sample follows from the texts, seldom changes, and is a random one."""

POWER_ITERATIONS = 2

AT_ONCE = 20_000
"""Texts that are projected at a time."""


class Topics:
    """Projections of counts of words on the directions in which texts differ most.

    A text is ``log(1 + count) · idf``, scaled to length 1. Its topics are its products with V, the
    first right singular vectors of the sample's texts (centred), found by randomised subspace
    iteration. They are kept in half precision: a text's topics are the same when they are read back.

    Deerwester et al., Indexing by latent semantic analysis, JASIS 41 (1990); Halko, Martinsson &
    Tropp, Finding structure with randomness, SIAM Review 53 (2011).

    Attributes
    ----------
    sample_ : ndarray of shape (≤ SAMPLE,)
        The checksums of the sample's texts, ascending.
    idf_ : ndarray of shape (FEATURES,), float32
    axes_ : ndarray of shape (FEATURES, ≤ DIMENSIONS), float16
        V; without columns where all texts are alike.
    found_ : ndarray of shape (≥ n_rows, ≤ DIMENSIONS), float16
        The topics of the text in each row.
    known_ : ndarray of shape (≥ n_rows,)
        Whether `found_` has them.

    >>> texts, topics = Texts(), Topics()
    >>> texts.put(range(4), ["sun and warmth", "warmth and sun", "rain or snow", "snow or rain"])
    >>> topics.learn(texts)
    >>> one, other, third, fourth = topics.of(texts, np.arange(4))
    >>> bool((one == other).all() and (third == fourth).all() and (one != third).any())
    True
    """

    def __init__(self) -> None:
        self.sample_ = np.empty(0, np.int64)
        self.idf_ = np.ones(FEATURES, np.float32)
        self.axes_ = np.zeros((FEATURES, 0), np.float16)
        self.found_ = np.zeros((0, 0), np.float16)
        self.known_ = np.zeros(0, np.bool_)

    def learn(self, texts: Texts) -> None:
        """Take in all texts; find out anew which topics there are, if the sample is another."""
        rows = np.fromiter(texts.words, np.intp, len(texts.words))
        marks = texts.marks(rows)
        order = np.argsort(marks, kind="stable")[:SAMPLE]
        if not np.array_equal(marks[order], self.sample_):
            self.sample_ = marks[order]
            self._find(texts.matrix(rows[order]))
            self.found_ = np.zeros((0, self.axes_.shape[1]), np.float16)
            self.known_ = np.zeros(0, np.bool_)
        more = int(rows.max(initial=-1)) + 1 - len(self.known_)
        if more > 0:
            grown = np.zeros((more, self.axes_.shape[1]), np.float16)
            self.found_ = np.concatenate([self.found_, grown])
            self.known_ = np.concatenate([self.known_, np.zeros(more, np.bool_)])
        new = rows[~self.known_[rows]]
        self.found_[new] = self._projected(texts, new)
        self.known_[new] = True

    def forget(self, row: int) -> None:
        """Take in that the row has another text, or none any more."""
        if row < len(self.known_):
            self.known_[row] = False

    def of(self, texts: Texts, rows: AnyInts) -> NDArray[np.float16]:
        """The topics of the texts in these rows, shape (len(rows), n_topics)."""
        found = np.zeros((len(rows), self.axes_.shape[1]), np.float16)
        known = rows < len(self.known_)
        known[known] = self.known_[rows[known]]
        found[known] = self.found_[rows[known]]
        found[~known] = self._projected(texts, rows[~known])
        return found

    def state(self) -> dict[str, Any]:
        used = np.flatnonzero(self.axes_.any(axis=1))
        rows = np.flatnonzero(self.known_)
        return {
            "topics_sample": self.sample_,
            "topics_idf": self.idf_,
            "topics_used": used,
            "topics_axes": self.axes_[used],
            "topics_rows": rows,
            "topics_found": self.found_[rows],
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Topics:
        self = cls()
        self.sample_ = np.array(state["topics_sample"], np.int64)
        self.idf_ = np.array(state["topics_idf"], np.float32)
        axes = np.array(state["topics_axes"], np.float16)
        rows = np.array(state["topics_rows"], np.intp)
        self.axes_ = np.zeros((FEATURES, axes.shape[1]), np.float16)
        self.axes_[np.array(state["topics_used"], np.intp)] = axes
        self.known_ = np.zeros(int(rows.max(initial=-1)) + 1, np.bool_)
        self.known_[rows] = True
        self.found_ = np.zeros((len(self.known_), axes.shape[1]), np.float16)
        self.found_[self.known_] = np.array(state["topics_found"], np.float16)
        return self

    # -- inside -----------------------------------------------------------------------------

    def _find(self, words: sparse.csr_array) -> None:
        """Set idf and V from the sample's counts of words."""
        n = words.shape[0]
        known = np.bincount(words.indices, minlength=FEATURES)
        self.idf_ = (np.log((1 + n) / (1 + known)) + 1).astype(np.float32)
        self.axes_ = np.zeros((FEATURES, 0), np.float16)
        if n < 2:
            return
        used = np.flatnonzero(known)
        words.data = np.log1p(words.data) * self.idf_[words.indices]
        rows = np.repeat(np.arange(n), np.diff(words.indptr))
        length = np.sqrt(np.bincount(rows, words.data.astype(np.float64) ** 2, n))
        words.data = (words.data / np.maximum(length, 1e-9)[rows]).astype(np.float32)
        words = sparse.csr_array(words[:, used])
        turned = sparse.csr_array(words.T)
        mean = np.asarray(turned @ np.full(n, 1 / n, np.float32))
        axes = np.random.default_rng(0).standard_normal((FEATURES, DIMENSIONS))[used]
        for _ in range(POWER_ITERATIONS):
            basis = axes[:, :n].astype(np.float32)
            seen = words @ basis - mean @ basis
            axes = _orthogonal(turned @ seen - np.outer(mean, seen.sum(axis=0)))
        found = np.zeros((FEATURES, axes.shape[1]), np.float16)
        found[used] = axes
        self.axes_ = found

    def _projected(self, texts: Texts, rows: AnyInts) -> NDArray[np.float16]:
        """The topics of texts that are seen for the first time."""
        found = np.zeros((len(rows), self.axes_.shape[1]), np.float16)
        axes, squares = self.axes_.astype(np.float32) * self.idf_[:, None], self.idf_**2
        for start in range(0, len(rows), AT_ONCE):
            words = texts.matrix(rows[start : start + AT_ONCE])
            np.log1p(words.data, out=words.data)
            seen = words @ axes
            words.data **= 2
            length = np.sqrt(words @ squares)
            found[start : start + AT_ONCE] = seen / np.maximum(length, 1e-9)[:, None]
        return found


def _orthogonal(columns: NDArray[np.float32]) -> Floats:
    """An orthonormal basis of what the columns span, the most important direction first."""
    exact = columns.astype(np.float64)
    strength, axes = np.linalg.eigh(exact.T @ exact)
    kept = strength > max(1e-9 * float(strength.max(initial=0.0)), 1e-10)
    return np.asarray((exact @ (axes[:, kept] / np.sqrt(strength[kept])))[:, ::-1], np.float64)
