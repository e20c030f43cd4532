"""The dataset in a real Argilla, and how the crew answers it and a reviewer its audits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import httpx

from demo.argilla.api import Api
from demo.argilla.api_error import ApiError
from demo.argilla.payloads import label_question
from demo.loop.crew import (
    CREW,
    JUDGE,
    OVERLAP,
    CrewMember,
    back_from_holiday,
    on_duty,
    plan,
    plan_with_judge,
    said,
)
from demo.loop.dialogues import Reply
from demo.playground import PASSWORD, WORKSPACE

DATASET = "chatbot-loop"
QUESTION = "helpful"
GUIDELINES = "Does the reply help? It does if what it says is right and polite. Warm words alone help nobody."

SECOND_EDITION = f"{GUIDELINES} New: a reply that is friendly and says nothing else does not help."
"""Some read it as if a friendly reply did not help."""

SETTINGS = f"""[datasets."{WORKSPACE}/{DATASET}"]
prompt_field = "prompt"
completion_field = "reply"
review_audits = 0.9
name_annotators = true
"""
"""distill.toml: reviewers are mostly asked for audits, as versions are compared on these."""

BULK = 50
"""Answers in one call: Argilla takes 100 at most."""

Enough = Callable[[int], bool]
"""Whether so many answers are enough."""

LOOK_S = 1.0
TRIES = 5
PAUSE_S = 1.0


class Desk:
    """Everything that people do in Argilla.

    Attributes
    ----------
    name : `workspace/dataset`.
    replies : what the records show, by their external ids.
    crew : who is there to answer.
    """

    name = f"{WORKSPACE}/{DATASET}"

    def __init__(self, owner: Api, seed: int) -> None:
        self.owner = owner
        self.seed = seed
        self.replies: dict[str, Reply] = {}
        self.crew: Sequence[CrewMember] = CREW

    def open(self) -> None:
        """Everybody's accounts, the workspace and the dataset."""
        self.users = {
            each.name: self.owner.create_user(each.name, password=PASSWORD)
            for each in (*CREW, JUDGE)
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

    def answer(self, judge: bool = False) -> int:
        """Have the crew answer all records that wait. Returns the number of answers.

        Parameters
        ----------
        judge : a model answers some in the place of one of the crew.
        """
        waiting = {
            str(each["external_id"]): each
            for each in self.owner.records(self.dataset)
            if each["status"] == "pending"
        }
        given = 0
        replies = [self.replies[name] for name in waiting]
        tasks = (
            plan_with_judge(replies, self.seed) if judge else plan(replies, self.seed, self.crew)
        )
        for annotator, some in tasks.items():
            given += self._given(annotator, [(waiting[each.id], each) for each in some])
        return given

    def new_edition(self) -> None:
        """The guidelines are changed while some of the crew are away, and some of the others misread them."""
        self.owner.update_dataset(self.dataset, guidelines=SECOND_EDITION)
        self.crew = on_duty()

    def answer_again(self, review: str, enough: Enough, patience_s: float = 60.0) -> int:
        """Have those who were away answer copies that want new votes, as they come. Returns how many.

        Parameters are those of `audit`.
        """
        truth, crew = self._truth(), back_from_holiday()

        def answer(fresh: Sequence[dict[str, Any]]) -> None:
            of = {truth[each["external_id"]].id: each for each in fresh}
            replies = [self.replies[name] for name in of]
            for annotator, some in plan(replies, self.seed, crew, overlap=1).items():
                self._given(annotator, [(of[each.id], each) for each in some])

        return self._as_they_come(review, {"asks": "votes"}, enough, answer, patience_s)

    def _given(self, annotator: CrewMember, some: Sequence[tuple[dict[str, Any], Reply]]) -> int:
        answers = [
            (record, {QUESTION: annotator.answer(reply, self.seed)}) for record, reply in some
        ]
        api = self.owner.as_user(self.users[annotator.name])
        for start in range(0, len(answers), BULK):
            _insist(api, answers[start : start + BULK])
        return len(answers)

    def audit(self, review: str, enough: Enough, patience_s: float = 60.0) -> int:
        """Have the owner answer audits in the review dataset, as they come. Returns how many.

        Parameters
        ----------
        review : the id of the review dataset.
        enough : whether so many are enough; fewer come where `patience_s` passes without a new one.
        """
        truth = self._truth()

        def answer(fresh: Sequence[dict[str, Any]]) -> None:
            for start in range(0, len(fresh), BULK):
                part = fresh[start : start + BULK]
                answers = [(e, {QUESTION: said(truth[e["external_id"]].helps)}) for e in part]
                _insist(self.owner, answers)

        return self._as_they_come(review, {"kind": "audit"}, enough, answer, patience_s)

    def _as_they_come(
        self,
        review: str,
        wanted: Mapping[str, str],
        enough: Enough,
        answer: Callable[[Sequence[dict[str, Any]]], None],
        patience_s: float,
    ) -> int:
        """Answer pending copies whose metadata say so."""
        answered: set[str] = set()
        moved_s = time.monotonic()
        while not enough(len(answered)) and time.monotonic() - moved_s < patience_s:
            fresh = [
                each
                for each in self.owner.records(review)
                if each["status"] == "pending"
                and each["id"] not in answered
                and wanted.items() <= each["metadata"].items()
            ]
            answer(fresh)
            if fresh:
                answered |= {each["id"] for each in fresh}
                moved_s = time.monotonic()
            time.sleep(LOOK_S)
        return len(answered)

    def _truth(self) -> dict[str, Reply]:
        """What a record shows, by the record's id."""
        return {
            str(each["id"]): self.replies[str(each["external_id"])]
            for each in self.owner.records(self.dataset)
        }


def _insist(api: Api, answers: Sequence[tuple[dict[str, Any], dict[str, str]]]) -> None:
    """Give answers, again if Argilla is too busy to take them, all or some.

    Raises
    ------
    RuntimeError : Argilla refuses some however often they are given.
    """
    left, error = list(answers), ""
    for attempt in range(1, TRIES + 1):
        try:
            taken = api.try_to_answer(left)
        except ApiError as refused:
            if refused.status < httpx.codes.INTERNAL_SERVER_ERROR or attempt == TRIES:
                raise
        except httpx.TransportError:
            if attempt == TRIES:
                raise
        else:
            errors = [each.get("error") for each in taken]
            left = [one for one, wrong in zip(left, errors, strict=True) if wrong]
            if not left:
                return
            error = str(next(filter(None, errors)))
        time.sleep(PAUSE_S * attempt)
    raise RuntimeError(f"Argilla does not take {len(left)} answers: {error}")
