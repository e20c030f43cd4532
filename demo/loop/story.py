"""The story: two versions, two chatbots, which is better; then rounds of the better one's outputs.

All that argilla-distill does is done by its commands, as a user types them, and each is printed.
"""

from __future__ import annotations

import json
import shlex
import time
from pathlib import Path
from typing import Any

from demo.argilla.api import Api
from demo.loop.chatbot import Chatbot, Pick, passed
from demo.loop.desk import QUESTION, Desk
from demo.loop.dialogues import FAMILIAR, NEW, Reply, dialogues, some
from demo.playground import PASSWORD
from demo.running.stage import Stage

PROMPTS = 100
"""Of the first records."""

OUTPUTS = 300
"""Prompts of a round: what the chatbot replies to them are its outputs."""

TAKE = 80
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
    """The acts, on servers that run already.

    Attributes
    ----------
    bots : the chatbots by their names, with the version that each was trained on.
    """

    def __init__(self, stage: Stage, seed: int) -> None:
        self.stage = stage
        self.seed = seed
        self.desk = Desk(Api(stage.argilla.url, stage.argilla.api_key), seed)
        self.bots: dict[str, tuple[Chatbot, str]] = {}
        self.rounds: dict[str, dict[str, Any]] = {}

    def play(self) -> None:
        """All acts.

        Raises
        ------
        RuntimeError : a command failed, or a round does not end.
        """
        self.say("\nAct 1: two versions, two chatbots")
        self.annotate()
        best = self.compare()
        self.say("\nAct 2: what the chatbot says comes back, and customers ask new things")
        self.round("2", best)
        self.train("bot-0.3", str(self.rounds["2"]["version"]))
        self.round("3", "bot-0.3")
        self.over_time()

    def annotate(self) -> None:
        """The first records, answered; and audits of them."""
        desk = self.desk
        replies = list(some(self.seed, dialogues(self.seed, "first", PROMPTS, FAMILIAR)))
        with self.stage.step(f"users, dataset and {len(replies)} replies to {PROMPTS} prompts"):
            desk.open()
            desk.add(replies)
        self.run("connect", desk.name)
        review = self.json("review", "enable", desk.name)
        self.answer()
        count = int(self.json("review", "show", desk.name)["audits"])
        with self.stage.step("a reviewer decides audits: records drawn at random, shown blind"):
            answered = desk.audit(str(review["id"]), count)
        self.say(f"  {answered} of {count} audits are decided")
        self.run("reconcile", desk.name)

    def compare(self) -> str:
        """Two versions, a chatbot of each. Returns the name of the better one."""
        name = self.desk.name
        majority = self.json("version", "create", name, "--strategy", "majority", "--wait")["name"]
        learned = self.json("version", "create", name, "--wait")["name"]
        self.train("bot-0.1", majority)
        self.train("bot-0.2", learned)
        compared = self.json("compare", name, learned, majority)
        for contest in compared["contests"]:
            self.say(f"  {ASPECTS[contest['aspect']]}: {contest['sentence']}")
        ahead = sum(lead(each) for each in compared["contests"] if each["aspect"] == "hard")
        best = "bot-0.2" if ahead >= 0 else "bot-0.1"
        self.say(
            f"  Customers get {best}, which is ahead by the figures of models trained on labels."
            if ahead
            else f"  By these figures neither is ahead; customers get {best}."
        )
        return best

    def train(self, bot: str, version: str) -> None:
        """Export a version, and train a chatbot on it."""
        path = self.stage.service.directory / f"{bot}.jsonl"
        asked = ("--format", "classification", "--question", QUESTION, "-o", str(path))
        self.json("export", self.desk.name, version, *asked)
        chatbot = Chatbot.trained(bot, path)
        self.bots[bot] = (chatbot, version)
        self.say(f"  {bot} is trained on {chatbot.trained_on} labels of {version}.")

    def round(self, name: str, bot: str) -> None:
        """Outputs of a chatbot are sampled, annotated, and the round ends by itself."""
        chatbot, version = self.bots[bot]
        picks = [chatbot.pick(replies) for replies in self.asked(name)]
        path = self.stage.service.directory / f"outputs-{name}.jsonl"
        write(path, picks)
        self.desk.know(pick.reply for pick in picks)
        asked = ("--name", name, "--model", bot, "--trained-on", version, "--take", str(TAKE))
        passes = ("--question", QUESTION, "--pass", "yes")
        self.json("round", "start", self.desk.name, str(path), *asked, *passes)
        self.answer()
        with self.stage.step(f"round {name} ends by itself"):
            ended = self.ended(name)
        self.rounds[name] = ended
        for sentence in ended["report"]["sentences"]:
            self.say(f"  {sentence}")
        self.say(
            f"  In truth, which only this demo knows, {passed(picks):.0%} of the {len(picks)} outputs help."
        )

    def asked(self, name: str) -> list[list[Reply]]:
        """The prompts of a round, a part of which is about what is new."""
        return dialogues(self.seed, f"round-{name}", OUTPUTS, LATER)

    def answer(self) -> None:
        """The crew answers what waits, and all of it is distilled."""
        start = time.monotonic()
        given = self.desk.answer()
        self.say(f"  the crew gave {given} answers in {time.monotonic() - start:.0f} s")
        self.run("reconcile", self.desk.name)

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
        """Whether the chatbot gets better, and where all this can be looked at."""
        self.say("\nIs it getting better?")
        for step in self.json("round", "list", self.desk.name)["steps"]:
            self.say(f"  {step['sentence']}")
        self.say("  All chatbots on the same new prompts, in truth:")
        prompts = dialogues(self.seed, "held-out", OUTPUTS, LATER)
        for name, (chatbot, version) in self.bots.items():
            share = passed([chatbot.pick(replies) for replies in prompts])
            self.say(f"    {name} (trained on {version}): {share:.0%} help")

    def invite(self) -> None:
        """The addresses to look at, and how to sign in."""
        argilla, at = (
            self.stage.argilla,
            f"{self.stage.service.url}/datasets/{self.desk.dataset_id}",
        )
        self.say("\nTo look at, signed in as the owner:")
        self.say(f"  the rounds    {at}/rounds")
        for name in self.rounds:
            self.say(f"  round {name}       {at}/rounds/{name}")
        self.say(f"  the versions  {at}/versions")
        self.say(f"  the dataset   {at}")
        self.say(f"  Argilla       {argilla.url}/dataset/{self.desk.dataset_id}/annotation-mode")
        self.say(f"Owner {argilla.username}, {argilla.password}; annotator ada, {PASSWORD}")

    def run(self, *arguments: str) -> str:
        """Run a command of argilla-distill, and say which. Returns what it prints."""
        with self.stage.step(shlex.join(["argilla-distill", *arguments])):
            return self.stage.service.command(*arguments).stdout

    def json(self, *arguments: str) -> dict[str, Any]:
        """What a command prints as JSON."""
        found: dict[str, Any] = json.loads(self.run(*arguments, "--json"))
        return found

    def say(self, text: str) -> None:
        """A line."""
        self.stage.console.print(text, soft_wrap=True, markup=False)


def lead(contest: dict[str, Any]) -> float:
    """How far the first version is ahead of the other; 0 where they were not compared.

    >>> lead({"difference": None}), lead({"difference": 0.1})
    (0.0, 0.1)
    """
    return contest["difference"] or 0.0


def write(path: Path, picks: list[Pick]) -> None:
    """The file of outputs for `round start`."""
    path.write_text("".join(f"{pick.line()}\n" for pick in picks), encoding="utf-8")
