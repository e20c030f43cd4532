"""Questions are not read again at every answer: of published datasets, and for a short while."""

from __future__ import annotations

from typing import Any

from argilla_distill.plugin.argilla.calls import Calls
from argilla_distill.plugin.argilla.questions_read import LATELY_S, QuestionsRead
from tests.plugin.argilla.wire import Wire

DATASET = {
    "id": "d1",
    "name": "chat",
    "workspace_id": "w1",
    "status": "ready",
    "last_activity_at": "1970-01-01T00:00:02",
}
QUESTION = {"id": "q1", "name": "note", "title": "Note", "settings": {"type": "text"}}
ROUTES = {
    "GET datasets/d1": DATASET,
    "GET datasets/d1/questions": {"items": [QUESTION]},
    "GET workspaces/w1": {"id": "w1", "name": "support"},
}


class Asked(Calls):
    """Calls that are answered here, and counted."""

    def __init__(self) -> None:
        self.title, self.asked, self.now = "Note", 0, 100.0

    def read(self) -> QuestionsRead:
        return QuestionsRead(self, lambda: self.now)

    def json(self, name: str, method: str, path: str, **options: Any) -> dict[str, Any]:
        assert (method, path) == ("GET", "datasets/d1/questions")
        self.asked += 1
        return {"items": [{**QUESTION, "title": self.title}]}


def asked(wire: Wire) -> list[str]:
    return [request.url.path.removeprefix("/api/v1/") for request in wire.requests]


def test_a_dataset_is_read_with_questions_that_were_read_lately_where_these_will_do() -> None:
    wire = Wire(dict(ROUTES))
    gateway = wire.gateway()
    first = gateway.dataset("d1", {"w1": "support"}, lately=True)
    wire.routes["GET datasets/d1"] = {**DATASET, "distribution": {"min_submitted": 7}}
    again = gateway.dataset("d1", {"w1": "support"}, lately=True)
    assert asked(wire) == ["datasets/d1", "datasets/d1/questions", "datasets/d1"]
    assert (again.questions, again.min_submitted) == (first.questions, 7)
    gateway.dataset("d1", {"w1": "support"})
    assert asked(wire)[3:] == ["datasets/d1", "datasets/d1/questions"]


def test_they_are_read_again_after_a_while_whoever_asks_meanwhile() -> None:
    argilla = Asked()
    questions = argilla.read()
    questions.of("d1", published=True)
    argilla.title = "Another title"
    for _ in range(3):
        argilla.now += LATELY_S / 3
        assert [q.title for q in questions.of("d1", True, lately=True)] == ["Note"]
    argilla.now += 0.1
    assert [q.title for q in questions.of("d1", True, lately=True)] == ["Another title"]
    assert argilla.asked == 2


def test_those_of_a_draft_are_always_read_and_so_are_those_of_what_was_one() -> None:
    argilla = Asked()
    questions = argilla.read()
    for published in (False, False, True):
        questions.of("d1", published, lately=True)
    assert argilla.asked == 3
