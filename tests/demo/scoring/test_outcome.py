"""Checking and scoring what Argilla shows in the end, and the tables made of it."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console
from rich.table import Table

from argilla_distill.workers.engine.contract.question import Span, Value
from demo.options import Options
from demo.programme import programme
from demo.scenarios.material import EVIDENCE, HELPFUL, POLITENESS, PROBLEM, QUESTIONS
from demo.scenarios.question import CONFLICT_QUESTION
from demo.scoring.learned import Learned, Pair, mean_error, ordered
from demo.scoring.outcome import Check, Comparison, Result, Seen, check, compare
from demo.scoring.tables import reliability_table, score_table, sign_in_table, tabled
from demo.scoring.yardsticks import majority

BY_ID = {"q1": HELPFUL, "q2": PROBLEM, "q3": CONFLICT_QUESTION, "q4": EVIDENCE}
LABELS = ["helpful", "problem"]


MARK = {"start": 0, "end": 4, "label": "step"}


def as_argilla(status: str = "completed", agent: str | None = "distill/dawid_skene:2") -> Any:
    def response(status: str, **values: Any) -> dict[str, Any]:
        return {"status": status, "values": {q: {"value": v} for q, v in values.items()}}

    return {
        "id": "r",
        "external_id": "chat-001",
        "status": status,
        "responses": [
            response("submitted", helpful="yes", problem="tone", evidence=[MARK]),
            response("submitted", helpful="yes", problem="none", conflicts="A note."),
            response("discarded", helpful="no", problem="none"),
            {"status": "draft", "values": None},
        ],
        "suggestions": [
            {"question_id": "q1", "value": "yes", "agent": agent},
            {"question_id": "q2", "value": "tone", "agent": "llm-borealis"},
            {"question_id": "q3", "value": "A note.", "agent": None},
            {"question_id": "q4", "value": [], "agent": agent},
        ],
    }


def seen(item: str, completed: bool = True, **distilled: Value) -> Seen:
    answers: dict[str, list[Value]] = {question.name: [] for question in QUESTIONS}
    answers |= {"helpful": ["yes", "no"], "problem": ["none", "none"]}
    return Seen(item, f"id-{item}", completed, answers, distilled)


def rendered(table: Table) -> str:
    paper = io.StringIO()
    Console(width=80, file=paper).print(table)
    return paper.getvalue()


def test_only_submitted_answers_and_our_suggestions_count() -> None:
    parsed = Seen.parse(as_argilla(), BY_ID)
    assert parsed.completed
    assert parsed.answers["helpful"] == ["yes", "yes"]
    assert parsed.answers["problem"] == ["tone", "none"]
    assert parsed.answers["evidence"] == [(Span(0, 4, "step"),)]
    assert parsed.distilled == {"helpful": "yes", "evidence": ()}


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


def test_where_no_two_answers_say_the_same_there_may_be_nothing_to_decide() -> None:
    assert check([seen("a", problem="none")], LABELS).passed  # helpful: yes and no


def test_a_suggestion_of_ours_on_a_pending_record_fails_the_check() -> None:
    result = check([seen("a", completed=False, conflicts="A note.")], LABELS)
    assert result.early == ("id-a",)
    assert not result.passed


def test_the_order_of_answers_does_not_break_a_tie() -> None:
    assert majority(HELPFUL, ["a", "b", "b", "a"]) is majority(HELPFUL, ["b", "a"]) is None
    assert majority(HELPFUL, ["b", "a", "b"]) == "b"


def test_ties_count_as_wrong_and_the_models_votes_may_decide_them() -> None:
    scenario = programme(Options(records=2)).scenario
    one, other = (item.id for item in scenario.items)
    helpful = {s.item: s.value for s in scenario.suggestions if s.question == "helpful"}
    right = sum(helpful[item] == scenario.truth[item]["helpful"] for item in (one, other))
    compared, *_ = compare(
        scenario, [seen(one, helpful=scenario.truth[one]["helpful"]), seen(other)]
    )
    assert (compared.question, compared.of) == (HELPFUL, 2)
    assert compared.simple == Result((0.0,), undecided=2)
    assert compared.with_models == Result((right / 2,), undecided=0)
    assert compared.distilled == Result((0.5,), undecided=1)


def test_every_question_is_compared_and_the_truth_itself_is_as_good_as_can_be() -> None:
    scenario = programme(Options(records=20)).scenario
    compared = compare(scenario, [seen(item.id, **item.truth) for item in scenario.items])
    assert [one.question for one in compared] == list(scenario.distilled)
    for one in compared:
        best = [0.0 if measure.low_is_good else 1.0 for measure in one.measures]
        assert list(one.distilled.figures) == best


def test_pending_records_are_not_scored() -> None:
    scenario = programme(Options(records=1)).scenario
    for compared in compare(scenario, [seen(scenario.items[0].id, completed=False)]):
        assert compared.of == 0
        assert set(compared.simple.figures) == {None}


def test_the_score_table_has_a_column_for_models_only_where_there_are_some() -> None:
    simple, distilled = Result((0.75,), 1), Result((0.875,), 0)
    without = rendered(score_table([Comparison(HELPFUL, 8, simple, None, distilled)]))
    assert "75.0\u202f%" in without
    assert "87.5\u202f%" in without
    assert "8 completed records" in without
    assert "models" not in without
    assert "↓" not in without
    with_them = Comparison(POLITENESS, 8, simple, Result((0.5,), 2), distilled)
    text = rendered(score_table([with_them]))
    assert "models" in text
    assert "0.50" in text
    assert "↓ the less the better" in text


def test_the_score_table_of_the_built_in_demo_fits_a_terminal() -> None:
    scenario = programme(Options()).scenario
    comparisons = compare(scenario, [seen(item.id, **item.truth) for item in scenario.items])
    lines = rendered(score_table(comparisons)).splitlines()
    shown = [line.split() for line in lines]
    assert sum("100.0" in words for words in shown) == 5  # both labels, two of topics, the errors
    assert all("…" not in line for line in lines)


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
    error = mean_error(crowd, LABELS)
    assert error is not None
    assert round(error, 4) == 0.0875  # (3 · 0.05 + 1 · 0.2) / 4
    assert mean_error(crowd[1:], LABELS) is None


def test_who_answers_only_the_easy_questions_does_not_come_first_for_that() -> None:
    crowd = [
        Learned("easy", "template", {"helpful": Pair(9, 0.8, None)}),
        Learned("best", "person", {"helpful": Pair(9, 0.9, None), "problem": Pair(9, 0.6, None)}),
        Learned("worst", "person", {"helpful": Pair(9, 0.7, None), "problem": Pair(9, 0.4, None)}),
    ]
    assert [one.name for one in ordered(crowd)] == ["best", "easy", "worst"]


def test_the_widest_table_of_the_built_in_demo_fits_a_terminal() -> None:
    names = [question.name for question in programme(Options()).scenario.distilled]
    crowd = [Learned("template-refund-rule", "template", {n: Pair(86, 0.9, 0.9) for n in names})]
    texts = [rendered(reliability_table(crowd, some)) for some in tabled(names)]
    assert sum(text.count("0.90 0.90") for text in texts) == len(names)
    assert all(name in "".join(texts) for name in names)


def test_names_in_tables_are_text_and_no_markup() -> None:
    assert "[bold]x[/bold]" in rendered(sign_in_table([("person", "[bold]x[/bold]", "p", "a")]))
