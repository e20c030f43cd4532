"""The simulated annotators of the built-in demo: eight people, two language models and a rule.

The crowd is one that teams around a chatbot will recognise: people who mean it, people in a hurry,
somebody who presses one button, and models as judges, who share a weakness: a reply that reads well
is taken for one that helps. Without such an error, which several voices have in common, most of
five voices are right nearly always, and who is ahead by one record of 82 is chance. The seed is the
one that was there before, not one that wins. Over the seeds 1 to 20, "helpful" is right in 93.4 %
by the simple vote of those who answered, in 87.4 % if the models' suggestions vote as well, and in
94.4 % as distilled from all of them (`tests/demo/test_annotators.py`). Where the people in a hurry
have the same weakness as the models, it is 88.7, 81.9 and 89.9 %, with single seeds far below the
vote: what most of a crowd gets wrong in the same way, agreement alone cannot tell.

How each type of question is answered is `habits`; what they answer, `material`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.workers.engine.contract.question import Value
from demo.scenarios.habits import (
    Always,
    FirstWords,
    Habit,
    Impressed,
    Labelling,
    Marking,
    Ranking,
    Rating,
    Ticking,
    Writing,
)
from demo.scenarios.material import EVIDENCE, HELPFUL, POLITENESS, PRIORITIES, PROBLEM, TOPICS
from demo.scenarios.question import Question
from demo.scenarios.scenario import Annotator, Confusion, Item


@dataclass(frozen=True, kw_only=True)
class SimulatedAnnotator(Annotator):
    """Answers by habit, one habit per question."""

    habits: Mapping[str, Habit]
    seed: int

    def answer(self, item: Item) -> dict[str, Value]:
        """One draw per question, fixed by seed, annotator, question and item."""
        answers = {}
        for question, habit in self.habits.items():
            draw = random.Random(f"{self.seed}:{self.name}:{question}:{item.id}")
            value = habit.give(item, item.truth[question], draw)
            if value is not None:
                answers[question] = value
        return answers

    def confusion(self, question: str, items: Sequence[Item]) -> Confusion:
        """The matrix that labels are drawn from, whatever the items."""
        habit = self.habits[question]
        if isinstance(habit, Labelling):
            return habit.confusion
        return super().confusion(question, items)

    def reliability(
        self,
        question: Question,
        items: Sequence[Item],
        said: Mapping[str, Sequence[Value]] | None = None,
    ) -> float | None:
        """Of labels the expected accuracy, averaged over the items."""
        habit = self.habits[question.name]
        right = [habit.chance(item, item.truth[question.name]) for item in items]
        known = [chance for chance in right if chance is not None]
        if len(known) < len(right):
            return super().reliability(question, items, said)
        return sum(known) / len(known) if known else None


@dataclass(frozen=True, kw_only=True)
class RefundRule(Annotator):
    """A template rule: it knows refunds, judges by keywords, and is silent on everything else."""

    def answer(self, item: Item) -> dict[str, Value]:
        """Empty unless the customer writes about money that should come back."""
        prompt, reply = item.fields["prompt"].lower(), item.fields["reply"].lower()
        if not re.search(r"\brefund|money back|\bcharged\b|\breturn", prompt):
            return {}
        problem = "none"
        if re.search(r"\b(of course|lifetime|always|guarantee)\b", reply):
            problem = "hallucination"
        elif len(reply.split()) < 20:
            problem = "incomplete"
        settles = re.search(r"\brefund|\breturned\b|\bfree\b|\bpay it back\b", reply)
        helpful = "yes" if settles and problem == "none" else "no"
        return {"helpful": helpful, "problem": problem, "topics": ("refund",)}


def mostly_right(question: Question, accuracy: float) -> Confusion:
    """Right with probability `accuracy`; the other labels share the rest equally.

    >>> mostly_right(HELPFUL, 0.75)["no"]
    {'yes': 0.25, 'no': 0.75}
    """
    wrong = (1 - accuracy) / (len(question.values) - 1)
    return {
        true: {given: accuracy if given == true else wrong for given in question.values}
        for true in question.values
    }


def always(question: Question, label: str, share: float) -> Confusion:
    """Gives `label` with probability `share`, whatever is true.

    >>> always(HELPFUL, "yes", 0.75)["no"]
    {'yes': 0.75, 'no': 0.25}
    """
    other = (1 - share) / (len(question.values) - 1)
    row = {given: share if given == label else other for given in question.values}
    return dict.fromkeys(question.values, row)


def swapped(confusion: Confusion, one: str, other: str) -> Confusion:
    """Calls `one` what the given confusion would call `other`, and the other way round.

    >>> swapped(mostly_right(HELPFUL, 0.75), "yes", "no")["no"]
    {'yes': 0.75, 'no': 0.25}
    """
    return {**confusion, one: confusion[other], other: confusion[one]}


def annotators(seed: int) -> tuple[Annotator, ...]:
    """The built-in crowd."""

    def simulated(name: str, seconds: float, habits: Mapping[str, Habit], **more: Any) -> Annotator:
        about = {"first_name": name.capitalize(), "source": "person", **more}
        return SimulatedAnnotator(
            name=name, seconds_per_answer=seconds, habits=habits, seed=seed, **about
        )

    model = {"source": "model"}
    return (
        simulated("amara", 6.0, careful(0.95, 0.94, Rating(POLITENESS, noise=0.35))),
        simulated("bruno", 7.0, careful(0.92, 0.93, Rating(POLITENESS, shift=-0.8))),
        simulated("chloe", 6.0, careful(0.90, 0.88, Rating(POLITENESS, stretch=0.5))),
        simulated("dmitri", 4.0, careless(0.72, 0.62, Rating(POLITENESS, noise=1.1), 0.3)),
        simulated("elif", 4.0, careless(0.68, 0.55, Rating(POLITENESS, 0.9, noise=1.0), 0.4)),
        simulated("farah", 5.0, confused()),
        simulated("goran", 4.0, spamming()),
        simulated("hana", 5.0, careful(0.85, 0.80, Rating(POLITENESS, shift=0.6, noise=0.5))),
        simulated("llm-atlas", 5.0, atlas(), first_name="Atlas", **model),
        simulated("llm-borealis", 5.0, borealis(), first_name="Borealis", signs_in=False, **model),
        RefundRule(
            name="template-refund-rule",
            first_name="Refund rule",
            source="template",
            seconds_per_answer=3.0,
        ),
    )


def careful(helpful: float, problem: float, politeness: Rating) -> dict[str, Habit]:
    """People who mean it, right as often as given; the less often, the more they overlook."""
    errs = 1 - problem
    return {
        "helpful": Labelling(mostly_right(HELPFUL, helpful)),
        "problem": Labelling(mostly_right(PROBLEM, problem)),
        "topics": Ticking(TOPICS, overlooks=1.5 * errs, adds=0.4 * errs),
        "politeness": politeness,
        "priorities": Ranking(splits=0.2, swaps=errs),
        "evidence": Marking(EVIDENCE, overlooks=errs, moves=2 * errs, adds=errs),
        "summary": Writing(rewords=0.35, slips=0.3 * errs),
    }


def impressed(accuracy: float, fooled: float) -> Impressed:
    """A polite reply that does not help is taken for one that does, so often as `fooled`."""
    return Impressed("yes", "no", accuracy, fooled, (POLITENESS.name, 4))


def careless(helpful: float, problem: float, politeness: Rating, skips: float) -> dict[str, Habit]:
    """People in a hurry, who leave the summary out now and then."""
    return {
        "helpful": Labelling(mostly_right(HELPFUL, helpful)),
        "problem": Labelling(mostly_right(PROBLEM, problem)),
        "topics": Ticking(TOPICS, overlooks=0.4, adds=0.12),
        "politeness": politeness,
        "priorities": Ranking(splits=0.8, swaps=0.45),
        "evidence": Marking(EVIDENCE, overlooks=0.35, moves=0.6, adds=0.4),
        "summary": Writing(skips, rewords=0.6, slips=0.2),
    }


def confused() -> dict[str, Habit]:
    """Sound on the whole, but takes some things for others, always in the same way."""
    return {
        "helpful": Labelling(mostly_right(HELPFUL, 0.88)),
        "problem": Labelling(swapped(mostly_right(PROBLEM, 0.86), "tone", "incomplete")),
        "topics": Ticking(TOPICS, 0.1, 0.02, {"refund": "billing", "order": "delivery"}),
        "politeness": Rating(POLITENESS, stretch=1.5),
        "priorities": Ranking(splits=0.5, swaps=0.9),
        "evidence": Marking(EVIDENCE, 0.12, 0.2, 0.1, {"promise": "step", "step": "promise"}),
        "summary": Writing(strays=0.7),
    }


def spamming() -> dict[str, Habit]:
    """Presses the same buttons without reading."""
    return {
        "helpful": Labelling(always(HELPFUL, "yes", 0.97)),
        "problem": Labelling(always(PROBLEM, "none", 0.97)),
        "topics": Always(("order",)),
        "politeness": Always(5),
        "priorities": Always(tuple((option,) for option in PRIORITIES.values)),
        "evidence": FirstWords(EVIDENCE, "courtesy"),
        "summary": Always("A question about an order."),
    }


def atlas() -> dict[str, Habit]:
    """A language model: reads well, is impressed by what reads well, flatters, adds what could be meant."""
    return {
        "helpful": impressed(accuracy=0.9, fooled=0.7),
        "problem": Labelling(mostly_right(PROBLEM, 0.80)),
        "topics": Ticking(TOPICS, overlooks=0.08, adds=0.1),
        "politeness": Rating(POLITENESS, shift=1.0, stretch=0.8, noise=0.3),
        "priorities": Ranking(splits=0.9, swaps=0.2),
        "evidence": Marking(EVIDENCE, overlooks=0.15, moves=0.3, adds=0.3),
        "summary": Writing(rewords=0.5, opening="The user writes to support: "),
    }


def borealis() -> dict[str, Habit]:
    """A language model with the same weakness for what reads well, which overlooks most hallucinations."""
    blind = {
        **mostly_right(PROBLEM, 0.88),
        "hallucination": mostly_right(PROBLEM, 0.55)["none"],
    }
    return {
        "helpful": impressed(accuracy=0.9, fooled=0.7),
        "problem": Labelling(blind),
        "topics": Ticking(TOPICS, overlooks=0.15, adds=0.03),
        "politeness": Rating(POLITENESS, shift=0.3, stretch=0.5, noise=0.3),
        "priorities": Ranking(splits=0.6, swaps=0.3),
        "evidence": Marking(EVIDENCE, 0.15, 0.3, 0.2, overlooked=frozenset({"false"})),
        "summary": Writing(rewords=0.7, slips=0.02),
    }
