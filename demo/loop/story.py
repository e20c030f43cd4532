"""The story: two versions, two chatbots, which is better; rounds of the better one's outputs; and a fault.

All that argilla-distill does is done by its commands, as a user types them, and each is printed.
"""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path
from typing import Any

from argilla_distill.domain.wording import whole_percent
from demo.argilla.api import Api
from demo.loop.chatbot import Pick, passed
from demo.loop.crew import JUDGE, JUDGED, MISREAD_BY
from demo.loop.desk import QUESTION, Desk
from demo.loop.dialogues import FAMILIAR, NEW, Reply, dialogues, some
from demo.loop.fault import MISLED, Fault
from demo.loop.teller import Teller
from demo.loop.workshop import Workshop
from demo.playground import PASSWORD
from demo.running.stage import Stage

PROMPTS = 100
"""Of the first records."""

OUTPUTS = 300
"""Prompts of a round: what the chatbot replies to them are its outputs."""

HELD_OUT = 1_000
"""New prompts by which all chatbots are compared in the end."""

TAKE = {"2": 80, "3": 120}
"""Outputs of a round that people are asked about."""

LOOK_S = 3.0
PATIENCE_S = 240.0
"""How long a round may take to end once everything is answered."""


LATER = FAMILIAR + NEW + NEW
"""What customers ask about once there is a chatbot: half of it is new."""


ASPECTS = {
    "labels": "labels",
    "hard": "models trained on labels",
    "soft": "models trained on probabilities",
}
"""What `compare` compares, in words."""


class Story:
    """The acts, on servers that run already."""

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.seed = seed
        self.tell = Teller(stage)
        self.desk = Desk(Api(stage.argilla.url, stage.argilla.api_key), seed)
        self.workshop = Workshop(self.tell, self.desk)
        self.rounds: dict[str, dict[str, Any]] = {}
        self.review = ""

    def play(self) -> None:
        """All acts.

        Raises
        ------
        RuntimeError : a command failed, or something does not come to its end.
        """
        self.tell.act("Act 1: two versions, two chatbots")
        self.annotate()
        self.replacing()
        best = self.compare()
        self.tell.act("Act 2: what the chatbot says comes back, and customers ask new things")
        self.round("2", best)
        self.workshop.train("bot-0.3", self.made_by("2"))
        self.tell.act("Act 3: a new edition of the guidelines, and two who misread it")
        self.misread()
        self.trace()
        self.over_time()

    def annotate(self) -> None:
        """The first records, answered; and audits of them."""
        desk = self.desk
        replies = list(some(self.seed, dialogues(self.seed, "first", PROMPTS, FAMILIAR)))
        with self.stage.step(f"users, dataset and {len(replies)} replies to {PROMPTS} prompts"):
            desk.open()
            desk.add(replies)
        self.tell.run("connect", desk.name)
        self.review = str(self.tell.json("review", "enable", desk.name)["id"])
        self.answer(judge=True)
        count = int(self.tell.json("review", "show", desk.name)["audits"])
        with self.stage.step("a reviewer decides audits: records drawn at random, shown blind"):
            answered = desk.audit(self.review, lambda given: given >= count)
        self.tell.say(f"{answered} of {count} audits are decided")
        self.tell.run("reconcile", desk.name)

    def replacing(self) -> None:
        """Whether the model may replace one of the crew.

        Raises
        ------
        RuntimeError : nothing is told of it within `PATIENCE_S`.
        """
        command = ("annotators", self.desk.name, "--json")
        end, answers, said = time.monotonic() + PATIENCE_S, 0, ""
        with self.stage.step(shlex.join(["argilla-distill", *command])):
            while answers < JUDGED and time.monotonic() < end:
                answers, said = verdict_of(json.loads(self.stage.service.command(*command).stdout))
                time.sleep(LOOK_S if answers < JUDGED else 0)
        if not said:
            raise RuntimeError(f"nothing is told of whether {JUDGE.name} may replace a person")
        self.tell.say(f"{JUDGE.name}: {said}")

    def compare(self) -> str:
        """Two versions, a chatbot of each. Returns the name of the better one."""
        create = ("version", "create", self.desk.name, "--wait")
        majority = str(self.tell.json(*create, "--strategy", "majority")["name"])
        learned = str(self.tell.json(*create)["name"])
        self.workshop.train("bot-0.1", majority)
        self.workshop.train("bot-0.2", learned)
        contests = self.contests(learned, majority)
        ahead = sum(lead(each) for each in contests if each["aspect"] == "hard")
        best = "bot-0.2" if ahead >= 0 else "bot-0.1"
        self.tell.say(
            f"Customers get {best}, which is ahead by the figures of models trained on labels."
            if ahead
            else f"By these figures neither is ahead; customers get {best}."
        )
        return best

    def contests(self, one: str, other: str) -> list[dict[str, Any]]:
        """Two versions, compared, with the verdicts said."""
        found = list(self.tell.json("compare", self.desk.name, one, other)["contests"])
        for contest in found:
            self.tell.say(f"{ASPECTS[contest['aspect']]}: {contest['sentence']}")
        return found

    def round(self, name: str, bot: str) -> None:
        """Outputs of a chatbot are sampled, annotated, and the round ends by itself."""
        trained = self.workshop.bots[bot]
        picks = [trained.bot.pick(replies) for replies in self.asked(name)]
        path = self.stage.service.directory / f"outputs-{name}.jsonl"
        write(path, picks)
        self.desk.know(pick.reply for pick in picks)
        asked = ("--name", name, "--model", bot, "--trained-on", trained.version)
        passes = ("--take", str(TAKE[name]), "--question", QUESTION, "--pass", "yes")
        self.tell.json("round", "start", self.desk.name, str(path), *asked, *passes)
        self.answer()
        with self.stage.step(f"round {name} ends by itself"):
            ended = self.ended(name)
        self.rounds[name] = ended
        for sentence in ended["report"]["sentences"]:
            self.tell.say(sentence)
        share = whole_percent(passed(picks))
        self.tell.say(
            f"In truth, which only this demo knows, {share} of the {len(picks)} outputs help."
        )

    def misread(self) -> None:
        """The guidelines are changed, some misread them, and a chatbot learns from that."""
        with self.stage.step("a new edition of the guidelines, in Argilla"):
            self.desk.new_edition()
        self.tell.say(
            f"{' and '.join(MISREAD_BY)}, whose answers weigh most, read it as if no friendly reply helped. "
            "All but one of the others are on holiday."
        )
        self.tell.run("reconcile", self.desk.name)
        self.round("3", "bot-0.3")
        self.workshop.train(MISLED, self.made_by("3"))

    def trace(self) -> None:
        """Suspected, proven, asked again, trained anew; and what that brought."""
        fault = Fault(self.tell, self.desk, self.workshop, self.review, self.made_by("3"))
        self.tell.act("Which annotations is that associated with?")
        fault.suspected()
        self.tell.act("Is it so?")
        fault.proven()
        self.tell.act("The segment is asked again, and a chatbot trained from just that")
        fault.asked_again()
        fault.trained_anew()
        self.tell.act("What did it bring?")
        self.contests(fault.mended, fault.version)
        fault.worth(dialogues(self.seed, "held-out", HELD_OUT, LATER))

    def made_by(self, name: str) -> str:
        """The version that a round's end made."""
        return str(self.rounds[name]["version"])

    def asked(self, name: str) -> list[list[Reply]]:
        """The prompts of a round, a part of which is about what is new."""
        return dialogues(self.seed, f"round-{name}", OUTPUTS, LATER)

    def answer(self, judge: bool = False) -> None:
        """The crew answers what waits, some by a model if it is to `judge`, and all of it is distilled."""
        start = time.monotonic()
        given = self.desk.answer(judge)
        who = f"the crew and {JUDGE.name}, a model," if judge else "the crew"
        self.tell.say(f"{who} gave {given} answers in {time.monotonic() - start:.0f} s")
        self.tell.run("reconcile", self.desk.name)

    def ended(self, name: str) -> dict[str, Any]:
        """Wait for a round's end. Returns what it came to."""
        end = time.monotonic() + PATIENCE_S
        command = ("round", "status", self.desk.name, name, "--json")
        while True:
            status: dict[str, Any] = json.loads(self.stage.service.command(*command).stdout)
            if status["state"] == "ended" and status["report"]:
                return status
            if time.monotonic() > end:
                raise RuntimeError(
                    f"round {name} is {status['state']}, {status['completed']} of {status['taken']} records "
                    f"completed: {status['error'] or 'nothing is told of why'}"
                )
            time.sleep(LOOK_S)

    def over_time(self) -> None:
        """Whether the chatbot gets better, as rounds tell."""
        self.tell.act("Is the chatbot getting better?")
        for step in self.tell.json("round", "list", self.desk.name)["steps"]:
            self.tell.say(step["sentence"])

    def invite(self) -> None:
        """The addresses to look at, and how to sign in."""
        argilla = self.stage.argilla
        at = f"{self.stage.service.url}/datasets/{self.desk.dataset_id}"
        self.tell.act("To look at, signed in as the owner")
        places = {
            "the rounds": f"{at}/rounds",
            **{f"round {name}": f"{at}/rounds/{name}" for name in self.rounds},
            "the trace": f"{at}/trace",
            "compared": f"{at}/compare",
            "the versions": f"{at}/versions",
            "the annotators": f"{at}/annotators",
            "the dataset": at,
            "Argilla": f"{argilla.url}/dataset/{self.desk.dataset_id}/annotation-mode",
        }
        for what, where in places.items():
            self.tell.say(f"{what:<16}{where}")
        self.tell.say(f"Owner {argilla.username}, {argilla.password}; annotator ada, {PASSWORD}")


def verdict_of(told: dict[str, Any]) -> tuple[int, str]:
    """How many of the model's answers are counted, and whether it may replace a person.

    >>> verdict_of({"questions": {}})
    (0, '')
    """
    for each in told["questions"].get(QUESTION, {}).get("annotators", ()):
        if each["name"] == JUDGE.name and each["may_replace"]:
            return each["answers"], each["may_replace"]["message"]
    return 0, ""


def lead(contest: dict[str, Any]) -> float:
    """How far the first version is ahead of the other; 0 where they were not compared.

    >>> lead({"difference": None}), lead({"difference": 0.1})
    (0.0, 0.1)
    """
    return contest["difference"] or 0.0


def write(path: Path, picks: list[Pick]) -> None:
    """The file of outputs for `round start`."""
    path.write_text("".join(f"{pick.line()}\n" for pick in picks), encoding="utf-8")
