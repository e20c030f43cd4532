"""What makes a model's output worth an annotator's time, and how probable it seems that it passes.

Three things count, each in [0, 1], as far as they are known: how far a small model of texts (`proxy`), which
was taught by the labels of a version, disagrees with the model's own prediction, or how unsure it is where
there is none; how unsure the model is of itself; how far the text is from those that are labelled. What
the small model says counts only where texts tell it something about the labels (`gate`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from argilla_distill.domain.wording import many
from argilla_distill.workers.engine.contract.numbers import Floats
from argilla_distill.workers.evaluation.gate import gate
from argilla_distill.workers.evaluation.proxy import Proxy, folds, out_of_fold, train
from argilla_distill.workers.evaluation.tf_idf import Matrix, TfIdf

MIN_WEIGHT = 0.1
"""What an output weighs at least, so that nothing is left out for certain."""

MAX_TAUGHT = 5_000
"""So many labelled texts teach the small model at most."""

MAX_NEAR = 1_000
"""To so many labelled texts distances are taken at most."""

AT_ONCE = 500
"""So many outputs are looked at at once."""

FOLDS = 5


@dataclass(frozen=True)
class Labelled:
    """Labelled texts, as a version has them.

    Attributes
    ----------
    texts, groups : of each record; records of one group belong together.
    labels : what may be answered.
    targets : ndarray of shape (n_texts, n_labels)
        The posterior of each; a row of zeros where nothing is decided.
    """

    texts: Sequence[str]
    groups: Sequence[str]
    labels: tuple[str, ...]
    targets: Floats


@dataclass(frozen=True)
class Looked:
    """What was seen of each output.

    Attributes
    ----------
    weights : ndarray of shape (n,), greater than 0
    passes : ndarray of shape (n,), in [0, 1]
        How probable it seems that the output passes; NaN where nobody knows.
    foretold : what the small model says the answer is; "" where it says nothing.
    """

    weights: Floats
    passes: Floats
    foretold: list[str]


@dataclass(frozen=True)
class Candidate:
    """What counts of an output: its text, what the model predicted ("" for nothing), and how sure it was."""

    text: str
    prediction: str = ""
    score: float | None = None


@dataclass
class Chooser:
    """Looks at outputs.

    Attributes
    ----------
    passing : the labels with which an output passes; empty: those that the model predicted.
    labels : what may be answered.
    lacks : what it does not know, in a few words; "" for nothing.
    reader, near : turns texts into rows; labelled texts as columns. None where there are none.
    model : None where texts tell nothing about the labels.
    """

    passing: Sequence[str] = ()
    labels: tuple[str, ...] = ()
    lacks: str = "no version is there yet"
    reader: TfIdf | None = None
    near: Matrix | None = None
    model: Proxy | None = None

    @classmethod
    def taught_by(cls, labelled: Labelled | None, passing: Sequence[str], version: str) -> Chooser:
        """One that knows these labelled texts; None: nothing is known yet."""
        chooser = cls(passing)
        if labelled is None or not labelled.texts:
            return chooser
        reader = TfIdf()
        rows = reader.fit_transform(labelled.texts)
        chooser.reader, chooser.labels = reader, labelled.labels
        chooser.near = csr_matrix(rows[:MAX_NEAR].T)
        if len(labelled.labels) < 2 or not labelled.targets.any():
            chooser.lacks = f"{version} decides no labels of this question"
            return chooser
        fold = folds(labelled.groups, FOLDS)
        codes = np.unique(np.array(labelled.groups), return_inverse=True)[1]
        held_out = out_of_fold(rows, labelled.targets, fold)
        found = gate(held_out, labelled.targets, fold, codes)
        if found.informative:
            chooser.model = train(rows, labelled.targets)
            chooser.lacks = ""
        elif found.too_few:
            chooser.lacks = (
                f"{version} has {many(found.records, 'label')}, too few to teach a small model"
            )
        else:
            chooser.lacks = (
                f"texts tell a small model, taught by {version}, nothing about the labels"
            )
        return chooser

    def why(self, version: str, predictions: bool, scores: bool) -> str:
        """By what outputs were chosen, in a sentence."""
        by = []
        if self.model is not None:
            other = "disagrees with the prediction" if predictions else "is unsure"
            by.append(f"where a small model taught by {version} {other}")
        if scores:
            by.append("where the model doubts itself")
        if self.near is not None:
            by.append(f"far from the texts of {version}")
        what = ", ".join(by) or "at random, as nothing is known of them"
        return f"Chosen {what}" + (f" ({self.lacks})." if self.lacks else ".")

    def look(self, outputs: Iterable[Candidate]) -> Looked:
        """Look at outputs, a few hundred at a time."""
        weights: list[Floats] = []
        passes: list[Floats] = []
        foretold: list[str] = []
        for some in _batches(outputs):
            seen = self._look(some)
            weights.append(seen.weights)
            passes.append(seen.passes)
            foretold += seen.foretold
        if not weights:
            return Looked(np.ones(0), np.ones(0), [])
        return Looked(np.concatenate(weights), np.concatenate(passes), foretold)

    def _look(self, some: list[Candidate]) -> Looked:
        n = len(some)
        score = np.array([np.nan if o.score is None else o.score for o in some], np.float64)
        doubt = np.nan_to_num(1.0 - score)
        weights = MIN_WEIGHT + doubt
        foretold = [""] * n
        passes = np.full(n, np.nan)
        said = np.array([o.prediction != "" for o in some])
        if not self.passing:  # what the model itself claims
            passes = np.where(said, score, np.nan)
        if self.reader is None or self.near is None:
            return Looked(weights, passes, foretold)
        rows = self.reader.transform(o.text for o in some)
        cosines = csr_matrix(rows @ self.near)
        nearest = cosines.max(axis=1).toarray().ravel().astype(np.float64)
        weights = weights + np.clip(1.0 - nearest, 0.0, 1.0)
        if self.model is None:
            return Looked(weights, passes, foretold)
        probable = self.model.predict(rows)
        foretold = [self.labels[k] for k in probable.argmax(axis=1).tolist()]
        place = {label: k for k, label in enumerate(self.labels)}
        column = np.array([place.get(o.prediction, -1) for o in some])
        agreed = np.where(column >= 0, probable[np.arange(n), column], 0.0)
        entropy = -(probable * np.log(np.clip(probable, 1e-12, 1.0))).sum(axis=1)
        weights = weights + np.where(said, 1.0 - agreed, entropy / np.log(len(self.labels)))
        if self.passing:
            passes = probable[:, [place[label] for label in self.passing if label in place]].sum(
                axis=1
            )
        else:
            passes = np.where(said, agreed, np.nan)
        return Looked(weights, np.clip(passes, 0.0, 1.0), foretold)


def _batches(outputs: Iterable[Candidate]) -> Iterator[list[Candidate]]:
    held: list[Candidate] = []
    for output in outputs:
        held.append(output)
        if len(held) == AT_ONCE:
            yield held
            held = []
    if held:
        yield held
