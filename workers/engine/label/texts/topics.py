"""Texts as a few numbers each: which of a dataset's topics they are about, and how far.

What topics tell about labels is `content_voice`'s, how texts become counts of words `words`'s.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats
from argilla_distill.workers.engine.label.texts.text_block import TextBlock
from argilla_distill.workers.engine.label.texts.texts import NONE, Texts
from argilla_distill.workers.engine.label.texts.words import FEATURES

DIMENSIONS = 64
"""Topics that there are at most."""

SAMPLE = 2_000
"""At most so many texts tell which topics there are: those with the smallest checksums, so that the
sample follows from the texts, seldom changes, and is a random one."""

POWER_ITERATIONS = 2


class Topics:
    """Projections of counts of words on the directions in which texts differ most.

    A text is ``log(1 + count) · idf``, scaled to length 1. Its topics are its products with V, the
    first right singular vectors of the sample's texts (centred), found by randomised subspace
    iteration. They are kept in half precision, and not saved: only a fit needs them, and finds them again.

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
    True
    >>> one, other, third, fourth = topics.of(np.arange(4))
    >>> bool((one == other).all() and (third == fourth).all() and (one != third).any())
    True
    """

    def __init__(self) -> None:
        self.sample_ = np.empty(0, np.int64)
        self.idf_ = np.ones(FEATURES, np.float32)
        self.axes_ = np.zeros((FEATURES, 0), np.float16)
        self.found_ = np.zeros((0, 0), np.float16)
        self.known_ = np.zeros(0, np.bool_)

    def learn(self, texts: Texts, over: Callable[[], bool] = lambda: False) -> bool:
        """Take in all texts; find out anew which topics there are, if the sample is another.

        False if it was to stop before it was done: the next time it goes on from there.
        """
        rows = texts.rows()
        marks = texts.marks[rows]
        order = np.argsort(marks, kind="stable")[:SAMPLE]
        if not np.array_equal(marks[order], self.sample_):
            self._find(_together(texts, rows[order]))
            rows, marks = texts.rows(), texts.marks[rows[order]]
            self.sample_ = marks[marks != NONE]  # words of some may be lost
            self.found_ = np.zeros((0, self.axes_.shape[1]), np.float16)
            self.known_ = np.zeros(0, np.bool_)
        more = len(texts.marks) - len(self.known_)
        if more > 0:
            grown = np.zeros((more, self.axes_.shape[1]), np.float16)
            self.found_ = np.concatenate([self.found_, grown])
            self.known_ = np.concatenate([self.known_, np.zeros(more, np.bool_)])
        for some, words in texts.counts(rows[~self.known_[rows]]):
            self.found_[some] = self.projected(words)
            self.known_[some] = True
            if over():
                return False
        return True

    def forget(self, row: int) -> None:
        """Take in that the row has another text, or none any more."""
        if row < len(self.known_):
            self.known_[row] = False

    def of(self, rows: AnyInts) -> NDArray[np.float16]:
        """The topics of the texts in these rows, as they were learned, shape (len(rows), n_topics).

        Of rows that follow each other a view: of a large dataset they are too much to have twice.
        """
        n = len(rows)
        follow = n > 0 and bool((rows == np.arange(rows[0], rows[0] + n)).all())
        return self.found_[rows[0] : rows[0] + n] if follow else self.found_[rows]

    def projected(self, words: sparse.csr_array) -> NDArray[np.float16]:
        """The topics of texts with these counts of words, which are changed on the way."""
        axes = self.axes_.astype(np.float32) * self.idf_[:, None]
        return weighed(words, self.idf_, axes).astype(np.float16)

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


def weighed(
    words: sparse.csr_array, idf: NDArray[np.float32], by_word: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Sums over each text's words, ``log(1 + count)`` each, scaled as if the text had length 1.

    Parameters
    ----------
    words : counts, which are changed on the way
    by_word : ndarray of shape (FEATURES, n)
        What each word adds; the factor idf is in it already.

    Returns
    -------
    ndarray of shape (n_texts, n)
    """
    np.log1p(words.data, out=words.data)
    seen = np.asarray(words @ by_word)
    words.data **= 2
    length = np.sqrt(words @ idf**2)
    return np.asarray(seen / np.maximum(length, 1e-9)[:, None], np.float32)


def _together(texts: Texts, rows: AnyInts) -> sparse.csr_array:
    """Counts of words of these rows, in their order; rows whose words are lost are left out."""
    parts = list(texts.counts(rows))
    if not parts:
        return TextBlock.of({}).matrix()
    found = np.concatenate([some for some, _ in parts])
    place = {row: at for at, row in enumerate(found.tolist())}
    order = [place[row] for row in rows.tolist() if row in place]
    whole: Any = sparse.vstack([words for _, words in parts], format="csr")
    n = len(order)
    chosen = sparse.csr_array(
        (np.ones(n, np.float32), (np.arange(n), order)), shape=(n, whole.shape[0])
    )
    together: sparse.csr_array = chosen @ whole
    return together


def _orthogonal(columns: NDArray[np.float32]) -> Floats:
    """An orthonormal basis of what the columns span, the most important direction first."""
    exact = columns.astype(np.float64)
    strength, axes = np.linalg.eigh(exact.T @ exact)
    kept = strength > max(1e-9 * float(strength.max(initial=0.0)), 1e-10)
    return np.asarray((exact @ (axes[:, kept] / np.sqrt(strength[kept])))[:, ::-1], np.float64)
