"""The dataset in a real Argilla, and how the crew answers it and a reviewer its audits."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Any

import httpx

from demo.argilla.api import Api, ApiError
from demo.argilla.payloads import label_question
from demo.loop.crew import CREW, OVERLAP, plan, said
from demo.loop.dialogues import Reply
from demo.playground import PASSWORD, WORKSPACE

DATASET = "chatbot-loop"
QUESTION = "helpful"
GUIDELINES = "Does the reply help? It does if what it says is right and polite. Warm words alone help nobody."

SETTINGS = f"""[datasets."{WORKSPACE}/{DATASET}"]
prompt_field = "prompt"
completion_field = "reply"
review_audits = 0.9
"""
"""distill.toml: reviewers are mostly asked for audits, as versions are compared on these."""

BULK = 50
"""Answers in one call: Argilla takes 100 at most."""

LOOK_S = 1.0
TRIES = 5
PAUSE_S = 1.0


class Desk:
    """Everything that people do in Argilla.

    Attributes
    ----------
    name : `workspace/dataset`.
    replies : what the records show, by their external ids.
    """

    name = f"{WORKSPACE}/{DATASET}"

    def __init__(self, owner: Api, seed: int) -> None:
        self.owner = owner
        self.seed = seed
        self.replies: dict[str, Reply] = {}

    def open(self) -> None:
        """The crew's accounts, the workspace and the dataset."""
        self.users = {
            each.name: self.owner.create_user(each.name, password=PASSWORD) for each in CREW
        }
        workspace = self.owner.create_workspace(WORKSPACE, self.users.values())
        self.dataset = self.owner.create_dataset(
            workspace,
            DATASET,
            questions=[label_question(QUESTION, ("yes", "no"))],
            fields=("prompt", "reply"),
            min_submitted=OVERLAP,
            guidelines=GUIDELINES,
        )
        self.dataset_id = str(self.dataset["id"])

    def add(self, replies: Sequence[Reply]) -> None:
        """A record for each reply."""
        self.know(replies)
        records = [{"external_id": each.id, "fields": each.fields} for each in replies]
        self.owner.add_records(self.dataset, records)

    def know(self, replies: Iterable[Reply]) -> None:
        """What records show that others write, such as `argilla-distill round start`."""
        self.replies |= {each.id: each for each in replies}

    def answer(self) -> int:
        """Have the crew answer all records that wait. Returns the number of answers."""
        waiting = {
            str(each["external_id"]): each for each in self._all() if each["status"] == "pending"
        }
        given = 0
        for annotator, replies in plan((self.replies[name] for name in waiting), self.seed).items():
            answers = [
                (waiting[each.id], {QUESTION: annotator.answer(each, self.seed)})
                for each in replies
            ]
            api = self.owner.as_user(self.users[annotator.name])
            for start in range(0, len(answers), BULK):
                _insist(api, answers[start : start + BULK])
            given += len(answers)
        return given

    def audit(self, review: str, count: int, patience_s: float = 60.0) -> int:
        """Have the owner answer audits in the review dataset, as they come. Returns how many.

        Parameters
        ----------
        review : the id of the review dataset.
        count : how many there are; fewer come where `patience_s` passes without a new one.
        """
        truth = {str(each["id"]): self.replies[str(each["external_id"])] for each in self._all()}
        answered: set[str] = set()
        moved_s = time.monotonic()
        while len(answered) < count and time.monotonic() - moved_s < patience_s:
            fresh = [
                each
                for each in self.owner.records(review)
                if each["metadata"].get("kind") == "audit" and each["id"] not in answered
            ]
            for start in range(0, len(fresh), BULK):
                part = fresh[start : start + BULK]
                answers = [(e, {QUESTION: said(truth[e["external_id"]].helps)}) for e in part]
                _insist(self.owner, answers)
            if fresh:
                answered |= {each["id"] for each in fresh}
                moved_s = time.monotonic()
            time.sleep(LOOK_S)
        return len(answered)

    def _all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while page := self.owner.records(self.dataset, offset=len(found)):
            found += page
        return found


def _insist(api: Api, answers: Sequence[tuple[dict[str, Any], dict[str, str]]]) -> None:
    """Give answers, again if Argilla is too busy to take them."""
    for attempt in range(1, TRIES + 1):
        try:
            api.answer_many(answers)
            return
        except ApiError as error:
            if error.status < httpx.codes.INTERNAL_SERVER_ERROR or attempt == TRIES:
                raise
        except httpx.TransportError:
            if attempt == TRIES:
                raise
        time.sleep(PAUSE_S * attempt)
