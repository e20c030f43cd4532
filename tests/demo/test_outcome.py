"""Checking and scoring what Argilla shows in the end, and the tables made of it."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console
from rich.table import Table

from demo.learned import Learned, Pair, mean_error
from demo.options import Options
from demo.outcome import Accuracy, Check, Comparison, Seen, check, compare, majority
from demo.programme import programme
from demo.tables import accuracy_table, reliability_table, sign_in_table

QUESTIONS = {"q1": "helpful", "q2": "problem", "q3": "conflicts"}
LABELS = ["helpful", "problem"]


def as_argilla(status: str = "completed", agent: str | None = "distill/dawid_skene:2") -> Any:
    def response(status: str, **values: str) -> dict[str, Any]:
        return {"status": status, "values": {q: {"value": v} for q, v in values.items()}}

    return {
        "id": "r",
        "external_id": "chat-001",
        "status": status,
        "responses": [
            response("submitted", helpful="yes", problem="tone"),
            response("submitted", helpful="yes", problem="none", conflicts="A note."),
            response("discarded", helpful="no", problem="none"),
            {"status": "draft", "values": None},
        ],
        "suggestions": [
            {"question_id": "q1", "value": "yes", "agent": agent},
            {"question_id": "q2", "value": "tone", "agent": "llm-borealis"},
            {"question_id": "q3", "value": "A note.", "agent": None},
        ],
    }


def seen(item: str, completed: bool = True, **distilled: str) -> Seen:
    answers = {"helpful": ["yes", "no"], "problem": ["none", "none"]}
    return Seen(item, f"id-{item}", completed, answers, distilled)


def rendered(table: Table) -> str:
    paper = io.StringIO()
    Console(width=80, file=paper).print(table)
    return paper.getvalue()


def test_only_submitted_answers_and_our_suggestions_count() -> None:
    parsed = Seen.parse(as_argilla(), QUESTIONS)
    assert parsed.completed
    assert parsed.answers["helpful"] == ["yes", "yes"]
    assert parsed.answers["problem"] == ["tone", "none"]
    assert parsed.distilled == {"helpful": "yes"}


def test_a_completed_record_without_our_label_fails_the_check() -> None:
    records = [
        seen("a", helpful="yes", problem="none", conflicts="A note."),
        seen("b", helpful="yes"),
        seen("c", completed=False),
    ]
    result = check(records, LABELS)
    assert result == Check(2, 1, missing=(("id-b", "problem"),), early=())
    assert not result.passed
    assert check([records[0], records[2]], LABELS).passed


def test_a_suggestion_of_ours_on_a_pending_record_fails_the_check() -> None:
    result = check([seen("a", completed=False, conflicts="A note.")], LABELS)
    assert result.early == ("id-a",)
    assert not result.passed


def test_the_order_of_answers_does_not_break_a_tie() -> None:
    assert majority(["a", "b", "b", "a"]) is majority(["b", "a"]) is None
    assert majority(["b", "a", "b"]) == "b"


def test_ties_count_as_wrong_and_the_models_votes_may_decide_them() -> None:
    scenario = programme(Options(records=2)).scenario
    one, other = (item.id for item in scenario.items)
    helpful = {s.item: s.value for s in scenario.suggestions if s.question == "helpful"}
    right = sum(helpful[item] == scenario.truth[item]["helpful"] for item in (one, other))
    [compared, _] = compare(
        scenario, [seen(one, helpful=scenario.truth[one]["helpful"]), seen(other)]
    )
    assert compared.majority == Accuracy(right=0, undecided=2, of=2)
    assert compared.with_models == Accuracy(right=right, undecided=0, of=2)
    assert compared.distilled == Accuracy(right=1, undecided=1, of=2)


def test_pending_records_are_not_scored() -> None:
    scenario = programme(Options(records=1)).scenario
    [compared, _] = compare(scenario, [seen(scenario.items[0].id, completed=False)])
    assert compared.majority.of == 0
    assert compared.majority.share is None


def test_the_accuracy_table_has_a_row_for_models_only_where_there_are_some() -> None:
    majority_vote, distilled = Accuracy(6, 1, 8), Accuracy(7, 0, 8)
    without = rendered(accuracy_table([Comparison("helpful", majority_vote, None, distilled)]))
    assert "75.0 %" in without
    assert "87.5 %" in without
    assert "8 records" in without
    assert "models" not in without
    with_them = Comparison("helpful", majority_vote, Accuracy(5, 2, 8), distilled)
    assert "models" in rendered(accuracy_table([with_them]))


def test_learned_stands_beside_true_also_where_one_of_them_is_not_known() -> None:
    crowd = [
        Learned("amara", "person", {"helpful": Pair(3, 0.9, 0.95), "problem": Pair(1, 0.8, 0.6)}),
        Learned("llm-[x]", "model", {"helpful": Pair(9, 0.7, None)}),
    ]
    text = rendered(reliability_table(crowd, LABELS))
    assert "0.90" in text
    assert "0.95" in text
    assert "llm-[x]" in text
    assert "–" in text
    error = mean_error(crowd)
    assert error is not None
    assert round(error, 4) == 0.0875  # (3 · 0.05 + 1 · 0.2) / 4
    assert mean_error(crowd[1:]) is None


def test_the_widest_table_of_the_built_in_demo_fits_a_terminal() -> None:
    pairs = {question: Pair(86, 0.9, 0.9) for question in LABELS}
    crowd = [Learned("template-refund-rule", "template", pairs)]
    table = reliability_table(crowd, LABELS)
    assert rendered(table).count("0.90") == 4


def test_names_in_tables_are_text_and_no_markup() -> None:
    assert "[bold]x[/bold]" in rendered(sign_in_table([("person", "[bold]x[/bold]", "p", "a")]))
