"""Annotators of different reliability: some careful, some whom a warm tone pleases."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

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
    """

    name: str
    right: float
    pleased: bool = False

    def answer(self, reply: Reply, seed: int) -> str:
        """Yes or no, the same whenever it is asked."""
        if self.pleased and reply.warm:
            return "yes"
        draw = random.Random(f"{seed}:{self.name}:{reply.id}")
        return said(reply.helps == (draw.random() < self.right))


CREW = (
    CrewMember("ada", 0.97),
    CrewMember("ben", 0.95),
    CrewMember("cleo", 0.93),
    CrewMember("dan", 0.85),
    CrewMember("eve", 0.85, pleased=True),
    CrewMember("finn", 0.85, pleased=True),
    CrewMember("gus", 0.8, pleased=True),
)


def said(helps: bool) -> str:
    """The label.

    >>> said(True), said(False)
    ('yes', 'no')
    """
    return "yes" if helps else "no"


def plan(replies: Iterable[Reply], seed: int) -> dict[CrewMember, list[Reply]]:
    """Who answers what: each reply is answered by `OVERLAP` of the crew, drawn at random."""
    tasks: dict[CrewMember, list[Reply]] = defaultdict(list)
    for reply in replies:
        for annotator in random.Random(f"{seed}:plan:{reply.id}").sample(CREW, OVERLAP):
            tasks[annotator].append(reply)
    return dict(tasks)
