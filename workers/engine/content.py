"""What a record's own text says about its label: one more voice, believed as far as it has proved.

Texts are kept as hashed counts of words, never as texts. No model is ever asked about a text that
it was fitted to: five of them take turns, by the text's own hash.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workers.engine.shares import softmax

Floats = NDArray[np.float64]

FEATURES = 2**13
"""Words are hashed to so many numbers."""

FOLDS = 5

BATCH = 1000
"""Records that the linear model is shown at a time."""

PASSES = 20
"""How often it is shown all of them."""

ENOUGH = 20
"""With fewer records that have both a text and a vote, texts say nothing."""

TRUST = np.linspace(0.0, 4.0, 17)
"""How far the voice may count. Above 1: what it was fitted to are votes, with their errors."""

PRIOR_GAIN = 4.0
"""Nats by which the voice must predict better than the labels' shares, in all, to be heard."""


class Texts:
    """The hashed words of records.

    >>> texts = Texts()
    >>> texts.put(3, "A good, good day")
    >>> np.diff(texts.matrix(np.array([0, 3])).indptr).tolist()  # good and day; "a" is too short
    [0, 2]
    """

    def __init__(self) -> None:
        self.words: dict[int, tuple[NDArray[np.uint16], NDArray[np.float32], int]] = {}

    def put(self, row: int, text: str) -> None:
        from sklearn.feature_extraction.text import HashingVectorizer  # slow to load, seldom used

        vectorizer = HashingVectorizer(n_features=FEATURES, alternate_sign=False, dtype=np.float32)
        found = vectorizer.transform([text])
        self.words[row] = found.indices.astype(np.uint16), found.data, zlib.crc32(text.encode())

    def holds(self, row: int, text: str) -> bool:
        """Whether this is the row's text."""
        return row in self.words and self.words[row][2] == zlib.crc32(text.encode())

    def fold(self, rows: NDArray[np.integer]) -> NDArray[np.intp]:
        """Which model may be asked about each of these rows."""
        return np.array([self.words[int(row)][2] % FOLDS for row in rows], np.intp)

    def matrix(self, rows: NDArray[np.integer]) -> sparse.csr_array:
        """Shape (len(rows), FEATURES); nothing for rows without text."""
        none = np.empty(0, np.uint16), np.empty(0, np.float32), 0
        found = [self.words.get(int(row), none) for row in rows]
        ends = np.cumsum([0, *(len(words) for words, _, _ in found)])
        data = np.concatenate([*(data for _, data, _ in found), none[1]])
        words = np.concatenate([*(words for words, _, _ in found), none[0]]).astype(np.int32)
        return sparse.csr_array((data, words, ends), shape=(len(rows), FEATURES))

    def state(self) -> dict[str, Any]:
        rows = np.array(sorted(self.words), np.int64)
        matrix = self.matrix(rows)
        marks = [self.words[int(row)][2] for row in rows]
        return {
            "text_rows": rows,
            "text_ends": matrix.indptr,
            "text_words": matrix.indices.astype(np.uint16),
            "text_counts": matrix.data,
            "text_marks": np.array(marks, np.int64),
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Texts:
        self = cls()
        ends = state["text_ends"]
        for at, row in enumerate(state["text_rows"].tolist()):
            part = slice(int(ends[at]), int(ends[at + 1]))
            words = np.array(state["text_words"][part], np.uint16)
            counts = np.array(state["text_counts"][part], np.float32)
            self.words[row] = words, counts, int(state["text_marks"][at])
        return self


class ContentVoice:
    """Logistic regression on hashed words, and how far it is to be believed.

    Fitted with stochastic gradients (`SGDClassifier.partial_fit`) to the labels that votes make
    likely, each record counting for a label as far as it is likely. A record's own model knows
    neither its text nor its votes. Its log-odds against the labels' shares are weighed by the trust
    (one of TRUST) with which they predict the votes best, through the annotators' errors::

        Σ_i log Σ_k softmax(log shares + trust · odds[i])[k] · P(votes on i | k)

    What gains less than PRIOR_GAIN nats over the shares alone is not heard at all.

    Attributes
    ----------
    weights_ : ndarray of shape (FOLDS, n_labels, FEATURES + 1), float32; the last is the intercept
    shares_ : ndarray of shape (n_labels,), sums to 1
    trust_ : float, 0: not heard
    accuracy_ : float in [0, 1]
        How often its first choice was the votes' too, out of sample.
    """

    def __init__(self, n_labels: int) -> None:
        self.n_labels = n_labels
        self.weights_: NDArray[np.float32] = np.zeros((0, n_labels, FEATURES + 1), np.float32)
        self.shares_: Floats = np.full(n_labels, 1 / n_labels)
        self.trust_ = 0.0
        self.accuracy_ = 1 / n_labels

    def fit(
        self, texts: Texts, rows: NDArray[np.integer], posterior: Floats, likelihood: Floats
    ) -> ContentVoice:
        """Learn from records that have a text and votes, in any order.

        Parameters
        ----------
        rows : ndarray of shape (n,)
        posterior : ndarray of shape (n, n_labels), what their votes say; rows sum to 1
        likelihood : ndarray of shape (n, n_labels), P(votes | label), up to a factor per row
        """
        if len(rows) < ENOUGH or self.n_labels < 2:
            return self
        marks = np.array([texts.words[int(row)][2] for row in rows])
        order = np.lexsort((*posterior.round(6).T, marks))  # so that names and order do not matter
        rows, posterior, likelihood = rows[order], posterior[order], likelihood[order]
        words, fold = texts.matrix(rows), texts.fold(rows)
        if len(np.unique(fold)) < 2:  # all texts alike: there is no sample to be out of
            return self
        self.shares_ = (posterior.sum(axis=0) + 1) / (len(rows) + self.n_labels)
        self.weights_ = np.zeros((FOLDS, self.n_labels, FEATURES + 1), np.float32)
        for turn in range(FOLDS):
            self.weights_[turn] = self._taught(words[fold != turn], posterior[fold != turn])
        odds = self._odds(words, fold)
        prior = np.log(self.shares_)
        said = [softmax(prior + trust * odds) for trust in TRUST]
        gain = np.array([np.log((p * likelihood).sum(axis=1)).sum() for p in said])
        best = int(gain.argmax())
        self.trust_ = float(TRUST[best]) if gain[best] > gain[0] + PRIOR_GAIN else 0.0
        alike = odds.argmax(axis=1) == posterior.argmax(axis=1)
        self.accuracy_ = float(alike.mean())
        return self

    def odds(self, texts: Texts, rows: NDArray[np.integer]) -> Floats:
        """What the texts of these rows say: nats, shape (len(rows), n_labels); 0 without text."""
        odds = np.zeros((len(rows), self.n_labels))
        if self.trust_:
            has = np.array([i for i, row in enumerate(rows) if int(row) in texts.words], np.intp)
            if len(has):
                found = self._odds(texts.matrix(rows[has]), texts.fold(rows[has]))
                odds[has] = self.trust_ * found
        return odds

    def state(self) -> dict[str, Any]:
        return {
            "content_weights": self.weights_,
            "content_shares": self.shares_,
            "content_trust": self.trust_,
            "content_accuracy": self.accuracy_,
        }

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> ContentVoice:
        self = cls(len(state["content_shares"]))
        self.weights_ = np.array(state["content_weights"], np.float32)
        self.shares_ = np.array(state["content_shares"], np.float64)
        self.trust_ = float(state["content_trust"])
        self.accuracy_ = float(state["content_accuracy"])
        return self

    def _odds(self, words: sparse.csr_array, fold: NDArray[np.intp]) -> Floats:
        found = np.zeros((words.shape[0], self.n_labels))
        for turn in np.unique(fold):
            of = fold == turn
            weights = self.weights_[turn]
            found[of] = words[of] @ weights[:, :-1].T + weights[:, -1]
        return found - np.log(self.shares_)

    def _taught(self, words: sparse.csr_array, posterior: Floats) -> NDArray[np.float32]:
        from sklearn.linear_model import SGDClassifier  # slow to load, seldom used

        k, n = self.n_labels, words.shape[0]
        heard = np.flatnonzero(posterior.sum(axis=0) > 1e-9)
        model = SGDClassifier(loss="log_loss", alpha=1e-4, random_state=0, average=True)
        for _ in range(PASSES):
            for start in range(0, n, BATCH):
                part = sparse.csr_matrix(words[start : start + BATCH])
                weight = posterior[start : start + BATCH, heard]
                model.partial_fit(
                    sparse.vstack([part] * len(heard), "csr"),
                    np.repeat(heard, part.shape[0]),
                    classes=np.arange(k),
                    sample_weight=weight.T.ravel(),
                )
        weights = np.hstack([model.coef_, model.intercept_[:, None]])
        if k == 2:  # one row stands for both labels
            weights = np.vstack([np.zeros_like(weights), weights])
        return np.asarray(weights, np.float32)
