"""Annotators of different reliability: some careful, some whom a warm tone pleases."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from demo.loop.dialogues import Reply

OVERLAP = 3
"""Answers that complete a record."""


@dataclass(frozen=True)
class CrewMember:
    """One of the crew.

    Attributes
    ----------
    right : how often the answer is right, 0 to 1.
    pleased : whether a warm reply always seems to help.
    wary : whether a warm reply never does, which is how some read the second edition of the guidelines.
    """

    name: str
    right: float
    pleased: bool = False
    wary: bool = False

    def answer(self, reply: Reply, seed: int) -> str:
        """Yes or no, the same whenever it is asked."""
        if reply.warm and (self.wary or self.pleased):
            return said(not self.wary)
        draw = random.Random(f"{seed}:{self.name}:{reply.id}")
        return said(reply.helps == (draw.random() < self.right))


CREW = (
    CrewMember("ada", 0.97),
    CrewMember("ben", 0.95),
    CrewMember("cleo", 0.95),
    CrewMember("dan", 0.92),
    CrewMember("eve", 0.9, pleased=True),
    CrewMember("finn", 0.88, pleased=True),
    CrewMember("gus", 0.88),
)


JUDGE = CrewMember("llm-judge", 0.93)
"""A model that answers some of the first records, simulated like the others; its name says what it is."""

JUDGED = 150
"""So many: enough to compare it with each of the crew."""


MISREAD_BY = ("ada", "ben")
"""They are right nearly always, and so trusted most, until they misread the second edition."""

ON_DUTY = ("ada", "ben", "gus")
"""While the others are on holiday."""


def on_duty() -> tuple[CrewMember, ...]:
    """Who answers under the second edition, and how."""
    some = (each for each in CREW if each.name in ON_DUTY)
    return tuple(replace(each, wary=each.name in MISREAD_BY) for each in some)


def back_from_holiday() -> tuple[CrewMember, ...]:
    """Who has not answered under it yet, and reads it well."""
    return tuple(each for each in CREW if each.name not in ON_DUTY)


def plan_with_judge(replies: Sequence[Reply], seed: int) -> dict[CrewMember, list[Reply]]:
    """The same with a model among them, in the place of one of the crew: `JUDGED` replies, drawn at random.

    Whoever answered a record that is complete, would see its label, and only repeat it.
    """
    drawn = random.Random(f"{seed}:judged").sample(replies, min(JUDGED, len(replies)))
    known = {each.id for each in drawn}
    tasks = plan((each for each in replies if each.id not in known), seed)
    for annotator, some in plan(drawn, seed, overlap=OVERLAP - 1).items():
        tasks.setdefault(annotator, []).extend(some)
    return {**tasks, JUDGE: drawn}


def said(helps: bool) -> str:
    """The label.

    >>> said(True), said(False)
    ('yes', 'no')
    """
    return "yes" if helps else "no"


def plan(
    replies: Iterable[Reply],
    seed: int,
    crew: Sequence[CrewMember] = CREW,
    overlap: int = OVERLAP,
) -> dict[CrewMember, list[Reply]]:
    """Who answers what: each reply is answered by `overlap` of the crew, drawn at random."""
    tasks: dict[CrewMember, list[Reply]] = defaultdict(list)
    for reply in replies:
        for annotator in random.Random(f"{seed}:plan:{reply.id}").sample(crew, overlap):
            tasks[annotator].append(reply)
    return dict(tasks)
