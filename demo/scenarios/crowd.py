"""The built-in scenario: `material` answered by `annotators`, and who answers what when.

Recorded answers of real annotators are read by `demo.scenarios.recorded`.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Sequence

from argilla_distill.workers.engine.contract.question import Value
from demo.scenarios.annotators import annotators
from demo.scenarios.material import FIELDS, GUIDELINES, QUESTIONS, material
from demo.scenarios.question import Question
from demo.scenarios.scenario import Annotator, Assignment, Item, Scenario, Suggestion

PARTED = ("multi_label", "ranking", "span")
"""Types whose values are lists in Argilla, which then takes a score for each part."""


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


def suggestions(
    items: Sequence[Item], questions: Sequence[Question], model: Annotator, seed: int
) -> tuple[Suggestion, ...]:
    """What a model that does not sign in left on the records: sure of itself, right or wrong."""
    left = []
    for item in items:
        answers = model.answer(item)
        for question in questions:
            if question.name in answers:
                value = answers[question.name]
                draw = random.Random(f"{seed}:score:{model.name}:{question.name}:{item.id}")
                score = _scores(question, value, draw)
                left.append(Suggestion(item.id, question.name, value, model.name, score))
    return tuple(left)


def _scores(
    question: Question, value: Value, draw: random.Random
) -> float | tuple[float, ...] | None:
    if question.type not in PARTED:
        return round(draw.uniform(0.8, 0.99), 2)
    parts = question.values if question.type == "ranking" else value
    return tuple(round(draw.uniform(0.8, 0.99), 2) for _ in parts) or None


def support_chatbot(seed: int = 7, overlap: int = 5, incomplete: int = 4) -> Scenario:
    """Feedback on a support chatbot, the same for the same arguments."""
    items, crowd = material(), annotators(seed)
    return Scenario(
        title="Support chatbot feedback",
        guidelines=GUIDELINES,
        fields=FIELDS,
        questions=QUESTIONS,
        items=items,
        annotators=crowd,
        suggestions=tuple(
            suggestion
            for annotator in crowd
            if not annotator.signs_in
            for suggestion in suggestions(items, QUESTIONS, annotator, seed)
        ),
        plan=assignments(items, crowd, overlap, seed, incomplete),
        truth={item.id: item.truth for item in items},
        overlap=overlap,
    )
