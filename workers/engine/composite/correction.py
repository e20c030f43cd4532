"""What adjudications teach about elements: how sure to be of each label, and what their context is worth.

The mathematics are those of label questions, `workers.engine.label.correction`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from argilla_distill.workers.engine.composite.context import Context
from argilla_distill.workers.engine.composite.record_elements import Element, RecordElements
from argilla_distill.workers.engine.composite.taken_apart import TakenApart, element_name
from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.engine.contract.shares import softmax
from argilla_distill.workers.engine.contract.strategy import Training
from argilla_distill.workers.engine.label.correction.adjudication_learner import (
    MIN_ADJUDICATIONS,
    due,
    outcome,
    too_few,
)
from argilla_distill.workers.engine.label.correction.correction import (
    Correction,
    Examples,
    no_correction,
)
from argilla_distill.workers.engine.label.correction.fitting import Capacity
from argilla_distill.workers.engine.label.correction.proving import (
    Trial,
    agreeing,
    losses,
    tried,
)

CORRECT_BELOW = 1_000
"""With fewer votes, `moved` takes in at once what new adjudications teach. Larger models do when a tenth
of the adjudications changed (`adjudication_learner.due`)."""

WHAT = "a scale, a trust in other parts and a bias for each part of a value"

PARTS = Capacity(WHAT, scale=16.0, trust=0.3)
"""What may be learned about parts. Votes tell well how much surer one record is than another, so the scale
is held near 1 (a quarter more or less). What the other parts of a record tell is worth much on one
question and little on the next, and there it may go far: to count it four times is no surprise."""


class AdjudicatedElement(NamedTuple):
    """An adjudicated element: what is said of it, and what is true.

    Attributes
    ----------
    group : int
        The number of its record.
    element : str
        Its name.
    own : ndarray of shape (n_labels,), sums to 1
        What the votes on it alone say.
    posterior : ndarray likewise
        The same, and what the record's other elements say.
    true : int
        The code of the adjudicated label.
    """

    group: int
    element: str
    own: Floats
    posterior: Floats
    true: int


class ElementCorrection:
    """A scale, a trust and a bias for the labels of each model, learned from adjudications.

    With P[i, k] what the votes on element i alone make of label k, and C[i, k] what they and its
    context do::

        log P'[i, k] = scale · log P[i, k] + trust · log (C[i, k] / P[i, k]) + bias[k],  up to a constant

    Learned from 10 adjudicated records with votes on, penalised toward 1, 1 and 0, and used in those
    models only where cross-validation (a record's elements stay together) says that it helps, see
    `workers.engine.label.correction`. The votes on adjudicated records are taken without their
    adjudication, and with the record left out where annotators are judged. That adjudications also
    decide their own elements is `TakenApart`'s.

    Parameters
    ----------
    mirrored : bool
        Whether an element may be seen from the other side, with its labels in reverse order.

    Attributes
    ----------
    corrections_ : list of Correction, one for each model
    training_ : Training
        Its figures are means over elements.
    """

    corrections_: list[Correction]
    training_: Training
    _n_changed: int  # adjudications changed since the last fit

    def __init__(self, *, mirrored: bool = False) -> None:
        self.mirrored = mirrored

    # -- one record -------------------------------------------------------------------------

    def apply(
        self, elements: list[Element], own: list[Floats], posteriors: list[Floats]
    ) -> list[Floats]:
        """Return the corrected posteriors of these elements; `own` is what the votes on each alone say."""
        return [
            _corrected(self.corrections_[number], alone, p)
            for (number, _), alone, p in zip(elements, own, posteriors, strict=True)
        ]

    def scale_of(self, number: int) -> float:
        """Return by how much the votes on elements of this model count."""
        return float(self.corrections_[number].scale)

    def trust_of(self, number: int) -> float:
        """Return by how much the context of elements of this model counts."""
        return float(self.corrections_[number].trust)

    # -- what is learned --------------------------------------------------------------------

    def changed(self) -> None:
        """Take in that an adjudication changed."""
        self._n_changed += 1

    def due(self, n_votes: int, n_adjudications: int) -> bool:
        """Whether to learn from the adjudications again."""
        if n_votes < CORRECT_BELOW:
            return self._n_changed > 0
        known = self.training_.adjudications
        return due(self._n_changed, known) and (max(known, n_adjudications) >= MIN_ADJUDICATIONS)

    def learn(self, taken: TakenApart, context: Context) -> None:
        """Learn from all adjudications; models and context are fitted."""
        self._n_changed = 0
        self.corrections_ = [no_correction(len(model.labels), 0) for model in taken.models]
        records = [r for r in sorted(taken.facts.adjudications) if taken.votes_on(r)]
        if len(records) < MIN_ADJUDICATIONS:
            self.training_ = too_few(len(records))
            return
        trials = []
        for number, its in enumerate(_examples(taken, context, records)):
            if its and _in_question(taken, number, its):
                group, elements, *rest = (list(each) for each in zip(*its, strict=True))
                own, posterior, true = (np.array(each) for each in rest)
                trial, codes = self._tried(own, posterior, true, np.array(group))
                self.corrections_[number] = trial.correction
                hits = agreeing(taken.models[number].n_saying(elements), true)
                trials.append((trial, codes, hits))
        self.training_ = _training(len(records), trials) if trials else _nothing(len(records))

    def _tried(self, own: Floats, posterior: Floats, true: Ints, group: Ints) -> tuple[Trial, Ints]:
        """Return what comes of these examples, and the true labels of its rows."""
        if self.mirrored:
            own, posterior = (np.concatenate([p, p[:, ::-1]]) for p in (own, posterior))
            true = np.concatenate([true, posterior.shape[1] - 1 - true])
            group = np.concatenate([group, group])
        group = np.unique(group, return_inverse=True)[1]
        evidence, nothing = _log(own), sparse.csr_array((len(true), 0))
        examples = Examples(evidence, nothing, _log(posterior) - evidence)
        return tried(examples, true, [PARTS], group), true

    # -- state ------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return it as data; `restore` is the inverse."""
        return {
            "lessons": [[each.scale, each.bias.tolist(), each.trust] for each in self.corrections_],
            "training": self.training_.state(),
            "untaught": self._n_changed,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        self.corrections_ = [
            replace(
                no_correction(len(bias), 0),
                scale=float(scale),
                bias=np.array(bias, np.float64),
                trust=float(trust[0] if trust else scale),  # release 0.1 scaled the two as one
            )
            for scale, bias, *trust in state["lessons"]
        ]
        self.training_ = Training.of_state(state["training"])
        self._n_changed = int(state["untaught"])


def _examples(
    taken: TakenApart, context: Context, records: list[str]
) -> list[list[AdjudicatedElement]]:
    """The adjudicated elements of these records, for each model."""
    asked: list[list[tuple[int, str]]] = [[] for _ in taken.models]
    of = {record: taken.elements(record) for record in records}
    for at, record in enumerate(records):
        for number, part in of[record]:
            asked[number].append((at, element_name(record, part)))
    left: dict[Element, Floats] = {}
    for number, (model, its) in enumerate(zip(taken.models, asked, strict=True)):
        names = [name for _, name in its]
        found = model.left_out(names, np.array([at for at, _ in its], np.intp))
        left |= {(number, name): p for name, p in zip(names, found, strict=True)}
    examples: list[list[AdjudicatedElement]] = [[] for _ in taken.models]
    for at, record in enumerate(records):
        elements, verdict = of[record], taken.facts.adjudications[record]
        own = [left[number, element_name(record, part)] for number, part in elements]
        on = RecordElements(record, taken.votes_on(record), None, elements, own, own)
        posterior = dict(zip(elements, context.apply(taken, on), strict=True))
        for element, label in taken.decomposition.labels(elements, verdict):
            number, part = element
            if element in posterior:
                code = taken.models[number].labels.index(label)
                name = element_name(record, part)
                alone, found = left[number, name], posterior[element]
                examples[number].append(AdjudicatedElement(at, name, alone, found, code))
    return examples


def _in_question(taken: TakenApart, number: int, its: list[AdjudicatedElement]) -> bool:
    """Whether anybody, annotator or reviewer, gave another label than the first there."""
    given = taken.models[number].votes_.columns()[2]
    return bool(given.any()) or any(each.true for each in its)


def _log(posterior: Floats) -> Floats:
    """Log probabilities, up to a constant per row: centred, so that a scale moves no label alone."""
    log = np.log(np.maximum(posterior, 1e-12))
    return np.asarray(log - log.mean(axis=-1, keepdims=True), np.float64)


def _corrected(correction: Correction, own: Floats, posterior: Floats) -> Floats:
    """The corrected posterior of one element."""
    alone = _log(own)
    context = _log(posterior) - alone
    log = correction.scale * alone + correction.trust * context + correction.bias
    return np.asarray(softmax(log[None])[0], np.float64)


def _training(n: int, trials: list[tuple[Trial, Ints, Floats]]) -> Training:
    """What n adjudications have made of all models."""
    used = any(trial.used for trial, _, _ in trials)
    before = np.concatenate([losses(t.before, true) for t, true, _ in trials])
    after = np.concatenate([losses(t.chosen if used else t.after, true) for t, true, _ in trials])
    right = np.concatenate([t.chosen.argmax(axis=1) == true for t, true, _ in trials])
    hits = np.concatenate([hits for _, _, hits in trials])
    figures = float(before.mean()), float(after.mean())
    summary = outcome(n, used, WHAT, *figures)
    return Training(n, used, *figures, float(right.mean()), float(hits.mean()), summary)


def _nothing(n: int) -> Training:
    """What adjudications make of records on which nobody ever chose or marked anything."""
    summary = f"{n} adjudications: nothing was chosen or marked that could be learned from"
    return Training(n, False, None, None, None, None, summary)
