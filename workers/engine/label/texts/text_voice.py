"""The voice of records' texts: which they are, what they are about, and what that tells of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from argilla_distill.workers.engine.contract.decision import CONTENT, Contribution
from argilla_distill.workers.engine.contract.facts import Content, Fact
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.texts.content_voice import ContentVoice
from argilla_distill.workers.engine.label.texts.texts import Texts, Words, hashed
from argilla_distill.workers.engine.label.texts.topics import Topics

AT_ONCE = 1_000
"""Texts that are held before their words are counted."""


class TextVoice:
    """One more voice on every record with a text, by row.

    Attributes
    ----------
    texts_ : Texts
    topics_ : Topics
    content_ : ContentVoice
        What topics tell, and how far that is believed.

    Examples
    --------
    Twenty records about rain or sun, of which what is said agrees with the votes:

    >>> voice = TextVoice(2)
    >>> voice.put(range(40), ["rain and cold", "sun and warmth"] * 20)
    >>> votes = np.tile([[0.9, 0.1], [0.1, 0.9]], (20, 1))
    >>> voice.fit(np.arange(40), votes, votes)
    >>> voice.put([40, 41], ["cold and rain", "snow"])
    >>> said = voice.odds(np.arange(40, 43))  # 42 has no text
    >>> bool(said[0, 0] > 1 > -1 > said[0, 1]), said[2]
    (True, array([0., 0.]))
    """

    def __init__(self, n_labels: int) -> None:
        self.n_labels = n_labels
        self.texts_ = Texts()
        self.topics_ = Topics()
        self.content_ = ContentVoice(n_labels)
        self._read: list[tuple[str, Words]] = []

    # -- texts ------------------------------------------------------------------------------

    def read(self, facts: Iterable[Fact]) -> Iterator[Fact]:
        """The facts that are no texts. Of those that are, only the words are kept, for `put_read`."""
        texts: list[Content] = []
        for fact in facts:
            if not isinstance(fact, Content):
                yield fact
                continue
            texts.append(fact)
            if len(texts) >= AT_ONCE:
                self._take(texts)
                texts = []
        self._take(texts)

    def put_read(self, row: Callable[[str], int]) -> None:
        """Let what was read be the texts of these rows, by record."""
        self.texts_.words.update((row(record), words) for record, words in self._read)
        self._read = []

    def _take(self, texts: list[Content]) -> None:
        words = hashed([fact.text for fact in texts])
        self._read += zip((fact.record for fact in texts), words, strict=True)

    def put(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Let these be the texts of these rows; what is known of earlier ones is forgotten."""
        self.texts_.put(rows, texts)
        for row in rows:
            self._forget(row)

    def drop(self, row: int) -> None:
        """Take the row's text out."""
        del self.texts_.words[row]
        self._forget(row)

    def holds(self, row: int, text: str) -> bool:
        """Whether this is the row's text."""
        return self.texts_.holds(row, text)

    def __contains__(self, row: object) -> bool:
        """Whether the row has a text."""
        return row in self.texts_.words

    def rows(self) -> Ints:
        """The rows with a text, ascending."""
        return np.array(sorted(self.texts_.words), np.intp)

    # -- what they say ----------------------------------------------------------------------

    @property
    def heard(self) -> bool:
        """Whether the voice is believed at all."""
        return self.content_.trust_ > 0

    def mute(self) -> None:
        """Forget what was learned, but not the texts."""
        self.content_ = ContentVoice(self.n_labels)

    def fit(self, rows: Ints, posterior: Floats, likelihood: Floats) -> None:
        """Learn what texts tell, from these rows, which have one; see `ContentVoice.fit`."""
        self.mute()
        self.topics_.learn(self.texts_)
        self.content_.fit(rows, self.topics_.of(self.texts_, rows), posterior, likelihood)

    def odds(self, rows: Ints) -> Floats:
        """What the texts of these rows say: nats, shape (len(rows), n_labels); 0 without text."""
        odds = np.zeros((len(rows), self.n_labels))
        if self.heard:
            place = self.content_.fitted(rows)
            known = place >= 0
            odds[known] = self.content_.odds_[place[known]]
            others = np.flatnonzero(~known)
            if len(others):
                new = others[[int(row) in self.texts_.words for row in rows[others]]]
                odds[new] = self.content_.of_others(self.topics_.of(self.texts_, rows[new]))
            odds *= self.content_.trust_
        return odds

    def contributions(
        self, rows: Ints, trust: float, labels: tuple[str, ...], leader: Ints, other: Ints
    ) -> list[Contribution | None]:
        """What each row's text says for label `leader` against `other`, counted by `trust`."""
        if not self.heard:
            return [None] * len(rows)
        odds = trust * self.odds(rows)
        p = softmax(np.log(self.content_.shares_)[None] + odds)
        at = np.arange(len(rows))
        parts = odds[at, leader] - odds[at, other]
        columns = rows, p.argmax(axis=1), p.max(axis=1, initial=0.0), parts
        return [
            Contribution(
                CONTENT, labels[code] if sure > 0.5 else None, self.content_.accuracy_, part
            )
            if row in self
            else None
            for row, code, sure, part in zip(*(c.tolist() for c in columns), strict=True)
        ]

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return self.texts_.state() | self.topics_.state() | self.content_.state()

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> TextVoice:
        content = ContentVoice.from_state(state)
        self = cls(content.n_labels)
        self.texts_, self.topics_ = Texts.from_state(state), Topics.from_state(state)
        self.content_ = content
        return self

    # -- inside -----------------------------------------------------------------------------

    def _forget(self, row: int) -> None:
        self.topics_.forget(row)
        self.content_.forget(row)
