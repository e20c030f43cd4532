"""What the demo makes in Argilla: users, workspace, dataset, records; and how its users answer.

Everything goes through Argilla's own API, each answer with its annotator's own API key.
"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from typing import Any

import httpx

from argilla_distill.workers.models.values import to_argilla
from demo.argilla.api import Api
from demo.argilla.api_error import ApiError
from demo.scenarios.question import Question
from demo.scenarios.scenario import Annotator, Assignment, Item, Scenario

WORKSPACE = "demo"
PASSWORD = "demo-1234"
"""Of every annotator. The servers listen on this machine only, and are gone after the demo."""

TRIES = 6
PAUSE_S = 0.5


class Playground:
    """A scenario in Argilla.

    Attributes
    ----------
    users : Argilla's JSON of the annotators who sign in, by user name.
    records : Argilla's JSON of the records, by the scenario's item ids.
    """

    dataset: dict[str, Any]

    def __init__(self, owner: Api, scenario: Scenario) -> None:
        self.owner = owner
        self.scenario = scenario
        self.users: dict[str, dict[str, Any]] = {}
        self.records: dict[str, dict[str, Any]] = {}
        self._asked = {question.name: question.asked for question in scenario.questions}
        self._items = {item.id: item for item in scenario.items}
        self._annotators = {annotator.name: annotator for annotator in scenario.users}

    @property
    def dataset_id(self) -> str:
        return str(self.dataset["id"])

    @property
    def name(self) -> str:
        """`workspace/dataset`, as the command line of argilla-distill names it."""
        return f"{WORKSPACE}/{self.dataset['name']}"

    def make_users(self) -> None:
        """An account for everybody who signs in."""
        for annotator in self.scenario.users:
            user = self.owner.create_user(
                annotator.name, password=PASSWORD, first_name=annotator.first_name
            )
            self.users[annotator.name] = user
            self.owner.as_user(user)

    def make_dataset(self) -> None:
        """The workspace with all users, and the dataset, published."""
        workspace = self.owner.create_workspace(WORKSPACE, self.users.values())
        self.dataset = self.owner.create_dataset(
            workspace,
            dataset_name(self.scenario.title),
            fields=(),
            min_submitted=self.scenario.overlap,
            publish=False,
            guidelines=self.scenario.guidelines,
        )
        path = f"/datasets/{self.dataset['id']}"
        for field in self.scenario.fields:
            self.owner.call("POST", f"{path}/fields", json=field.to_argilla())
        for question in self.scenario.questions:
            self.owner.call("POST", f"{path}/questions", json=question.to_argilla())
        self.dataset = self.owner.call("PUT", f"{path}/publish")

    def make_records(self) -> None:
        """The records, with what models suggested before anybody answered."""
        suggested: dict[str, dict[str, Any]] = {item.id: {} for item in self.scenario.items}
        for each in self.scenario.suggestions:
            suggested[each.item][each.question] = {
                "value": to_argilla(self._asked[each.question], each.value),
                "agent": each.agent,
                "score": each.score,
                "type": "model",
            }
        made = self.owner.add_records(
            self.dataset, [record(item, suggested[item.id]) for item in self.scenario.items]
        )
        self.records = {str(one["external_id"]): one for one in made}

    def answer(self, assignment: Assignment) -> None:
        """Give one answer as its annotator, again if Argilla is too busy to take it.

        Raises
        ------
        ApiError, httpx.TransportError : Argilla does not take it.
        """
        annotator = self._annotators[assignment.annotator]
        answers = annotator.answer(self._items[assignment.item])
        values = {name: to_argilla(self._asked[name], value) for name, value in answers.items()}
        api = self.owner.as_user(self.users[annotator.name])
        for attempt in range(1, TRIES + 1):
            try:
                api.answer(self.records[assignment.item], values)
                return
            except ApiError as error:
                if error.status == httpx.codes.CONFLICT and attempt > 1:
                    return  # the attempt before this one did arrive
                if error.status < httpx.codes.INTERNAL_SERVER_ERROR or attempt == TRIES:
                    raise
            except httpx.TransportError:
                if attempt == TRIES:
                    raise
            time.sleep(PAUSE_S * attempt)

    def seen(self) -> list[dict[str, Any]]:
        """All records as Argilla shows them now, with responses and suggestions."""
        return self.owner.records(self.dataset)

    def questions(self) -> dict[str, Question]:
        """The questions by the ids that Argilla gave them."""
        named = {question.name: question for question in self.scenario.questions}
        return {str(q["id"]): named[q["name"]] for q in self.owner.questions(self.dataset)}

    def sign_ins(self, most: int) -> tuple[Sequence[Annotator], int]:
        """The first few who can sign in, people first, and how many more there are."""
        users = sorted(self.scenario.users, key=lambda annotator: annotator.source != "person")
        return users[:most], max(0, len(users) - most)


def record(item: Item, suggestions: dict[str, Any]) -> dict[str, Any]:
    """The body of a new record."""
    return {"external_id": item.id, "fields": dict(item.fields), "suggestions": suggestions}


def dataset_name(title: str) -> str:
    """A short name for addresses and the command line.

    >>> dataset_name("Recorded answers: rte")
    'recorded-answers-rte'
    """
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
