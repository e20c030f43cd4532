"""Which of several versions is better: by their labels on audits, and by the models that they make.

Each contest is of two versions, or of two runs, on one question, paired on the same records. How it is
decided is `workers.evaluation.paired`; when, `workers.use_cases.comparisons`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from argilla_distill.domain.report import read
from argilla_distill.domain.wording.figures import count, many, percent, points, points_reach

Aspect = Literal["labels", "hard", "soft", "runs"]

ASPECTS: Mapping[str, str] = {
    "labels": "labels",
    "hard": "small model, trained on labels",
    "soft": "small model, trained on probabilities",
    "runs": "models of your own",
}
"""What is compared, in words."""

_MAKES = "makes the better model", "the models they make"

_CLAIMS: Mapping[str, tuple[str, str]] = {
    "labels": ("has the better labels", "their labels"),
    "runs": ("is the better model", "the two"),
}
"""What is claimed of the better one, and what is alike where they are."""

ALPHA = 0.05
"""Where nothing differs, a difference is claimed at most so often, over all pairs of one question."""

ALIKE = 0.02
"""Nothing beyond this is told as “no difference larger than”."""

FORMAT = 3
"""Of what is stored: a comparison of another one is made anew."""

MAX_COMPARED = 8
"""So many versions, or runs, are compared at once."""


@dataclass(frozen=True)
class Contest:
    """Two versions, or two runs, in one question and one aspect. Figures are shares, weighted by 1/π.

    Attributes
    ----------
    label : of a multi-label question, which is compared label by label; "" of others.
    audits, groups : records that both are measured on, and how many prompts these are of.
    one_right, other_right : how often each is right.
    difference, low, high : of the two, and the interval that holds it 19 times in 20.
    only_one, only_other : records on which one of them alone is right.
    usual_right : how often one is right who always gives the most frequent value.
    mcnemar : the exact two-sided p-value of McNemar's test, of records as if each had a prompt of its own.
    p, p_holm : of the randomisation test by groups; the same held against the number of pairs.
    more : about so many more audits would tell; None where no number that anybody would answer does.
    knows : whether one of the models is better than giving the most frequent value always; where neither
        is, that they are alike says nothing about what they were trained on.
    stopped : why nothing is compared, a sentence; "" where it is.
    trained_on : so many records each small model was trained on, the fewest of the two; 0 where none was.
    one_low, one_high, other_low, other_high : the intervals that hold how often each is right 9 times in 10;
        None where nothing is compared.
    """

    question: str
    label: str
    aspect: Aspect
    one: str
    other: str
    audits: int = 0
    groups: int = 0
    one_right: float = 0.0
    other_right: float = 0.0
    difference: float = 0.0
    low: float = -1.0
    high: float = 1.0
    usual_right: float = 0.0
    only_one: int = 0
    only_other: int = 0
    mcnemar: float = 1.0
    p: float = 1.0
    p_holm: float = 1.0
    more: int | None = None
    knows: bool = True
    stopped: str = ""
    one_low: float | None = None
    one_high: float | None = None
    other_low: float | None = None
    other_high: float | None = None
    trained_on: int = 0

    @property
    def verdict(self) -> str:
        """`one`, `other`, `alike`, `unknown`, or `stopped`."""
        if self.stopped:
            return "stopped"
        if self.p_holm < ALPHA and (self.low > 0 or self.high < 0):
            return "one" if self.difference > 0 else "other"
        alike = self.knows and max(-self.low, self.high) <= ALIKE
        return "alike" if alike else "unknown"

    @property
    def sentence(self) -> str:
        """The verdict in a sentence.

        >>> found = Contest("q", "", "hard", "learned-3", "majority-3", 400, 400, 0.8, 0.74, 0.06, 0.03,
        ...     0.09, 0.6, 30, 6, 0.001, 0.001, 0.001)
        >>> print(found.sentence)
        learned-3 makes the better model: +6 points (+3 to +9), on 400 audits.
        >>> print(replace(found, low=-0.02, p_holm=0.2, more=900).sentence)
        Cannot tell which makes the better model: +6 points (−2 to +9), on 400 audits; about 900 more would.
        >>> print(replace(found, low=-0.02, high=0.01, difference=0.0, p_holm=0.5).sentence)
        No difference larger than 2 points between the models they make, on 400 audits.
        """
        does, between = _CLAIMS.get(self.aspect, _MAKES)
        verdict, of = self.verdict, many(self.audits, "audit")
        reach = f"{points(self.difference)} ({points_reach(self.low, self.high)})"
        if verdict == "stopped":
            return self.stopped
        if verdict in ("one", "other"):
            better = self.one if verdict == "one" else self.other
            sign = 1 if verdict == "one" else -1
            low, high = sorted((sign * self.low, sign * self.high))
            reach = f"{points(sign * self.difference)} ({points_reach(low, high)})"
            return f"{better} {does}: {reach}, on {of}."
        if verdict == "alike":
            most = f"{max(-self.low, self.high) * 100:.0f} points"
            return f"No difference larger than {most} between {between}, on {of}."
        more = f"; about {count(self.more)} more would" if self.more else ""
        if not self.knows:
            more = "; neither is better than to give the most frequent answer always"
        return f"Cannot tell which {does}: {reach}, on {of}{more}."

    @property
    def pair(self) -> str:
        """Who is compared, in words."""
        return f"{self.one} or {self.other}"

    @property
    def shares(self) -> str:
        """How often each is right, in words."""
        return f"{self.one} {percent(self.one_right)}, {self.other} {percent(self.other_right)}"


@dataclass(frozen=True)
class VersionsCompared:
    """Versions of a dataset, compared, and runs.

    Attributes
    ----------
    versions, runs : what was compared with each other; either may be empty.
    content : of each version its digest, and of the audits: the same is not compared twice.
    audits : question → audited records, so far.
    notes : what one ought to know of it, a sentence each.
    run_contents : of each run its digest: of another run of the same name this tells nothing.
    """

    dataset_id: str
    dataset: str
    versions: tuple[str, ...]
    content: str
    at: int
    audits: Mapping[str, int]
    contests: tuple[Contest, ...]
    notes: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    run_contents: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def name(self) -> str:
        """What is compared, as the store has it."""
        return comparison_name(self.versions, self.runs)

    @property
    def sentences(self) -> tuple[str, ...]:
        """All verdicts, each after what is compared.

        >>> few = Contest("q", "", "labels", "a", "b", stopped="Not compared: 2 of at least 10 audits.")
        >>> VersionsCompared("1", "ws/d", ("a", "b"), "", 0, {}, (few,)).sentences
        ('q, labels: Not compared: 2 of at least 10 audits.',)
        >>> found = Contest("q", "", "labels", "a", "b", 90, 90, 0.8, 0.8, 0.0, -0.1, 0.1, p_holm=1.0)
        >>> VersionsCompared("1", "ws/d", ("a", "b", "c"), "", 0, {}, (found,)).sentences[0][:24]
        'q, labels, a or b: Canno'
        """
        sentences = []
        several = max(len(self.versions), len(self.runs)) > 2
        for each in self.contests:
            of = f"{each.question}: {each.label}" if each.label else each.question
            pair = f", {each.pair}" if several and not each.stopped else ""
            sentences.append(f"{of}, {ASPECTS[each.aspect]}{pair}: {each.sentence}")
        return tuple(sentences)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self)

    def shown(self) -> dict[str, Any]:
        """As scripts read it: with the verdicts."""
        contests = [
            {**asdict(each), "verdict": each.verdict, "sentence": each.sentence}
            for each in self.contests
        ]
        everything = {**self.as_json(), "contests": contests}
        return {
            key: value for key, value in everything.items() if key not in ("run_contents", "format")
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> VersionsCompared:
        """The inverse of `as_json`, also through JSON."""
        return read(cls, stored)


def comparison_name(versions: Sequence[str], runs: Sequence[str] = ()) -> str:
    """What a comparison is called.

    >>> comparison_name(["learned-3", "majority-3"]), comparison_name([], ["bot-a", "bot-b"])
    ('learned-3...majority-3', '|bot-a...bot-b')
    """
    return "...".join(versions) + ("|" + "...".join(runs) if runs else "")


def held_against_pairs(contests: Sequence[Contest]) -> list[Contest]:
    """With `p_holm`: p-values as they count where several pairs are compared.

    Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6
    (1979): over the pairs of one question and label. Whether models are trained on labels or on
    probabilities, the claim is the same, so they count together.

    >>> trio = [Contest("q", "", "labels", a, b, p=p) for a, b, p in
    ...     (("a", "b", 0.01), ("a", "c", 0.04), ("b", "c", 0.03))]
    >>> [round(each.p_holm, 3) for each in held_against_pairs(trio)]
    [0.03, 0.06, 0.06]
    """
    found = list(contests)
    families: dict[tuple[str, str, str], list[int]] = {}
    for n, each in enumerate(found):
        if not each.stopped:
            claim = _CLAIMS.get(each.aspect, _MAKES)[0]
            families.setdefault((each.question, each.label, claim), []).append(n)
    for family in families.values():
        least = 0.0
        for rank, n in enumerate(sorted(family, key=lambda n: found[n].p)):
            least = min(1.0, max(least, found[n].p * (len(family) - rank)))
            found[n] = replace(found[n], p_holm=least)
    return found
