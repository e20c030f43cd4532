"""Where chatbots are trained: on exports of versions, or on parts of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from demo.loop.chatbot import Chatbot
from demo.loop.desk import QUESTION, Desk
from demo.loop.teller import Teller


@dataclass(frozen=True)
class Trained:
    """A chatbot, and what it learned from, in words; `version` is the newest in it."""

    bot: Chatbot
    version: str
    of: str


@dataclass(frozen=True)
class Part:
    """What is exported of a version: all, or what `options` say."""

    version: str
    options: tuple[str, ...] = ()


class Workshop:
    """All chatbots, by their names, the first trained first."""

    def __init__(self, tell: Teller, desk: Desk) -> None:
        self.tell = tell
        self.desk = desk
        self.bots: dict[str, Trained] = {}

    def train(self, name: str, version: str) -> None:
        """One on a version."""
        self.train_on(name, [Part(version)], version)

    def train_on(self, name: str, parts: Sequence[Part], of: str) -> None:
        """One on parts of versions together.

        Parameters
        ----------
        of : what these are, in words.

        Raises
        ------
        RuntimeError : an export failed, or there is nothing to learn from.
        """
        rows = [row for part in parts for row in self._exported(part)]
        bot = Chatbot(name, rows)
        self.bots[name] = Trained(bot, parts[-1].version, of)
        self.tell.say(f"{name} is trained on {bot.trained_on} labels: {of}.")

    def _exported(self, part: Part) -> list[str]:
        said = "".join(c if c.isalnum() else "-" for c in "".join(part.options))
        path: Path = self.tell.stage.service.directory / f"{part.version}{said}.jsonl"
        if not path.exists():
            asked = ("--format", "classification", "--question", QUESTION, *part.options)
            self.tell.json("export", self.desk.name, part.version, *asked, "-o", str(path))
        return path.read_text("utf-8").splitlines()
