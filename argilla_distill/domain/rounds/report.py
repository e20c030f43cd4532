"""What a round came to: how good the model is, how far labels can be trusted, what was learned by it.

It is counted by `workers.use_cases.rounds.reporting` when the round ends, and does not change after that.
Whether models get better from round to round is `progress`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.wording import figure, many, percent, reach


@dataclass(frozen=True)
class ReliabilityChange:
    """How often the strategy holds an annotator to be right, before and after the round, in [0, 1]."""

    annotator: str
    was: float
    now: float


@dataclass(frozen=True)
class RoundReport:
    """A round that has ended.

    Attributes
    ----------
    version, before : the version that its end made, and the one that was the latest when it was started.
    taken, labelled : records of the round, and those of them that have a label.
    pass_rate : how many of all outputs pass: by labels, corrected by what audits say of labels; None where
        audits are too few, or nothing says what passes. `errors_from`: audits of the dataset that tell.
    by_labels : how many pass by the labels of `version`, whose errors are in it.
    audits : records of the round that were audited. `audited`: how many pass by these alone.
    labels_right : what audits of the whole dataset say of its labels, in a sentence.
    agreement : Krippendorff's alpha of the answers on the round's records; None where it cannot be told.
    foretold : how many of the labels a small model of texts, taught by `before`, had foretold; None where
        texts tell it nothing.
    held_up : how many of the labels are what the strategy would have said with what it knew of annotators in
        `before`; None where that cannot be told.
    learned : annotators whose reliability changed most.
    compared, changed : records that both versions have, and labels that differ on them, of all questions.
    causes : why, in words → how many.
    """

    name: str
    model: str
    version: str
    before: str
    taken: int
    labelled: int
    made_at: int
    pass_rate: Figure | None = None
    errors_from: int = 0
    by_labels: Figure | None = None
    audits: int = 0
    audited: Figure | None = None
    labels_right: str = ""
    agreement: float | None = None
    foretold: Figure | None = None
    held_up: Figure | None = None
    learned: tuple[ReliabilityChange, ...] = ()
    compared: int = 0
    changed: int = 0
    causes: Mapping[str, int] = field(default_factory=dict)

    @property
    def sentences(self) -> tuple[str, ...]:
        """The report, a sentence for each thing that it tells.

        >>> rate = Figure(0.81, 0.75, 0.86)
        >>> found = RoundReport("4", "bot", "learned-4", "learned-3", 300, 290, 0, rate, 60, rate).sentences
        >>> print(found[1])
        By the labels of learned-4, 81\u202f% of bot's outputs pass (75 to 86\u202f%).
        >>> print(found[2])
        Corrected for how often 60 audits of the dataset find labels wrong, 81\u202f% pass (75 to 86\u202f%).
        """
        found = [
            f"{self.labelled:,} of {many(self.taken, 'record')} have a label in {self.version}.",
            *self._passing,
        ]
        if self.audited is not None:
            found.append(
                f"By {many(self.audits, 'audit')} alone it is {percent(self.audited.value)} "
                f"({reach(self.audited.low, self.audited.high)})."
            )
        if self.labels_right:
            found.append(self.labels_right)
        if self.agreement is not None:
            found.append(
                f"Annotators agreed on the round's records with an alpha of {figure(self.agreement)}."
            )
        if self.held_up is not None:
            found.append(
                f"With what {self.before} knew of annotators, {percent(self.held_up.value)} of the labels "
                f"would have been the same ({reach(self.held_up.low, self.held_up.high)})."
            )
        if self.foretold is not None:
            found.append(
                f"A small model taught by {self.before} had foretold {percent(self.foretold.value)} of "
                f"the labels ({reach(self.foretold.low, self.foretold.high)})."
            )
        found += [
            f"{each.annotator} is now held to be right {percent(each.now)} of the time, before "
            f"{percent(each.was)}."
            for each in self.learned
        ]
        if self.compared:
            why = "; ".join(f"{cause}: {n:,}" for cause, n in self.causes.items())
            found.append(
                f"Of {many(self.compared, 'record')} that {self.before} has too, "
                f"{many(self.changed, 'label')} changed" + (f" ({why})." if why else ".")
            )
        return tuple(found)

    @property
    def _passing(self) -> list[str]:
        if self.by_labels is None:
            return ["No pass rate: neither labels nor predictions say when an output passes."]
        found = [
            f"By the labels of {self.version}, {percent(self.by_labels.value)} of {self.model}'s outputs "
            f"pass ({reach(self.by_labels.low, self.by_labels.high)})."
        ]
        if self.pass_rate is not None:
            found.append(
                f"Corrected for how often {many(self.errors_from, 'audit')} of the dataset find labels "
                f"wrong, {percent(self.pass_rate.value)} pass "
                f"({reach(self.pass_rate.low, self.pass_rate.high)})."
            )
        else:
            found.append(
                "Labels err, and how often is not known: that takes five audits at least of records that "
                f"pass and five of others. So far there are {many(self.errors_from, 'audit')}."
            )
        return found
