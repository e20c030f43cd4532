"""Act 3: a round was annotated by some who misread the guidelines. It is found, proven, and mended.

Nothing here knows which round that is: it goes by what `argilla-distill trace` tells.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from argilla_distill.client import Client
from argilla_distill.domain.intervals import share
from argilla_distill.domain.versions.tracing import Suspicions
from argilla_distill.domain.wording import percent, points, points_reach, reach, whole_percent
from argilla_distill.workers.evaluation.paired import Paired, compare
from demo.loop.desk import QUESTION, Desk
from demo.loop.dialogues import Reply
from demo.loop.teller import Teller, drawn
from demo.loop.workshop import Part, Workshop

AUDITS = 30
"""Of each suspect segment, and of the rest."""

REACH = (-0.1, 0.1)
"""Differences of chatbots are drawn from here to there."""

LOOK_S = 1.0
PATIENCE_S = 180.0
"""How long the report may take that tells which segments are suspect."""

MISLED, WITHOUT, MENDED = "bot-0.4", "bot-0.4-without", "bot-0.5"


class Fault:
    """From the first suspicion to a chatbot that is trained anew.

    Parameters
    ----------
    review : the id of the review dataset.
    version : the one that has the fault in it.
    """

    def __init__(
        self, tell: Teller, desk: Desk, workshop: Workshop, review: str, version: str
    ) -> None:
        self.tell = tell
        self.desk = desk
        self.workshop = workshop
        self.review = review
        self.version = version
        self.segment = ""
        self.mended = ""

    def suspected(self) -> None:
        """The report tells of it by itself: no command, no review, no failure.

        Raises
        ------
        RuntimeError : nothing is told within `PATIENCE_S`.
        """
        stage = self.tell.stage
        with stage.step("the report looks at all segments by itself"):
            looked = self._looked_at()
        self.tell.say(looked.sentence)
        rows = [
            (
                each.segment,
                f"{each.contradicted} of {each.sure}",
                f"{each.expected:.1f}",
                f"{each.z:.1f}",
                "suspect" if each.significant else "not suspect",
            )
            for each in sorted(looked.segments, key=lambda each: -each.z)
            if each.p < 1
        ]
        header = ("segment", "contradict", "expected", "z", "verdict")
        self.tell.table("Labels and answers that contradict the other segments", header, rows[:8])

    def _looked_at(self) -> Suspicions:
        argilla, end = self.tell.stage.argilla, time.monotonic() + PATIENCE_S
        with Client(self.tell.stage.service.url, api_key=argilla.api_key) as client:
            dataset = client.dataset(self.desk.name)
            while time.monotonic() < end:
                found = dataset.trace(QUESTION)
                if found is not None and found.version == self.version:
                    return found
                time.sleep(LOOK_S)
        raise RuntimeError(f"the report told nothing of the segments of {self.version}")

    def proven(self) -> None:
        """Reviewers decide some records of each suspect segment and of the rest, blind."""
        trace = ("trace", self.desk.name, "--question", QUESTION, "--version", self.version)
        drawn = self.tell.json(*trace, "--audit", str(AUDITS))["audits"]
        step = (
            f"a reviewer decides {drawn['waiting']} records that show nothing of ours, and audits"
        )
        with self.tell.stage.step(step):
            self.desk.audit(self.review, lambda _: not self._waiting())
        audits = self.tell.json(*trace)["audits"]
        rows = [_audited(each) for each in audits["segments"]]
        header = ("segment", "of", "audits", "wrong", "0 %    80 %", "verdict")
        self.tell.table("What reviewers found", header, rows)
        self.tell.say(audits["message"])
        suspects = [each for each in audits["segments"] if each["segment"]]
        worse = [each for each in suspects if each["worse"]] or suspects
        # the round, if it is among them: what is in it is asked again with it
        self.segment = min(worse, key=lambda each: each["kind"] != "round")["segment"]
        if worse is suspects:
            self.tell.say(f"The most suspect is asked again all the same: {self.segment}.")

    def _waiting(self) -> int:
        """How many of the records wait that were drawn."""
        store = self.tell.stage.store
        audits = store.segment_audits.decided_so_far(self.desk.dataset_id, QUESTION)
        return audits.waiting if audits else 0

    def asked_again(self) -> None:
        """The segment gets new votes, and the version after them is made."""
        trace = ("trace", self.desk.name, "--question", QUESTION, "--version", self.version)
        again = self.tell.json(*trace, "--re-ask", self.segment)["asked_again"]
        self.tell.say(again["message"])
        with self.tell.stage.step("those who were away answer, after all have read it together"):
            given = self.desk.answer_again(self.review, lambda given: given >= again["asked"])
        self.tell.say(f"{given} new answers")
        self.tell.run("reconcile", self.desk.name)
        made = self.tell.json("version", "create", self.desk.name, "--wait")
        self.mended = str(made["name"])
        changed = self.tell.json("version", "diff", self.desk.name, self.version, self.mended)
        for question in changed["questions"]:
            self.tell.say(
                f"{self.mended} has another label than {self.version} on {question['changed']} records."
            )

    def trained_anew(self) -> None:
        """A chatbot without the segment, and one with what it says now."""
        without = Part(self.version, ("--without", self.segment))
        anew = Part(self.mended, ("--only", self.segment))
        self.workshop.train_on(WITHOUT, [without], f"{self.version} without {self.segment}")
        of = f"the same, and {self.segment} of {self.mended}"
        self.workshop.train_on(MENDED, [without, anew], of)

    def worth(self, prompts: list[list[Reply]]) -> None:
        """What all that brought, on new prompts of which the demo knows what helps."""
        helped = {
            name: np.array([trained.bot.pick(replies).reply.helps for replies in prompts], float)
            for name, trained in self.workshop.bots.items()
        }
        rows = []
        for name in helped:
            right, n = int(helped[name].sum()), len(prompts)
            beside = _beside(helped[name], helped[MISLED])
            rows.append(
                (
                    name,
                    f"{percent(right / n)} ({reach(*share(right, n))})",
                    "" if name == MISLED else points(beside.difference),
                    ""
                    if name == MISLED
                    else drawn(beside.low, beside.difference, beside.high, REACH),
                )
            )
        title = f"All chatbots on the same {len(prompts):,} new prompts, in truth"
        header = ("chatbot", "replies that help", f"beside {MISLED}", "−10     +10")
        self.tell.table(title, header, rows)
        for name, what in ((WITHOUT, "Leaving the segment out"), (MENDED, "Asking it again")):
            found = _beside(helped[name], helped[MISLED])
            self.tell.say(verdict(what, found))


def verdict(what: str, found: Paired) -> str:
    """What something brought, in a sentence; that it brought nothing or harmed, too.

    >>> nothing = Paired(100, 100, 0.5, 0.5, 0.01, -0.02, 0.04, 4, 3, 1.0, 1.0, None)
    >>> print(verdict("Asking it again", nothing))
    Asking it again: +1 point (−2 to +4), which cannot be told from nothing.
    """
    by = f"{points(found.difference)} ({points_reach(found.low, found.high)})"
    if found.low > 0:
        return f"{what} made the chatbot better: {by}."
    if found.high < 0:
        return f"{what} made the chatbot worse: {by}."
    return f"{what}: {by}, which cannot be told from nothing."


def _beside(one: Any, other: Any) -> Paired:
    n = len(one)
    return compare(one, other, np.ones(n), np.arange(n), 0.02)


def _audited(each: dict[str, Any]) -> tuple[str, ...]:
    name, of, audits = each["segment"] or "the rest", str(each["judged"]), str(each["audited"])
    if each["share"] is None:
        return name, of, audits, "–", "", ""
    line = drawn(each["low"], each["share"], each["high"], (0.0, 0.8))
    said = "worse" if each["worse"] else "cannot tell"
    return name, of, audits, whole_percent(each["share"]), line, said if each["segment"] else ""
