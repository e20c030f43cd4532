"""The simulated annotators of the built-in demo, and the plan of who answers what and when.

The material they answer is `material.jsonl` beside this file. Recorded answers of real annotators
are read by `demo.recorded`.
"""

from __future__ import annotations

import heapq
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.scenario import (
    CONFLICT_QUESTION,
    Annotator,
    Assignment,
    Confusion,
    Field,
    Item,
    Question,
    Scenario,
    Suggestion,
)

MATERIAL = Path(__file__).with_name("material.jsonl")
FIELDS = (Field("prompt", "Customer"), Field("reply", "Chatbot"))
HELPFUL = Question("helpful", "Is the reply helpful?", (("yes", "Yes"), ("no", "No")))
PROBLEM = Question(
    "problem",
    "What is wrong with it?",
    (
        ("none", "Nothing"),
        ("hallucination", "Hallucination"),
        ("tone", "Tone"),
        ("incomplete", "Incomplete"),
    ),
)
GUIDELINES = """\
Read what the customer wrote and what the support chatbot replied.

**Is the reply helpful?** Yes if the customer now has what they asked for, or knows what to do next.

**What is wrong with it?** Choose the worst problem.
- *Hallucination*: it claims a feature, rule or fact that the conversation contradicts.
- *Tone*: it is rude, mocking or cold.
- *Incomplete*: a part of the question stays without an answer.
- *Nothing*: none of these, even if you would have written it differently.
"""


@dataclass(frozen=True, kw_only=True)
class SimulatedAnnotator(Annotator):
    """Draws each answer from the row of a known confusion matrix, one matrix per question."""

    habits: Mapping[str, Confusion]
    seed: int

    def answer(self, item: Item) -> dict[str, str]:
        """One draw per question, fixed by seed, annotator, question and item."""
        answers = {}
        for question, confusion in self.habits.items():
            row = confusion[item.truth[question]]
            draw = random.Random(f"{self.seed}:{self.name}:{question}:{item.id}")
            answers[question] = draw.choices(list(row), list(row.values()))[0]
        return answers

    def confusion(self, question: str, items: Sequence[Item]) -> Confusion:
        """The matrix that answers are drawn from, whatever the items."""
        return self.habits[question]

    def reliability(self, question: str, items: Sequence[Item]) -> float | None:
        """Expected accuracy: the mean of `confusion[true][true]` over the items' true labels."""
        confusion = self.habits[question]
        right = [confusion[item.truth[question]][item.truth[question]] for item in items]
        return sum(right) / len(right) if right else None


@dataclass(frozen=True, kw_only=True)
class RefundRule(Annotator):
    """A template rule: it knows refunds, judges by keywords, and is silent on everything else."""

    def answer(self, item: Item) -> dict[str, str]:
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
        return {"helpful": helpful, "problem": problem}


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
    """The built-in crowd: eight people, two language models and a rule."""

    def person(name: str, seconds: float, helpful: Confusion, problem: Confusion) -> Annotator:
        return SimulatedAnnotator(
            name=name,
            first_name=name.capitalize(),
            source="person",
            seconds_per_answer=seconds,
            habits={"helpful": helpful, "problem": problem},
            seed=seed,
        )

    def right(name: str, seconds: float, helpful: float, problem: float) -> Annotator:
        return person(name, seconds, mostly_right(HELPFUL, helpful), mostly_right(PROBLEM, problem))

    def model(name: str, first_name: str, problem: Confusion, *, signs_in: bool) -> Annotator:
        return SimulatedAnnotator(
            name=name,
            first_name=first_name,
            source="model",
            seconds_per_answer=5.0,
            signs_in=signs_in,
            habits={"helpful": mostly_right(HELPFUL, 0.82), "problem": problem},
            seed=seed,
        )

    # Overlooks most hallucinations: it calls them what a careless reader calls a faultless reply.
    blind = {**mostly_right(PROBLEM, 0.88), "hallucination": mostly_right(PROBLEM, 0.55)["none"]}
    confused = swapped(mostly_right(PROBLEM, 0.86), "tone", "incomplete")
    return (
        right("amara", 6.0, helpful=0.95, problem=0.94),
        right("bruno", 7.0, helpful=0.92, problem=0.93),
        right("chloe", 6.0, helpful=0.90, problem=0.88),
        right("dmitri", 4.0, helpful=0.72, problem=0.62),
        right("elif", 4.0, helpful=0.68, problem=0.55),
        person("farah", 5.0, mostly_right(HELPFUL, 0.88), confused),
        person("goran", 4.0, always(HELPFUL, "yes", 0.97), always(PROBLEM, "none", 0.97)),
        right("hana", 5.0, helpful=0.85, problem=0.80),
        model("llm-atlas", "Atlas", mostly_right(PROBLEM, 0.80), signs_in=True),
        model("llm-borealis", "Borealis", blind, signs_in=False),
        RefundRule(
            name="template-refund-rule",
            first_name="Refund rule",
            source="template",
            seconds_per_answer=3.0,
        ),
    )


def material(path: Path = MATERIAL) -> tuple[Item, ...]:
    """The built-in prompts and replies with their truth."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return tuple(
        Item(row["id"], {"prompt": row["prompt"], "reply": row["reply"]}, row["truth"])
        for row in rows
    )


def assignments(
    items: Sequence[Item],
    annotators: Sequence[Annotator],
    overlap: int,
    seed: int,
    incomplete: int = 0,
) -> tuple[Assignment, ...]:
    """Who answers which item in which order, as if all sat down at the same time.

    Everybody goes through the items roughly from first to last, at their own speed, takes only
    what still lacks answers and what they can answer, and never the same item twice. So each
    item gets exactly `overlap` answers, except `incomplete` of them, which get fewer but one.

    Raises
    ------
    ValueError : an item has fewer annotators who can answer it than the overlap asks for, or
        items cannot be left incomplete as asked.
    """
    if not 0 <= incomplete <= len(items) or (incomplete and overlap < 2):
        raise ValueError(f"cannot leave {incomplete} of {len(items)} items below {overlap} answers")
    draw = random.Random(f"{seed}:plan")
    needed = {item.id: overlap for item in items}
    for item in draw.sample(list(items), incomplete):
        needed[item.id] = draw.randint(1, overlap - 1)

    users = [annotator for annotator in annotators if annotator.signs_in]
    queues = []
    for user in users:
        places = {item.id: place + draw.uniform(0, 12) for place, item in enumerate(items)}
        answerable = [item.id for item in items if user.answer(item)]
        queues.append(sorted(answerable, key=places.__getitem__, reverse=True))
    for item_id, answers in needed.items():
        able = sum(item_id in queue for queue in queues)
        if able < answers:
            raise ValueError(f"item {item_id}: {able} annotators can answer, {answers} are needed")

    plan = []
    clock = [(user.seconds_per_answer * draw.uniform(0.5, 1.5), n) for n, user in enumerate(users)]
    heapq.heapify(clock)
    while clock:
        at_s, n = heapq.heappop(clock)
        while queues[n] and not needed[queues[n][-1]]:
            queues[n].pop()
        if queues[n]:
            item_id = queues[n].pop()
            needed[item_id] -= 1
            plan.append(Assignment(round(at_s, 3), users[n].name, item_id))
            pause = users[n].seconds_per_answer * draw.uniform(0.5, 1.5)
            heapq.heappush(clock, (at_s + pause, n))
    return tuple(plan)


def suggestions(items: Sequence[Item], model: Annotator, seed: int) -> tuple[Suggestion, ...]:
    """What a model that does not sign in left on the records: sure of itself, right or wrong."""
    left = []
    for item in items:
        for question, value in model.answer(item).items():
            draw = random.Random(f"{seed}:score:{model.name}:{question}:{item.id}")
            score = round(draw.uniform(0.8, 0.99), 2)
            left.append(Suggestion(item.id, question, value, model.name, score))
    return tuple(left)


def support_chatbot(seed: int = 7, overlap: int = 5, incomplete: int = 4) -> Scenario:
    """The built-in scenario: feedback on a support chatbot, the same for the same arguments."""
    items, crowd = material(), annotators(seed)
    return Scenario(
        title="Support chatbot feedback",
        guidelines=GUIDELINES,
        fields=FIELDS,
        questions=(HELPFUL, PROBLEM, CONFLICT_QUESTION),
        items=items,
        annotators=crowd,
        suggestions=tuple(
            suggestion
            for annotator in crowd
            if not annotator.signs_in
            for suggestion in suggestions(items, annotator, seed)
        ),
        plan=assignments(items, crowd, overlap, seed, incomplete),
        truth={item.id: item.truth for item in items},
        overlap=overlap,
    )
