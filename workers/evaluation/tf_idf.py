"""Texts as rows of a sparse matrix: how telling each word, and each pair of words, is of the text.

Words and pairs in a row are hashed into columns (Weinberger, Dasgupta, Langford, Smola & Attenberg, Feature
hashing for large scale multitask learning, ICML 2009), so that no vocabulary is held and texts that come
later have the same columns. Each counts by how often it is in the text and how few texts have it (Spärck
Jones, A statistical interpretation of term specificity, Journal of Documentation 28 (1972)); a row's length
is 1, so that the product of two rows is their cosine.

Languages that are written without spaces are told apart by whole clauses here, which tells little: the
gate of the proxy model (`gate`) then says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_matrix

COLUMNS = 2**18

MAX_CHARACTERS = 20_000
"""Of each text so many are read."""

Matrix: TypeAlias = csr_matrix
"""Sparse, of shape (n_texts, COLUMNS), float32; rows of length 1, or 0 for a text without a word."""


class TfIdf:
    """Turns texts into rows. How rare words are is learned from the texts that it is fitted on.

    >>> rows = TfIdf().fit_transform(["the parcel is late", "the parcel is here", "refund me"])
    >>> cosine = (rows @ rows.T).toarray()
    >>> bool(0 < cosine[0, 1] < 1), float(cosine[0, 2]), round(float(cosine[0, 0]), 3)
    (True, 0.0, 1.0)
    """

    def fit_transform(self, texts: Iterable[str]) -> Matrix:
        """Learn from texts how rare words are, and give their rows."""
        from sklearn.feature_extraction.text import TfidfTransformer  # half a second

        counts = _counts(texts)
        self.weighing_ = TfidfTransformer(sublinear_tf=True).fit(counts)
        return self._weighed(counts)

    def transform(self, texts: Iterable[str]) -> Matrix:
        """Rows of other texts, in the same columns."""
        return self._weighed(_counts(texts))

    def _weighed(self, counts: Matrix) -> Matrix:
        rows = csr_matrix(self.weighing_.transform(counts, copy=False))
        rows.data = rows.data.astype(np.float32, copy=False)
        return rows


def _counts(texts: Iterable[str]) -> Matrix:
    from sklearn.feature_extraction.text import HashingVectorizer

    read = HashingVectorizer(
        ngram_range=(1, 2), n_features=COLUMNS, norm=None, alternate_sign=False, dtype=np.float32
    )
    return csr_matrix(read.transform(text[:MAX_CHARACTERS] for text in texts))


def text_of(fields: Mapping[str, Any]) -> str:
    """Everything that a record's fields say, chats and custom fields included; images left out.

    >>> text_of({"prompt": "Hi", "chat": [{"role": "user", "content": "Hello"}], "image": "data:…"})
    'Hi\\nHello'
    """
    return "\n".join(_said(fields))


def _said(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if not value.startswith("data:"):
            yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            if name != "role":
                yield from _said(part)
    elif isinstance(value, list):
        for part in value:
            yield from _said(part)
