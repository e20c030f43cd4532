"""The default for label questions: what votes tell, and what adjudications and texts add to it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.contract.decision import CONTENT, Contribution
from argilla_distill.workers.engine.contract.facts import Content, Fact
from argilla_distill.workers.engine.contract.numbers import AnyInts, Floats, Ints
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import State, Training
from argilla_distill.workers.engine.errors import NotCurrent
from argilla_distill.workers.engine.label.correction import teaching
from argilla_distill.workers.engine.label.correction.correction import Lesson, Reading, untaught
from argilla_distill.workers.engine.label.pooled_model import PooledModel
from argilla_distill.workers.engine.label.texts.content import ContentVoice
from argilla_distill.workers.engine.label.texts.texts import Texts
from argilla_distill.workers.engine.label.texts.topics import Topics
from argilla_distill.workers.engine.label.votes.vote_matrix import ROWS, gathered
from argilla_distill.workers.engine.label.weights.dependence import discount

if TYPE_CHECKING:
    from typing_extensions import Self

TEACH_BELOW = 50_000
"""With fewer votes, `moved` takes in at once what new adjudications teach, and what new votes make of
what was taught: whether that is used hangs by a thread at times. Larger models take it in when a tenth of
the adjudications changed (`teaching.due`): by their votes alone they would wait for thousands."""


class Learned(PooledModel):
    """The pool of `PooledModel`, taught by adjudications, with the record's text as one more voice.

    With e the pool's evidence on a record, d its discount, u what each vote is worth, and c what
    the text says (`content`)::

        log P[i, k] = scale · d[i] e[i, k] + d[i] Σ_j u[i, j] added[j, v[i, j], k]
                      + trust · c[i, k] + bias[k],  up to a constant

    **Adjudications** do three things. An adjudicated record is decided by its adjudication. It
    anchors the annotators' confusion matrices: there the label is known, and the record counts
    `anchor_worth` times. And from 10 on they teach ``scale``, ``trust``, ``bias`` and ``added``, a
    weight for every annotator, or for all that they may say (`teaching`): penalised toward 1, 1, 0
    and 0, which is the pool as it was, and only used where cross-validation says that they help.
    What they learn from are adjudicated records as they look with their own adjudication left out.

    Everything adds up in the votes, so that explanations are exact.

    Dawid & Skene (1979) for the matrices; Genest & Zidek, Combining probability distributions,
    Statistical Science 1 (1986), for log-linear pools; Raykar et al., Learning from crowds, JMLR 11
    (2010), for texts and votes together.

    Parameters
    ----------
    content : bool
        Whether texts have a voice.

    Attributes
    ----------
    texts_ : Texts
    topics_ : Topics
    voice_ : ContentVoice
    lesson_ : Lesson
    training_ : Training

    Examples
    --------
    Whoever is asked, all but one say b; adjudications say that the one is right.

    >>> from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
    >>> from argilla_distill.workers.engine.contract.question import label_question
    >>> true = "ab" * 20
    >>> votes = [Vote(f"r{i}", "ann", label) for i, label in enumerate(true)]
    >>> votes += [Vote(f"r{i}", who, "b") for who in ("ben", "cas") for i in range(40)]
    >>> model = Learned(label_question("a", "b")).fit(votes)
    >>> model.decide(["r38"])[0].leader
    'b'
    >>> model = model.fit([*votes, *(Adjudication(f"r{i}", true[i]) for i in range(20))])
    >>> model.decide(["r38"])[0].leader, model.training.used
    ('a', True)
    """

    name: ClassVar[str] = "learned"

    texts_: Texts
    topics_: Topics
    voice_: ContentVoice
    lesson_: Lesson
    training_: Training
    _untaught: int  # adjudications changed since the lesson

    def __init__(self, question: Question, *, content: bool = True) -> None:
        super().__init__(question)
        self.content = content

    @property
    def training(self) -> Training:
        return self.training_

    # -- facts ------------------------------------------------------------------------------

    def _take(self, facts: list[Fact]) -> None:
        super()._take(facts)
        self.texts_, self.topics_ = Texts(), Topics()
        if self.content:
            contents = [fact for fact in facts if isinstance(fact, Content)]
            rows = [self.votes_.row(fact.record) for fact in contents]
            self.texts_.put(rows, [fact.text for fact in contents])

    def learn(self, fact: Fact) -> None:
        if not isinstance(fact, Content):
            super().learn(fact)
        elif self.content and not self._reads(fact):
            row = self.votes_.row(fact.record)
            self._make_room()
            self.texts_.put([row], [fact.text])
            self._see_text(row)

    def revert(self, fact: Fact) -> None:
        if not isinstance(fact, Content):
            super().revert(fact)
        elif self.content:
            row = self.votes_.find_row(fact.record)
            if row is None or not self._reads(fact):
                raise NotCurrent(fact, "another text" if row in self.texts_.words else None)
            del self.texts_.words[row]
            self._see_text(row)

    def _reads(self, fact: Content) -> bool:
        """Whether this is the record's text already."""
        row = self.votes_.find_row(fact.record)
        return row is not None and self.texts_.holds(row, fact.text)

    def _see_text(self, row: int) -> None:
        self._changed_votes += 1
        self.topics_.forget(row)
        self.voice_.forget(row)
        if self._touched is not None:
            self._touched.add(row)

    def _anchor(self, row: int, code: int) -> None:
        super()._anchor(row, code)
        self._untaught += 1

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        k = len(self.labels)
        self.lesson_ = untaught(k, len(self.votes_.annotators) * k)
        super()._fit()
        self._voice()
        self._teach()

    def _voice(self) -> None:
        """Learn what texts tell."""
        self.voice_ = ContentVoice(len(self.labels))
        if self.texts_.words:
            rows = np.array(sorted(self.texts_.words), np.intp)
            rows = rows[self._heard(rows)]
            log = (self._evidence(rows) - self.log_prior_) * self._tempering(
                self.votes_.degree[rows]
            )[:, None]
            likelihood = self._anchored(rows, softmax(log))
            self.topics_.learn(self.texts_)
            topics = self.topics_.of(self.texts_, rows)
            self.voice_.fit(rows, topics, self.responsibility_[rows], likelihood)

    def _said(self, rows: Ints) -> Floats:
        """What the texts of these rows say: nats, shape (len(rows), n_labels); 0 without text."""
        odds = np.zeros((len(rows), len(self.labels)))
        if self.voice_.trust_:
            place = self.voice_.fitted(rows)
            known = place >= 0
            odds[known] = self.voice_.odds_[place[known]]
            others = np.flatnonzero(~known)
            if len(others):
                new = others[[int(row) in self.texts_.words for row in rows[others]]]
                odds[new] = self.voice_.of_others(self.topics_.of(self.texts_, rows[new]))
            odds *= self.voice_.trust_
        return odds

    def _settle(self, tolerance: float) -> None:
        if self._lesson_due():
            self.refit()
        super()._settle(tolerance)

    def _lesson_due(self) -> bool:
        """Whether what adjudications teach is to be learned again."""
        known = self.training_.adjudications
        if self.n_votes < TEACH_BELOW:
            return self._untaught > 0 or (known >= teaching.ENOUGH and self._changed_votes > 0)
        if not teaching.due(self._untaught, known):
            return False
        return max(known, len(self._adjudicated())) >= teaching.ENOUGH

    def _adjudicated(self) -> Ints:
        """The rows that can teach: adjudicated, and with votes."""
        rows = np.flatnonzero((self.anchors_ >= 0)[: len(self.votes_.records)])
        return rows[self.votes_.degree[rows] > 0]

    def _reading(self, rows: Ints) -> Reading:
        k = len(self.labels)
        evidence = np.tile(self.log_prior_, (len(rows), 1))
        parts = []
        start = 0
        for some, where, slots, weights, _ in self._left_out(rows):
            worth = self._worth(where, slots)
            worth = np.ones(len(slots)) if worth is None else worth
            np.add.at(evidence, start + where, weights * worth[:, None])
            parts.append((start + where, self._cells(slots), worth))
            start += len(some)
        temper = discount(self.votes_.degree[rows], self.dependence)
        where, cells, worth = (np.concatenate(part) for part in zip(*parts, strict=True))
        shape = (len(rows), len(self.votes_.annotators) * k)
        votes = sparse.csr_array((worth * temper[where], (where, cells)), shape=shape)
        return Reading(evidence * temper[:, None], votes, self._said(rows))

    def _teach(self) -> None:
        self._untaught, rows = 0, self._adjudicated()
        m, k = len(self.votes_.annotators), len(self.labels)
        if len(rows) < teaching.ENOUGH or k < 2:
            self.lesson_, self.training_ = untaught(k, m * k), teaching.too_few(len(rows))
            return
        true = self.anchors_[rows].astype(np.intp)
        where, slots = self.votes_.of_records(rows)
        said = self.votes_.columns()[2][slots]
        votes = np.bincount(where * k + said, minlength=len(rows) * k).reshape(-1, k)
        self.lesson_, self.training_ = teaching.best(self._reading(rows), true, votes)

    # -- one record -------------------------------------------------------------------------

    def _tempering(self, n_votes: AnyInts) -> Floats:
        return discount(n_votes, self.dependence) * self.lesson_.scale

    def _posterior(self, rows: Ints) -> Floats:
        degree = self.votes_.degree[rows]
        log = self._evidence(rows) * self._tempering(degree)[:, None]
        if self.training_.used:
            where, slots = self.votes_.of_records(rows)
            taught = self._added(self._cells(slots))
            worth = self._worth(where, slots)
            added = gathered(taught, where, np.arange(len(slots)), worth, len(rows))
            log += added * discount(degree, self.dependence)[:, None] + self.lesson_.bias
        if self.voice_.trust_:
            log += self.lesson_.trust * self._said(rows)
        return softmax(log)

    def _added(self, cells: Ints) -> Floats:
        """The lesson's weights for these cells; none for annotators whom it does not know."""
        added = self.lesson_.added
        found = np.zeros((len(cells), len(self.labels)))
        known = cells < len(added)
        found[known] = added[cells[known]]
        return found

    def _published(self, rows: Ints) -> Floats:
        parts = [self._posterior(rows[at : at + ROWS]) for at in range(0, len(rows), ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)))

    def _unseen(self) -> Floats:
        log = self.log_prior_ * self.lesson_.scale + self.lesson_.bias
        return np.asarray(softmax(log[None])[0], np.float64)

    def _parts(
        self, n: int, where: Ints, slots: AnyInts, leader: Ints, other: Ints
    ) -> tuple[Floats, Floats]:
        prior, odds = super()._parts(n, where, slots, leader, other)
        prior = prior + self.lesson_.bias[leader] - self.lesson_.bias[other]
        if self.training_.used:
            added, at = self._added(self._cells(slots)), np.arange(len(slots))
            part = added[at, leader[where]] - added[at, other[where]]
            worth = self._worth(where, slots)
            part *= discount(np.bincount(where, minlength=n), self.dependence)[where]
            odds = odds + (part if worth is None else part * worth)
        return prior, odds

    def _others_say(self, row: int, leader: int, other: int) -> list[Contribution]:
        if not self.voice_.trust_ or row not in self.texts_.words:
            return []
        odds = self.lesson_.trust * self._said(np.array([row]))[0]
        p = softmax(np.log(self.voice_.shares_)[None] + odds)[0]
        value = self.labels[int(p.argmax())] if p.max() > 0.5 else None
        part = float(odds[leader] - odds[other])
        return [Contribution(CONTENT, value, self.voice_.accuracy_, part)]

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        return (
            super().state()
            | self.texts_.state()
            | self.topics_.state()
            | self.voice_.state()
            | self.lesson_.state()
            | {
                "content": self.content,
                "training": asdict(self.training_),
                "untaught": self._untaught,
            }
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        self.content = bool(state["content"])
        self.texts_ = Texts.from_state(state)
        self.topics_ = Topics.from_state(state)
        self.voice_ = ContentVoice.from_state(state)
        self.lesson_ = Lesson.from_state(state)
        self.training_ = Training(**state["training"])
        self._untaught = int(state["untaught"])
        return self
