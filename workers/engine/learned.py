"""The default for label questions: the best that votes alone tell, and what adjudications add."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from workers.engine import correlation, dependence, pool, sureness, teaching
from workers.engine.additive_model import DIGITS, AdditiveModel, discount, gathered
from workers.engine.content import ContentVoice, Texts
from workers.engine.decision import CONTENT, Contribution
from workers.engine.errors import NotStanding
from workers.engine.facts import Content, Fact, Kind, Source
from workers.engine.label_model import Floats, Rows
from workers.engine.question import Question
from workers.engine.reliability import (
    ANNOTATOR_VOTES,
    CROWD_VOTES,
    expected_accuracy,
)
from workers.engine.shares import shares, softmax
from workers.engine.strategy import State, Training
from workers.engine.teaching import Lesson, Reading
from workers.engine.votes import SURENESS

if TYPE_CHECKING:
    from typing_extensions import Self

KINDS: tuple[Kind, ...] = ("person", "model", "template")

SHARPNESS = 1.6
"""EM takes what it knows so many times as seriously as what is published: it has to tell records
apart before it can tell annotators apart."""

VOTED = 0.75
"""How far the labels' shares among votes are taken for their true shares, rather than what the model
makes of them: that runs away with one label where votes are few."""

CONSENSUS = 0.2
"""How far annotators are judged by the majority, rather than by what the model makes of it."""

TEACH_BELOW = 50_000
"""With fewer votes, `moved` takes in at once what new adjudications teach. Larger models wait for
their next refit, which comes when REFIT_SHARE of their votes changed, or from outside."""

CHUNK = 1_000_000
"""Numbers at a time, where every vote has a confusion matrix of its own."""


ROWS = 50_000
"""Records at a time, where all of them are gone through."""


class Learned(AdditiveModel):
    """…"""

    name: ClassVar[str] = "learned"
    anchor_worth: ClassVar[float] = 4.0

    liking_: Floats
    kind_accuracy_: Floats
    sureness_: Floats
    redundant_: sparse.csr_array
    lesson_: Lesson
    training_: Training

    def __init__(self, question: Question, *, content: bool = True) -> None:
        super().__init__(question)
        self.content = content
        self.fit_dependence = 0.05
        self.dependence = dependence.USUAL

    # -- facts ------------------------------------------------------------------------------

    def _take(self, facts: list[Fact]) -> None:
        self.kinds_: dict[str, Kind] = {}
        self.texts_ = Texts()
        self._kind_codes = np.zeros(0, np.int8)
        for fact in facts:
            self._take_one(fact)

    def _take_one(self, fact: Fact) -> None:
        if isinstance(fact, Source):
            self.kinds_[fact.annotator] = fact.kind
            self.votes_.column(fact.annotator)
        elif isinstance(fact, Content) and self.content:
            self.texts_.put(self.votes_.row(fact.record), fact.text)

    def learn(self, fact: Fact) -> None:
        if isinstance(fact, (Source, Content)):
            self._take_one(fact)
            self._concern(fact)
        else:
            super().learn(fact)

    def revert(self, fact: Fact) -> None:
        if isinstance(fact, Source):
            if self.kinds_.get(fact.annotator) != fact.kind:
                raise NotStanding(fact, self.kinds_.get(fact.annotator))
            del self.kinds_[fact.annotator]
            self._concern(fact)
        elif isinstance(fact, Content):
            if self.content:
                row = self.votes_.find_row(fact.record)
                if row is None or not self.texts_.holds(row, fact.text):
                    raise NotStanding(fact, "another text" if row in self.texts_.words else None)
                del self.texts_.words[row]
                self._concern(fact)
        else:
            super().revert(fact)

    def _concern(self, fact: Source | Content) -> None:
        """Let the annotator or the record be looked at again."""
        self._make_room()
        self._changed_votes += 1
        if isinstance(fact, Source):
            column = self.votes_.column(fact.annotator)
            self._kind_codes[column] = KINDS.index(self.kinds_.get(fact.annotator, "person"))
            self._follow(np.array([column]))
        elif self._touched is not None and self.content:
            self._touched.add(self.votes_.row(fact.record))

    def _know_kinds(self, n: int) -> None:
        n = max(n, len(self.votes_.annotators))
        if n > len(self._kind_codes):
            known = len(self._kind_codes)
            self._kind_codes = np.concatenate([self._kind_codes, np.zeros(n - known, np.int8)])
            for column, name in enumerate(self.votes_.annotators[known:], known):
                self._kind_codes[column] = KINDS.index(self.kinds_.get(name, "person"))

    def _anchor(self, row: int, code: int) -> None:
        super()._anchor(row, code)
        self._untaught = True

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        self._know_kinds(0)
        self.full_share_ = pool.full_share(self.votes_.degree)
        m, k = len(self.votes_.annotators), len(self.labels)
        self.sureness_ = np.ones(SURENESS)
        self.redundant_ = sparse.csr_array((m, m))
        self.lesson_ = teaching.untaught(k, m * k)
        super()._fit()
        if self._notice():
            record = self.votes_.columns()[0].astype(np.intp)
            worth = self._worth(record, np.arange(len(self.votes_)))
            self._em(self.votes_.matrix(), self.votes_.matrix(worth), self.responsibility_)
        self.dependence = self._dependence()
        self.voice_ = ContentVoice(k)
        if self.texts_.words:
            rows = np.array(sorted(self.texts_.words), np.intp)
            rows = rows[self._heard(rows)]
            self.voice_.fit(self.texts_, rows, self.responsibility_[rows])
        self._teach()

    def _notice(self) -> bool:
        """Learn what sureness is worth and who says the same twice; whether there is any of it."""
        m = len(self.votes_.annotators)
        n, hits, squares = np.zeros(m, np.int64), np.zeros(m), np.zeros(m)
        for _, annotator, right, _ in self._hits():
            n += np.bincount(annotator, minlength=m)
            hits += np.bincount(annotator, right, m)
            squares += np.bincount(annotator, right**2, m)
        mean = hits / np.maximum(n, 1)
        spread = np.sqrt(np.maximum(squares / np.maximum(n, 1) - mean**2, 0.0))
        pairs, proof = correlation.Pairs(n, spread), sureness.Proof()
        asked, expected = bool(self.votes_.sure.any()), self._accuracy()[0]
        for where, annotator, right, slots in self._hits():
            pairs.add(where, annotator, mean[annotator] - right)
            if asked:
                proof.add(self.votes_.sure[slots], right, expected[annotator])
        self.redundant_ = pairs.redundancy()
        self.sureness_ = proof.worth().round(DIGITS)
        return bool(self.redundant_.nnz) or bool((self.sureness_ != 1).any())

    def _hits(self) -> Iterator[tuple[Rows, NDArray[np.int32], Floats, NDArray[np.int32]]]:
        """Some records after the other: votes' records, annotators, chances to be right, slots."""
        _, annotator, label = self.votes_.columns()
        for start in range(0, len(self.votes_.records), ROWS):
            rows = np.arange(start, min(start + ROWS, len(self.votes_.records)))
            where, slots = self.votes_.of_records(rows)
            yield where, annotator[slots], self.responsibility_[start + where, label[slots]], slots

    def _see_crowd(self, counts: Floats, responsibility: Floats) -> None:
        super()._see_crowd(counts, responsibility)
        k = len(self.labels)
        cubes = counts.reshape(-1, k, k)
        given = cubes.sum(axis=(0, 2)) + 1.0
        self.liking_ = (given / given.sum()).round(DIGITS)
        prior = (1 - VOTED) * np.exp(self.log_prior_) + VOTED * self.liking_
        self.log_prior_ = (np.log(prior) / SHARPNESS).round(DIGITS)
        kinds = self._kind_codes[: len(cubes)]
        hits = np.bincount(kinds, np.einsum("jkk->j", cubes), len(KINDS))
        votes = np.bincount(kinds, cubes.sum(axis=(1, 2)), len(KINDS))
        found = (hits + CROWD_VOTES * self.crowd_) / (votes + CROWD_VOTES)
        self.kind_accuracy_ = found.round(DIGITS)

    def _weighed(self, counts: Floats, annotators: Rows) -> Floats:
        k = len(self.labels)
        cubes = np.maximum(counts, 0.0).reshape(-1, k, k)
        weights = pool.pooled(*self._matrices(cubes, annotators), self.full_share_)
        return weights.round(DIGITS).reshape(-1, k)

    def _log_confusion(self, counts: Floats) -> Floats:
        return self._weighed(counts, np.arange(len(counts) // len(self.labels)))

    def _matrices(self, cubes: Floats, annotators: NDArray[np.integer]) -> tuple[Floats, Floats]:
        self._know_kinds(int(annotators.max(initial=-1)) + 1)
        accuracy, _ = expected_accuracy(cubes, self.kind_accuracy_[self._kind_codes[annotators]])
        simple = pool.simple_confusion(cubes, accuracy, self.errors_, self.liking_)
        return simple, pool.full_confusion(cubes, simple)

    def _holding(self, a: sparse.csr_array) -> NDArray[np.float32]:
        return self._majority(a).astype(np.float32)

    def _held(self, responsibility: Floats, majority: NDArray[np.floating] | None) -> Floats:
        if majority is not None:
            responsibility *= 1 - CONSENSUS
            responsibility += CONSENSUS * majority
        return responsibility

    # -- what each record's votes say when it is left out -----------------------------------

    def _left_out(
        self, rows: Rows
    ) -> Iterator[tuple[Rows, Rows, NDArray[np.int32], Floats, Floats]]:
        """Votes as they are when their own record is left out where annotators are judged.

        Yields some rows, their votes' places among them, the slots, weights and chances.
        """
        k = len(self.labels)
        _, annotator, label = self.votes_.columns()
        mean = max(float(self.votes_.degree[rows].mean()), 1.0) if len(rows) else 1.0
        step = max(int(CHUNK / (k * k * mean)), 1)
        everybody = self.counts_.reshape(-1, k, k)
        for start in range(0, len(rows), step):
            some = rows[start : start + step]
            where, slots = self.votes_.of_records(some)
            at = np.arange(len(slots)), label[slots]
            cubes = everybody[annotator[slots]].copy()
            cubes[at] -= (self.responsibility_[some] * self._mass(some)[:, None])[where]
            np.maximum(cubes, 0.0, out=cubes)
            simple, full = self._matrices(cubes, annotator[slots])
            weights = pool.pooled(simple[at], full[at], self.full_share_)
            yield some, where, slots, weights, full[at]

    def _dependence(self) -> float:
        """ρ of this crowd. Here a record is left out of the full matrices only: it is cheaper."""
        k = len(self.labels)
        _, annotator, label = self.votes_.columns()
        counts = np.maximum(self.counts_.reshape(-1, k, k), 0.0)
        simple, _ = self._matrices(counts, np.arange(len(counts)))
        total = counts.sum(axis=1)
        found = np.zeros(len(dependence.GRID))
        rows = np.flatnonzero(self.votes_.degree > 1)
        for at in range(0, len(rows), ROWS):
            some = rows[at : at + ROWS]
            where, slots = self.votes_.of_records(some)
            one, said = annotator[slots], label[slots]
            left = (self.responsibility_[some] * self._mass(some)[:, None])[where]
            expected = simple[one, said]
            chance = pool.drawn(counts[one, said] - left, total[one] - left, expected)
            weights = pool.pooled(expected, chance, self.full_share_)
            worth = self._worth(where, slots)
            weights = weights if worth is None else weights * worth[:, None]
            evidence = gathered(weights, where, np.arange(len(slots)), None, len(some))
            evidence += self.log_prior_
            others = self.votes_.degree[some][where] - 1
            found += dependence.predictive(evidence[where] - weights, chance, others)
        return round(dependence.between(found), DIGITS)

    def _reading(self, rows: Rows) -> Reading:
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
        return Reading(evidence * temper[:, None], votes, self.voice_.odds(self.texts_, rows))

    def _teach(self) -> None:
        self._untaught = False
        rows = np.flatnonzero((self.anchors_ >= 0)[: len(self.votes_.records)])
        rows = rows[self.votes_.degree[rows] > 0]
        m, k = len(self.votes_.annotators), len(self.labels)
        if len(rows) < teaching.ENOUGH or k < 2:
            self.lesson_, self.training_ = teaching.untaught(k, m * k), teaching.too_few(len(rows))
            return
        true = self.anchors_[rows].astype(np.intp)
        where, slots = self.votes_.of_records(rows)
        said = self.votes_.columns()[2][slots]
        votes = np.bincount(where * k + said, minlength=len(rows) * k).reshape(-1, k)
        self.lesson_, self.training_ = teaching.best(self._reading(rows), true, votes)

    # -- one record -------------------------------------------------------------------------

    def _tempering(self, n_votes: NDArray[np.integer]) -> Floats:
        return discount(n_votes, self.dependence) * self.lesson_.scale

    def _fit_tempering(self, n_votes: NDArray[np.integer]) -> Floats:
        return SHARPNESS * discount(n_votes, self.fit_dependence)

    def _worth(self, where: Rows, slots: NDArray[np.integer]) -> Floats | None:
        worth = None
        if (self.sureness_ != 1).any():
            worth = self.sureness_[self.votes_.sure[slots]]
        if self.redundant_.nnz:
            annotator = self.votes_.columns()[1][slots]
            share = correlation.independent_share(where, annotator, self.redundant_)
            worth = share if worth is None else worth * share
        return worth

    def _posterior(self, rows: Rows) -> Floats:
        degree = self.votes_.degree[rows]
        log = self._evidence(rows) * self._tempering(degree)[:, None]
        if self.training_.used:
            where, slots = self.votes_.of_records(rows)
            taught = self._added(self._cells(slots))
            worth = self._worth(where, slots)
            added = gathered(taught, where, np.arange(len(slots)), worth, len(rows))
            log += added * discount(degree, self.dependence)[:, None] + self.lesson_.bias
        if self.voice_.trust_:
            log += self.lesson_.trust * self.voice_.odds(self.texts_, rows)
        return softmax(log)

    def _added(self, cells: Rows) -> Floats:
        """The lesson's weights for these cells; none for annotators whom it does not know."""
        added = self.lesson_.added
        found = np.zeros((len(cells), len(self.labels)))
        known = cells < len(added)
        found[known] = added[cells[known]]
        return found

    def _published(self, rows: Rows) -> Floats:
        parts = [self._posterior(rows[at : at + ROWS]) for at in range(0, len(rows), ROWS)]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.labels)))

    def _responsibility(self, rows: Rows) -> Floats:
        k = len(self.labels)
        where, slots = self.votes_.of_records(rows)
        votes = np.bincount(where * k + self.votes_.columns()[2][slots], minlength=len(rows) * k)
        majority = shares(np.asarray(votes.reshape(-1, k) + 1 / k, np.float64)).astype(np.float32)
        return self._held(super()._responsibility(rows), majority)

    def _unseen(self) -> Floats:
        log = self.log_prior_ * self.lesson_.scale + self.lesson_.bias
        return np.asarray(softmax(log[None])[0], np.float64)

    def _parts(
        self, n: int, where: Rows, slots: NDArray[np.integer], leader: Rows, other: Rows
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
        odds = self.lesson_.trust * self.voice_.odds(self.texts_, np.array([row]))[0]
        p = softmax(np.log(self.voice_.shares_)[None] + odds)[0]
        value = self.labels[int(p.argmax())] if p.max() > 0.5 else None
        part = float(odds[leader] - odds[other])
        return [Contribution(CONTENT, value, self.voice_.accuracy_, part)]

    def _settle(self, tolerance: float) -> None:
        if self._untaught and self.n_votes < TEACH_BELOW:
            self.refit()
        super()._settle(tolerance)

    # -- annotators -------------------------------------------------------------------------

    def _accuracy(self) -> tuple[Floats, Floats]:
        k, m = len(self.labels), len(self.votes_.annotators)
        counts = self.counts_[: m * k].reshape(-1, k, k)
        accuracy, _ = expected_accuracy(counts, self.kind_accuracy_[self._kind_codes[:m]])
        votes = np.array([self.votes_.n_votes_of(j) for j in range(m)], np.float64)
        return accuracy, votes + ANNOTATOR_VOTES

    def _confusions(self) -> Floats:
        k, m = len(self.labels), len(self.votes_.annotators)
        cubes = np.maximum(self.counts_[: m * k], 0.0).reshape(-1, k, k)
        return self._matrices(cubes, np.arange(m))[1].transpose(0, 2, 1)

    @property
    def training(self) -> Training:
        return self.training_

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        redundant = self.redundant_.tocoo()
        return (
            super().state()
            | self.texts_.state()
            | self.voice_.state()
            | {
                "content": self.content,
                "kinds": dict(sorted(self.kinds_.items())),
                "liking": self.liking_,
                "full_share": self.full_share_,
                "kind_accuracy": self.kind_accuracy_,
                "sureness": self.sureness_,
                "redundant_one": redundant.coords[0],
                "redundant_other": redundant.coords[1],
                "redundant_share": redundant.data,
                "redundant_size": redundant.shape[0],
                "lesson_scale": self.lesson_.scale,
                "lesson_trust": self.lesson_.trust,
                "lesson_bias": self.lesson_.bias,
                "lesson_added": self.lesson_.added,
                "training": asdict(self.training_),
                "untaught": self._untaught,
            }
        )

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.content = bool(values["content"])
        self.kinds_ = dict(values["kinds"])
        self.texts_ = Texts.from_state(values)
        self.voice_ = ContentVoice.from_state(values)
        self.liking_ = np.array(values["liking"], np.float64)
        self.full_share_ = float(values["full_share"])
        self.kind_accuracy_ = np.array(values["kind_accuracy"], np.float64)
        self.sureness_ = np.array(values["sureness"], np.float64)
        pairs = np.array(values["redundant_one"]), np.array(values["redundant_other"])
        size = int(values["redundant_size"])
        share = np.array(values["redundant_share"], np.float64)
        self.redundant_ = sparse.csr_array((share, pairs), shape=(size, size))
        self.lesson_ = Lesson(
            float(values["lesson_scale"]),
            float(values["lesson_trust"]),
            np.array(values["lesson_bias"], np.float64),
            np.array(values["lesson_added"], np.float64),
        )
        self.training_ = Training(**values["training"])
        self._untaught = bool(values["untaught"])
        self._kind_codes = np.zeros(0, np.int8)
        self._know_kinds(0)
        return self
