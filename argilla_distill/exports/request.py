"""What is asked for, and what of it a version cannot give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.manifest import Manifest, VersionQuestion
from argilla_distill.domain.versions.rewards.composed import Asked, Composed
from argilla_distill.domain.versions.rewards.reward import InvalidReward, Reward
from argilla_distill.domain.versions.segments import Selection
from argilla_distill.domain.versions.split import SPLITS

TABLES = ("records", "votes")
"""The formats that people read: everything, test records as well, each row with its split."""

REWARDED = ("prompt-completion", "unpaired-preference", "preference")
"""The formats that ask which reply is good, or better."""

TRAINING = ("classification", *REWARDED, "stepwise-supervision")
"""The formats that people train on: one split a file, `train` if nobody says another."""

FORMATS = (*TABLES, *TRAINING)

SURE = 0.6
"""The `min_confidence` of formats that ask for a reward: what is between 0.4 and 0.6 nobody knows."""


class InvalidExport(ValueError):
    """The version has not what was asked for. The message says what to do."""


@dataclass(frozen=True)
class ExportRequest:
    """What is asked for.

    Attributes
    ----------
    format : one of `FORMATS`.
    split : train, validation or test; "" is train, or everything in the formats of `TABLES`.
    question : the question that it is about; "" for the only one that will do. In a format that asks for
        a reward, a label or rating question is the whole reward.
    fields : of `classification`, those that make the text, in this order; empty for all.
    prompt, completion : the fields with the prompt and the reply; completion "" for the only other one.
    reward : what makes a reply good.
    messages : texts become messages as well, as chat fields always do.
    min_confidence : how sure it must be; None for `SURE` where a reward is asked for, else 0.
    mistakes : of `stepwise-supervision`, the labels of spans that mark a step as wrong; empty for all.
    selection : only or without which segments.
    since : the name of an earlier version; only what has changed since is exported.
    """

    format: str
    split: str = ""
    question: str = ""
    fields: tuple[str, ...] = ()
    prompt: str = "prompt"
    completion: str = ""
    reward: Reward | None = None
    messages: bool = False
    min_confidence: float | None = None
    mistakes: tuple[str, ...] = ()
    selection: Selection = field(default_factory=Selection)
    since: str = ""

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits that are wanted."""
        if not self.split:
            return ("train",) if self.format in TRAINING else SPLITS
        return (self.split,)

    @property
    def sure(self) -> float:
        """How sure it must be."""
        if self.min_confidence is not None:
            return self.min_confidence
        return SURE if self.format in REWARDED else 0.0

    def check(self, manifest: Manifest) -> None:
        """What can be refused before anything is read.

        Raises
        ------
        InvalidExport : an unknown format, split or question, a version without files.
        """
        _known("format", self.format, FORMATS)
        if self.split:
            _known("split", self.split, SPLITS)
        if self.question:
            _known("question", self.question, [q.name for q in manifest.questions])
        if not 0 <= self.sure <= 1:
            raise InvalidExport("the least confidence is a number from 0 to 1")
        if manifest.deleted_at:
            raise InvalidExport(f"the files of {manifest.name} are deleted")

    def named(self, manifest: Manifest) -> VersionQuestion | None:
        """The question that was named; None where none was."""
        return next((q for q in manifest.questions if q.name == self.question), None)

    def only(self, manifest: Manifest, types: Iterable[str], what: str) -> VersionQuestion:
        """The question that it is about: the one that was named, or the only one of these types.

        Parameters
        ----------
        what : what such a question is called.
        """
        fitting = [q for q in manifest.questions if q.type in types]
        question = self.named(manifest)
        if question is not None and question not in fitting:
            raise InvalidExport(
                f"{self.format} needs {what}; {question.name} is a {kind(question)} question"
            )
        if question is not None:
            return question
        if len(fitting) != 1:
            names = (
                f"it has {', '.join(q.name for q in fitting)}: name one"
                if fitting
                else "it has none"
            )
            raise InvalidExport(f"{self.format} needs {what}, and {names}")
        return fitting[0]

    def composed(self, manifest: Manifest) -> Composed:
        """The reward on the version's questions.

        Raises
        ------
        InvalidExport : there is none, or it names what there is not.
        """
        reward = Reward({self.question: 1.0}) if self.question else self.reward
        if reward is None:
            raise InvalidExport(
                f"{self.format} needs to know what makes a reply good: set reward in distill.toml, as in "
                f"reward = {{ helpful = 1.0 }}, or name one question of {_questions(manifest)}"
            )
        try:
            return reward.on({q.name: Asked(q.type, q.options) for q in manifest.questions})
        except InvalidReward as error:
            raise InvalidExport(f"reward: {error}") from None

    def named_briefly(self) -> dict[str, Any]:
        """What scripts are told of it."""
        return {"format": self.format, "splits": list(self.splits)}

    def written(self) -> dict[str, Any]:
        """As it is kept with what was exported."""
        return {
            "format": self.format,
            "splits": list(self.splits),
            "question": self.question,
            "fields": list(self.fields),
            "prompt": self.prompt,
            "completion": self.completion,
            "reward": self.reward.written if self.reward else {},
            "messages": self.messages,
            "min_confidence": self.min_confidence,
            "mistakes": list(self.mistakes),
            **self.selection.written,
            "since": self.since,
        }


def kind(question: VersionQuestion) -> str:
    """A question's type in words."""
    return question.type.replace("_selection", "").replace("_", "-")


def values(questions: Iterable[VersionQuestion]) -> Mapping[str, tuple[str, ...]]:
    """`label:question` → the values that it may have, as `Selection.check` takes them."""
    return {f"label:{q.name}": q.options for q in questions if q.options}


def _questions(manifest: Manifest) -> str:
    return ", ".join(f"{q.name} ({kind(q)})" for q in manifest.questions)


def _known(what: str, name: str, known: Iterable[str]) -> None:
    every = list(known)
    if name not in every:
        hint = did_you_mean(name, every) or f"; there are {', '.join(every)}"
        raise InvalidExport(f"there is no {what} {name}{hint}")
