"""Ratings: a 4 is nearer to a 5 than to a 1, and annotators shift and stretch the scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from argilla_distill.workers.engine.contract.choice import Choice, Voice, trust
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.engine.contract.reliability import ANNOTATOR_VOTES
from argilla_distill.workers.engine.contract.strategy import Reliability, State, Training
from argilla_distill.workers.engine.contract.value_model import believed
from argilla_distill.workers.engine.rating.continuous import Continuum
from argilla_distill.workers.engine.rating.discrete import Scale
from argilla_distill.workers.engine.rating.median_rating import RatingModel, number
from argilla_distill.workers.engine.rating.raters import Raters, Told
from argilla_distill.workers.engine.rating.recalibration import (
    LEAST_ADJUDICATIONS,
    Bend,
    Columns,
    cross_validated,
    fitted,
)

if TYPE_CHECKING:
    from typing_extensions import Self

REFIT_BELOW = 1000
"""`moved` always refits models of fewer votes."""


class RatingLearned(RatingModel):
    """Ratings with each annotator's shift, stretch and spread taken into account.

    **Annotators**: `Raters` learns ``v = intercept[j] + slope[j] · t + noise`` of each.

    **With a scale** (Argilla's questions) the value is one of it: the most probable, see `Scale`.

    **Without one** the value is the posterior mean, see `Continuum`, with as many decimals as make
    sense, and nothing that is lower or higher than every vote on the record, unless adjudications
    have shown that all votes are too low or too high. The posterior is its density at steps of an
    18th of the votes' range from the value; the key of the value's own step is the value.
    Confidence is the probability of that step: that the truth is within half a step of the value.
    The runner-up is the more probable neighbour.

    **Adjudications** stand for the consensus when annotators are judged. From
    LEAST_ADJUDICATIONS on they may bend the crowd's scale (`Bend`): the whole crowd may give too
    much or too little, or be less sure than it seems. It is learned against a fit that does not
    know them, and used only if it is better by cross-validation, beyond chance.

    Attributes
    ----------
    raters_ : Raters
    view_ : Scale or Continuum
    bend_ : Bend
    training_ : Training

    >>> from argilla_distill.workers.engine.contract.facts import Vote
    >>> from argilla_distill.workers.engine.contract.question import Question
    >>> model = RatingLearned(Question("rating", scale=(1, 2, 3, 4, 5)))
    >>> said = {"ann": "12345", "ben": "12355", "cas": "23455"}  # cas gives more than others
    >>> votes = [Vote(f"r{i}", who, int(v)) for who in said for i, v in enumerate(said[who])]
    >>> [decision] = model.fit(votes).decide(["r1"])
    >>> decision.value
    2
    """

    name: ClassVar[str] = "learned"

    raters_: Raters
    view_: Scale | Continuum
    bend_: Bend
    training_: Training

    # -- the full fit -----------------------------------------------------------------------

    def _fit(self) -> None:
        self._see_range()
        records = self.standing_.heard()
        rows, names, vote, truth = self._columns(records)
        raters = Raters(self.length).fit(rows, names, vote, np.full(len(truth), np.nan))
        votes = Columns(rows, raters.told_.rater, vote, len(records))
        self.bend_ = Bend()
        self._see_view(votes, raters, np.full(len(truth), np.nan))
        self._train(votes, raters, truth)
        if np.isfinite(truth).any():
            straight = self.bend_.straight(truth)
            raters = Raters(self.length).fit(rows, names, vote, straight)
            self._see_view(votes, raters, truth)
        self.raters_ = raters
        at = np.searchsorted(rows, np.arange(len(records) + 1))
        told = raters.told_._replace(kinds=self.view_.told_)
        self._told = {record: told.part(*at[i : i + 2]) for i, record in enumerate(records)}
        self._settled = self._weights()
        self._drifting: set[str] = set()

    def _new_view(self) -> Scale | Continuum:
        scale = self.question.scale
        return Scale(scale) if scale else Continuum(self.length)

    def _see_view(self, votes: Columns, raters: Raters, truth: Floats) -> None:
        self.view_ = self._new_view()
        self.view_.fit(votes, raters, self.bend_, truth)

    def _train(self, votes: Columns, raters: Raters, truth: Floats) -> None:
        """Set `bend_` and `training_`, from a fit that knows no adjudications."""
        chosen = np.flatnonzero(np.isfinite(truth) & (votes.counts > 0))
        n, truth = len(chosen), truth[chosen]
        if n < LEAST_ADJUDICATIONS:
            word = f"{n} adjudications: training starts at {LEAST_ADJUDICATIONS}"
            self.training_ = Training(n, False, None, None, None, None, word)
            return
        place = np.full(votes.n, -1)
        place[chosen] = np.arange(n)
        here = place[votes.record] >= 0
        some = Columns(place[votes.record][here], votes.rater[here], votes.vote[here], n)
        view = self.view_
        mean = view.means(some, raters, Bend())

        def losses(bend: Bend) -> Floats:
            return view.losses(some, raters, truth, bend)

        before, after, better = cross_validated(mean, truth, self.length, losses)
        if better:
            self.bend_ = fitted(mean, truth, self.length, losses)
        value = np.array([np.median(some.vote[some.record == i]) for i in range(n)])
        right = [np.mean(np.abs(each - truth) <= self.near) for each in (mean, value)]
        if self.bend_ != Bend():
            ours = view.means(some, raters, self.bend_)
            right[0] = np.mean(np.abs(ours - truth) <= self.near)
        word = (
            f"{n} adjudications: log loss {before:.3f} without them, {after:.3f} with them "
            f"(cross-validated); {'they are used' if better else 'not better beyond chance'}"
        )
        self.training_ = Training(n, better, before, after, float(right[0]), float(right[1]), word)

    @property
    def near(self) -> float:
        """A value is right if it is at most this far from the truth, in points."""
        return 0.5 if self.question.scale else self.step / 2

    @property
    def training(self) -> Training:
        return self.training_

    # -- records ----------------------------------------------------------------------------

    def _choices(self, records: Sequence[str]) -> list[Choice]:
        rows, names, vote, _ = self._columns(records)
        votes = Columns(rows, self.raters_.numbers(names), vote, len(records))
        accuracy = self._accuracy()
        at = np.searchsorted(rows, np.arange(len(records) + 1))
        anchors = [self.standing_.adjudications.get(record) for record in records]
        choices = []
        for i, (values, prior, logs, among) in enumerate(self._says(votes, anchors)):
            voices = [
                Voice(names[s], number(vote[s]), float(accuracy[votes.rater[s]]), log)
                for s, log in zip(range(at[i], at[i + 1]), logs, strict=True)
            ]
            sure = 1.0 if len(values) > 1 or self.question.scale else trust(len(voices))
            choices.append(Choice(values, prior, voices, anchors[i], sure, among))
        return choices

    def _says(
        self, votes: Columns, anchors: Sequence[Value]
    ) -> list[tuple[list[Value], Floats, Floats, int | None]]:
        """Candidates, log prior, what each vote says, and which one is the value, by record."""
        view, raters, bend = self.view_, self.raters_, self.bend_
        at = np.searchsorted(votes.record, np.arange(votes.n + 1))
        cuts = [slice(*at[i : i + 2]) for i in range(votes.n)]
        if isinstance(view, Scale):
            values: list[Value] = list(self.question.scale)
            prior, parts = view.says(votes, raters, bend)
            return [(values, prior[i], parts[cut], None) for i, cut in enumerate(cuts)]
        known = view.evidence(votes, raters, bend.sharpness)
        found: list[tuple[list[Value], Floats, Floats, int | None]] = []
        for i, cut in enumerate(cuts):
            value, said = bend.intercept + bend.slope * float(known.mean[i]), votes.vote[cut]
            bounds = self.range_ if bend != Bend() or not len(said) else (said.min(), said.max())
            value = round(float(np.clip(value, *bounds)), self.digits)
            points, among = self._grid(value if anchors[i] is None else anchors[i])
            grid = bend.straight(np.array(points, np.float64))
            calm = 1 / (1 + (self.step / bend.slope) ** 2 / 12 / known.variance[i])
            prior_here = -calm * known.prior[i] * (grid - view.center_) ** 2 / 2
            far = (grid - known.levelled[cut, None]) ** 2
            found.append((points, prior_here, -calm * known.sharp[cut, None] * far / 2, among))
        return found

    def annotators(self) -> list[Reliability]:
        """Accuracy: the expected share of exact votes, or (without a scale) of those within a tenth
        of the range of the truth. Traits, in points: ``shift`` in the middle of the range,
        ``spread``; without unit: ``stretch``; ``trust``, the correlation with the others; and, on a
        scale, ``lapse``, the share of votes that are just anywhere."""
        accuracy, raters, middle = self._accuracy(), self.raters_, sum(self.range_) / 2
        spreads = self.view_.traits(raters)
        found = []
        for j, name in enumerate(raters.names):
            if n := len(self.standing_.records.get(name, ())):
                slope = float(raters.slope_[j])
                traits = {
                    "shift": float(raters.intercept_[j]) + (slope - 1) * middle,
                    "stretch": slope,
                    "trust": float(raters.trust_[j]),
                } | {trait: float(each[j]) for trait, each in spreads.items()}
                strength = float(raters.sums_[j, 0]) + ANNOTATOR_VOTES
                found.append(believed(name, float(accuracy[j]), strength, n, traits))
        return found

    def _accuracy(self) -> Floats:
        view = self.view_
        if isinstance(view, Scale):
            return np.clip(view.accuracy(self.raters_, self.bend_), 0.001, 0.999)
        return np.clip(view.accuracy(self.raters_), 0.001, 0.999)

    # -- what one fact changes --------------------------------------------------------------

    def _leave(self, record: str) -> None:
        if record in self._told:
            told = self._told.pop(record)
            self.raters_.take(told, -1.0)
            self.view_.take(told.rater, told.kinds, -1.0)

    def _enter(self, record: str) -> None:
        rows, names, vote, truth = self._columns([record])
        rater = self.raters_.numbers(names)
        told = self.raters_.tell(rows, rater, vote, self.bend_.straight(truth))
        self.raters_.take(told, 1.0)
        votes = Columns(rows, rater, vote, 1)
        told = told._replace(kinds=self.view_.tell(votes, self.raters_, self.bend_, truth))
        self.view_.take(rater, told.kinds, 1.0)
        self._told[record] = told
        self._drifting.update(names)

    def _weights(self) -> Floats:
        raters, unit = self.raters_, self.length / 4
        line = [raters.intercept_ / unit, raters.slope_, raters.trust_, raters.spread_ / unit]
        return np.column_stack([*line, self.view_.shares(len(raters.names))])

    def _settle(self, tolerance: float) -> None:
        self._spread(tolerance, REFIT_BELOW)

    def _again(self, record: str) -> None:
        self._leave(record)
        self._enter(record)

    def _of_drifted(self, tolerance: float) -> set[str]:
        """The records of annotators who moved far enough to move a posterior by `tolerance`."""
        now, names = self._weights(), self.raters_.names
        fresh = now[len(self._settled) :]
        self._settled = np.concatenate([self._settled, fresh])
        far = np.abs(now - self._settled).max(axis=1) > tolerance
        due = [j for j in np.flatnonzero(far) if names[j] in self._drifting]
        self._settled[due] = now[due]
        self._drifting.difference_update(names[j] for j in due)
        return {record for j in due for record in self.standing_.records.get(names[j], ())}

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        told = list(self._told.values())
        none = (np.empty(0, np.intp), *np.empty((3, 0)), self.view_.told_[:0])
        rater, *rest, kinds = (np.concatenate(each) for each in zip(none, *told, strict=True))
        return super().state() | {
            "range": list(self.range_),
            "raters": self.raters_.state(),
            "sums": self.raters_.sums_,
            "view": self.view_.state(),
            "bend": list(self.bend_),
            "training": asdict(self.training_),
            "told_records": list(self._told),
            "told_sizes": [len(each.rater) for each in told],
            "told_raters": rater,
            "told": np.array(rest, np.float64),
            "told_kinds": kinds,
            "settled": self._settled,
            "drifting": sorted(self._drifting),
        }

    @classmethod
    def from_state(cls, state: State) -> Self:
        self = super().from_state(state)
        values: dict[str, Any] = dict(state)
        self.range_ = tuple(values["range"])
        self.raters_ = Raters.of_state(values["raters"], values["sums"])
        self.view_ = self._new_view()
        self.view_.restore(values["view"])
        self.bend_, self.training_ = Bend(*values["bend"]), Training(**values["training"])
        columns = [*values["told"], values["told_kinds"]]
        told = Told(np.array(values["told_raters"], np.intp), *columns)
        self.view_.take(told.rater, told.kinds, 1.0)
        ends = np.cumsum([0, *values["told_sizes"]])
        names = values["told_records"]
        self._told = {name: told.part(*ends[i : i + 2]) for i, name in enumerate(names)}
        self._settled = np.array(values["settled"], np.float64)
        self._drifting = set(values["drifting"])
        return self
