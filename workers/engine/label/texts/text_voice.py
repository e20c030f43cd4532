"""The voice of records' texts: which they are, what they are about, and what that tells of labels."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.decision import CONTENT, Contribution
from argilla_distill.workers.engine.contract.facts import Content, Fact
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.label.texts import released
from argilla_distill.workers.engine.label.texts.content_voice import ContentVoice
from argilla_distill.workers.engine.label.texts.text_block import TextBlock
from argilla_distill.workers.engine.label.texts.texts import BLOCK, NONE, Texts
from argilla_distill.workers.engine.label.texts.topics import Topics, weighed
from argilla_distill.workers.engine.label.texts.words import FEATURES

AT_ONCE = 1_000
"""Texts that are held before their words are counted."""

HELD = 4 * BLOCK
"""Texts whose words a fit holds, of the facts that it is given, before they are set apart: the fit reads them
again, and from memory that costs nothing. Those of 150 words are some 16 MB."""


class TextVoice:
    """One more voice on every record with a text, by row.

    What a decision needs is here and in the state: what is said of each row, and what each word adds for
    texts that are read before the next fit. What a fit needs is `texts_`, whose words may be set apart.

    Attributes
    ----------
    texts_ : Texts
    topics_ : Topics
    content_ : ContentVoice
        What topics tell, and how far that is believed.
    said_ : ndarray of shape (≥ n_rows, n_labels), float32, nats
        The odds of the texts, those in the fit each left out; rounded to half precision by a fit. 0
        without text.
    idf_ : ndarray of shape (FEATURES,), float32
    added_ : ndarray of shape (FEATURES, n_labels), float32
        What each word adds to a text's fitted value; see `topics.weighed`.

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

    said_: NDArray[np.float32]
    idf_: NDArray[np.float32]
    added_: NDArray[np.float32]

    def __init__(self, n_labels: int) -> None:
        self.n_labels = n_labels
        self.texts_ = Texts()
        self.topics_ = Topics()
        self.content_ = ContentVoice(n_labels)
        self._say_nothing()

    # -- texts ------------------------------------------------------------------------------

    def read(self, facts: Iterable[Fact], row: Callable[[str], int]) -> Iterator[Fact]:
        """The facts that are no texts. Of those that are, the words are taken in, and set apart as they come.

        Parameters
        ----------
        row : gives a record its row.
        """
        texts: list[Content] = []
        for fact in facts:
            if not isinstance(fact, Content):
                yield fact
                continue
            texts.append(fact)
            if len(texts) >= AT_ONCE:
                self._take(texts, row)
                texts = []
        self._take(texts, row)

    def _take(self, texts: list[Content], row: Callable[[str], int]) -> None:
        self.texts_.put([row(fact.record) for fact in texts], [fact.text for fact in texts])
        if len(self.texts_.words) > HELD:
            self.texts_.set_apart()

    def put(self, rows: Sequence[int], texts: Sequence[str]) -> None:
        """Let these be the texts of these rows; what is known of earlier ones is forgotten."""
        self.texts_.put(rows, texts)
        for row in rows:
            self.topics_.forget(row)
        if self.heard:
            self._make_room()
            words = TextBlock.of({row: self.texts_.words[row] for row in rows}).matrix()
            fitted = weighed(words, self.idf_, self.added_) - self.content_.middle
            self.said_[list(rows)] = self.content_.odds_of(np.asarray(fitted, np.float64))

    def drop(self, row: int) -> None:
        """Take the row's text out."""
        self.texts_.drop(row)
        self.topics_.forget(row)
        if row < len(self.said_):
            self.said_[row] = 0.0

    def holds(self, row: int, text: str) -> bool:
        """Whether this is the row's text."""
        return self.texts_.holds(row, text)

    def __contains__(self, row: object) -> bool:
        """Whether the row has a text."""
        return row in self.texts_

    def rows(self) -> Ints:
        """The rows with a text, ascending."""
        return self.texts_.rows()

    # -- what they say ----------------------------------------------------------------------

    @property
    def heard(self) -> bool:
        """Whether the voice is believed at all."""
        return self.content_.trust_ > 0

    def mute(self) -> None:
        """Forget what was learned, but not the texts."""
        self.content_ = ContentVoice(self.n_labels)
        self._say_nothing()

    def fit(self, rows: Ints, posterior: Floats, likelihood: Floats) -> None:
        """Learn what texts tell, from these rows, which have one; see `ContentVoice.fit`."""
        self.mute()
        self.topics_.learn(self.texts_)
        there = self.texts_.marks[rows] != NONE  # one whose words were lost has none
        if not there.all():
            rows, posterior, likelihood = rows[there], posterior[there], likelihood[there]
        odds = self.content_.fit(self.topics_.of(rows), posterior, likelihood)
        if odds is None or not self.heard:
            return
        self._make_room()
        others = np.setdiff1d(self.rows(), rows)
        self.said_[others] = self.content_.of_others(self.topics_.of(others))
        self.said_[rows] = odds
        self.said_ = self.said_.astype(np.float16).astype(np.float32)
        axes = self.topics_.axes_.astype(np.float64) * self.topics_.idf_[:, None]
        self.idf_ = self.topics_.idf_
        self.added_ = (axes @ self.content_.coefficients_).astype(np.float32)

    def odds(self, rows: Ints) -> Floats:
        """What the texts of these rows say: nats, shape (len(rows), n_labels); 0 without text."""
        odds = np.zeros((len(rows), self.n_labels))
        if self.heard:
            known = rows < len(self.said_)
            odds[known] = self.said_[rows[known]]
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
            if row in self.texts_
            else None
            for row, code, sure, part in zip(*(c.tolist() for c in columns), strict=True)
        ]

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """What a decision needs, and the words that are in no block."""
        has = self.rows()
        said = self.said_[has] if self.heard else self.said_[:0]
        half = said.astype(np.float16)
        return self.texts_.state() | {
            "voice_said": half if np.array_equal(half, said) else said,
            "voice_idf": self.idf_ if self.heard else self.idf_[:0],
            "voice_added": self.added_ if self.heard else self.added_[:0],
            "voice_middle": self.content_.middle,
            "voice_shares": self.content_.shares_,
            "voice_trust": self.content_.trust_,
            "voice_accuracy": self.content_.accuracy_,
        }

    @classmethod
    def restore(cls, state: Mapping[str, Any]) -> TextVoice:
        if released.is_released(state):
            state = released.converted(state)
        self = cls(len(state["voice_shares"]))
        self.texts_ = Texts.from_state(state)
        self.content_.shares_ = np.array(state["voice_shares"], np.float64)
        self.content_.middle = np.array(state["voice_middle"], np.float64)
        self.content_.trust_ = float(state["voice_trust"])
        self.content_.accuracy_ = float(state["voice_accuracy"])
        if self.heard:
            self._make_room()
            self.said_[self.rows()] = state["voice_said"]
            self.idf_ = np.array(state["voice_idf"], np.float32)
            self.added_ = np.array(state["voice_added"], np.float32)
        return self

    # -- inside -----------------------------------------------------------------------------

    def _say_nothing(self) -> None:
        self.said_ = np.zeros((0, self.n_labels), np.float32)
        self.idf_ = np.ones(FEATURES, np.float32)
        self.added_ = np.zeros((FEATURES, self.n_labels), np.float32)

    def _make_room(self) -> None:
        more = len(self.texts_.marks) - len(self.said_)
        if more > 0:
            self.said_ = np.concatenate([self.said_, np.zeros((more, self.n_labels), np.float32)])
