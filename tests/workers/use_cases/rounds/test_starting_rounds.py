"""A round is started whole or not at all, whatever comes between, and nobody is anchored by it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.rounds.round import MAX_OUTPUTS, Round
from argilla_distill.domain.rounds.wish import Wish
from argilla_distill.plugin.errors import ArgillaUnavailable, DatasetBusy, InvalidRequest
from argilla_distill.workers.use_cases.rounds.cancelling import cancel
from argilla_distill.workers.use_cases.rounds.starting import planned, start
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.interruptions import once, raising
from tests.workers.service_in_memory import ServiceInMemory

Write = Callable[..., Path]
WISH = Wish("4", "bot-0.4", take=60, question="helpful")


def output(n: int, **more: Any) -> dict[str, Any]:
    words = " ".join(f"word{n * 7 + k}" for k in range(6))
    return {"fields": {"text": f"Reply about {words}"}, **more}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file of outputs."""

    def written(*lines: Any) -> Path:
        path = tmp_path / "outputs.jsonl"
        texts = (each if isinstance(each, str) else json.dumps(each) for each in lines)
        path.write_text("\n".join(texts) + "\n", "utf-8")
        return path

    return written


@pytest.fixture
def outputs(write: Write) -> Path:
    """120 outputs, each predicted, of which every tenth is another once more."""
    lines = [output(n, prediction="yes", score=0.5 + n % 50 / 100) for n in range(108)]
    return write(*lines, *lines[:12])


def added(service: ServiceInMemory) -> list[dict[str, Any]]:
    """The rows of our records in Argilla."""
    return [vars(row) for i, row in service.argilla.rows[D].items() if i.startswith("new-")]


def start_it(service: ServiceInMemory, path: Path, wish: Wish = WISH) -> Round:
    return start(service.world, CHAT, path, wish)


def test_outputs_become_records_with_their_round_and_no_suggestion(
    service: ServiceInMemory, outputs: Path
) -> None:
    known = start_it(service, outputs)
    assert (known.state, known.written, known.outputs, known.distinct) == (
        "under way",
        60,
        120,
        108,
    )
    rows = added(service)
    assert len(rows) == 60
    assert {str(row["metadata"]) for row in rows} == {"{'round': '4', 'model': 'bot-0.4'}"}
    assert not any(row["suggestions"] or row["responses"] for row in rows)
    assert set(service.argilla.added.items[0]) == {"fields", "metadata", "external_id"}
    taken = service.store.rounds.taken(D, "4")
    assert {each.prediction for each in taken} == {"yes"}
    assert sum(each.how == "random" for each in taken) == 18
    texts = [row["fields"]["text"] for row in rows]
    assert len(set(texts)) == 60
    assert any(each.alike == 2 for each in taken)
    service.settle()
    assert service.ledger(taken[0].record_id).round == "4"
    assert [e.values["name"] for e in service.history() if e.kind == "round"] == ["4"]


def test_a_dry_run_tells_the_very_plan_and_writes_nothing(
    service: ServiceInMemory, outputs: Path
) -> None:
    found = planned(service.world, CHAT, outputs, WISH)
    assert found.form.missing == ("round", "model")
    assert service.argilla.added.items == []
    assert service.store.rounds.all(D) == []
    start_it(service, outputs)
    kept = service.store.rounds.taken(D, "4")
    assert [(t.line, t.pi) for t in kept] == [(t.line, t.pi) for t in found.taken]
    assert found.round.chosen_by
    every = planned(service.world, CHAT, outputs, Wish("5", "bot", take=1_000, question="helpful"))
    assert every.round.chosen_by == ""  # where all are taken, none was chosen


@pytest.mark.parametrize("moment", ["declare", "create_records", "records_created"])
def test_started_once_more_after_any_interruption_nothing_is_there_twice_and_nothing_is_lost(
    service: ServiceInMemory, outputs: Path, moment: str
) -> None:
    service.argilla.before = once(moment, raising(ArgillaUnavailable("gone")))
    with pytest.raises(ArgillaUnavailable):
        start_it(service, outputs)
    assert service.store.rounds.all(D)[0].state == "being written"
    known = start_it(service, outputs)
    assert (known.state, len(added(service))) == ("under way", 60)
    assert all(t.record_id in service.argilla.rows[D] for t in service.store.rounds.taken(D, "4"))
    assert start_it(service, outputs) == known
    assert len(added(service)) == 60


def test_a_name_is_one_rounds_for_ever(
    service: ServiceInMemory, outputs: Path, write: Write
) -> None:
    start_it(service, outputs)
    with pytest.raises(InvalidRequest, match="round 4 is another one"):
        start_it(service, outputs, Wish("4", "bot-0.5", take=60, question="helpful"))
    other = write(*(output(n) for n in range(500, 503)))
    with pytest.raises(InvalidRequest, match="round 4 is another one"):
        start_it(service, other)
    with pytest.raises(InvalidRequest, match="is there already"):
        planned(service.world, CHAT, other, WISH)


@pytest.mark.parametrize(
    ("changed", "same"),
    [
        ({}, True),
        ({"question": ""}, True),
        ({"trained_on": "latest"}, True),
        ({"question": "problem"}, False),
        ({"trained_on": "learned-9"}, False),
        ({"passes": ("yes",)}, False),
    ],
)
def test_no_option_of_a_second_call_is_ignored_without_a_word(
    service: ServiceInMemory, outputs: Path, changed: dict[str, Any], same: bool
) -> None:
    first = start_it(service, outputs)
    if same:
        assert start_it(service, outputs, replace(WISH, **changed)) == first
    else:
        with pytest.raises(InvalidRequest, match="round 4 is another one"):
            start_it(service, outputs, replace(WISH, **changed))


def test_two_rounds_may_be_under_way_but_no_one_is_written_by_two(
    service: ServiceInMemory, outputs: Path
) -> None:
    held = service.store.rounds.lease(D, "4")
    assert held is not None
    with pytest.raises(DatasetBusy, match="by somebody else"):
        start_it(service, outputs)
    start_it(service, outputs, Wish("5", "bot-0.5", take=10, question="helpful"))
    held.release()
    start_it(service, outputs)
    assert [each.state for each in service.store.rounds.all(D)] == ["under way", "under way"]
    assert len(added(service)) == 70


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (['{"fields": {"text": 3}}'], "line 1: field 'text' is no text"),
        (['{"fields": {}}'], "no JSON object with at least one field"),
        (['{"fields": {"texts": "a"}}'], "no field 'texts' (did you mean text?)"),
        (['{"text": "a"}'], 'has no "fields"'),
        (["[1]"], "is no JSON object"),
        (['{"fields": {"text": "a"}'], "is not JSON"),
        (["[" * 100_000], "is nested too deeply"),
        (['{"fields": {"text": %s}}' % ("9" * 5000)], "has a number of too many digits"),
        (['{"fields": {"text": "a"}, "score": NaN}'], "NaN is no number of JSON"),
        (['{"fields": {"text": "a"}, "score": 2}'], "score is no number from 0 to 1"),
        (['{"fields": {"text": "a"}, "prediction": "maybe"}'], "'maybe' is none of yes, no"),
        (['{"fields": {"text": "a"}, "prediction": ["yes"]}'], "is none of yes, no"),
        (['{"fields": {"text": "a"}, "external_id": ""}'], "external_id is no text"),
        (['{"fields": {"text": "a"}, "extra": 1}'], "has a key 'extra'"),
        (['{"fields": {"text": "\\ud800"}}'], "half of a character"),
        (['{"fields": {"text": "a"}, "external_id": "x"}'] * 2, "is that of line 1 as well"),
        ([], "holds no output"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_by_line_and_nothing_is_written(
    service: ServiceInMemory, write: Write, lines: list[str], told: str
) -> None:
    with pytest.raises(InvalidRequest) as error:
        start_it(service, write(*lines))
    assert told in str(error.value)
    assert service.store.rounds.all(D) == []
    assert service.argilla.added.properties == {}
    assert added(service) == []


def test_a_dataset_without_a_property_for_rounds_gets_one_before_its_first_record(
    service: ServiceInMemory, outputs: Path
) -> None:
    assert service.argilla.added.properties == {}
    start_it(service, outputs)
    assert service.argilla.added.properties == {
        "round": {"type": "terms"},
        "model": {"type": "terms"},
    }


def test_so_many_outputs_are_a_round_and_one_more_is_none(
    service: ServiceInMemory, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That 100,000 are taken, and what that costs, is measured: `benchmarks round_starting`."""
    assert MAX_OUTPUTS == 100_000
    monkeypatch.setattr("argilla_distill.workers.use_cases.rounds.outputs.MAX_OUTPUTS", 5)
    wish = Wish("4", "bot", take=2, question="helpful")
    with pytest.raises(InvalidRequest, match="has more than 5 outputs: take a part of them"):
        start_it(service, write(*(output(n) for n in range(6))), wish)
    assert (service.store.rounds.all(D), added(service)) == ([], [])
    assert start_it(service, write(*(output(n) for n in range(5))), wish).outputs == 5


def test_of_many_mistakes_the_first_are_told_and_the_others_counted(
    service: ServiceInMemory, write: Write
) -> None:
    with pytest.raises(InvalidRequest) as error:
        start_it(service, write(*(["{}"] * 50)))
    assert str(error.value).count("line ") == 20
    assert "and 30 more" in str(error.value)


def test_a_record_of_the_same_external_id_is_never_written_over(
    service: ServiceInMemory, write: Write
) -> None:
    path = write(output(1, external_id="ticket-1"), output(2, external_id="ticket-2"))
    start_it(service, path, Wish("3", "bot", take=1, question="helpful"))
    service.settle()
    with pytest.raises(InvalidRequest, match="is that of a record in the dataset"):
        start_it(service, path)
    # one that we have not heard of yet
    service.argilla.rows[D]["r1"].external_id = "ticket-9"
    unheard = write(output(8, external_id="ticket-8"), output(9, external_id="ticket-9"))
    with pytest.raises(InvalidRequest, match="has other records of the external ids"):
        start_it(service, unheard)
    assert service.argilla.rows[D]["r1"].fields == {}
    assert cancel(service.world, CHAT, "4").removed == 0


def test_a_property_that_takes_no_such_name_is_told_before_anything_is_written(
    service: ServiceInMemory, outputs: Path
) -> None:
    service.argilla.added.properties["round"] = {"type": "terms", "values": ["1", "2"]}
    with pytest.raises(InvalidRequest, match=r"takes no '4', only 1, 2"):
        start_it(service, outputs)
    service.argilla.added.properties["round"] = {"type": "integer"}
    start_it(service, outputs)
    assert added(service)[0]["metadata"] == {"round": 4, "model": "bot-0.4"}
    with pytest.raises(InvalidRequest, match="it is of type integer"):
        start_it(service, outputs, Wish("four", "bot", question="helpful"))


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish("4", "bot", question="stars"), "'stars' is of type rating"),
        (Wish("4", "bot", question="helpfull"), "did you mean helpful"),
        (Wish("4", "bot", passes=("yes",)), "say by --question which one"),
        (Wish("4", "bot", question="helpful", passes=("yess",)), "has no label 'yess'"),
        (Wish("4", "bot", trained_on="learned-9"), "no version learned-9"),
        (Wish("../4", "bot"), "is no name of a round"),
        (Wish("4", " "), "whose outputs these are"),
        (Wish("4", "bot", take=0), "takes 1 to 10,000 outputs"),
    ],
)
def test_what_cannot_be_is_told(
    service: ServiceInMemory, write: Write, wish: Wish, told: str
) -> None:
    with pytest.raises(InvalidRequest) as error:
        start_it(service, write(output(1)), wish)
    assert told in str(error.value)
    assert service.store.rounds.all(D) == []


def test_nothing_is_written_while_we_are_not_connected(
    service: ServiceInMemory, outputs: Path
) -> None:
    service.store.redis.delete(service.store.keys.shared("webhooks"))
    with pytest.raises(InvalidRequest, match="not connected"):
        start_it(service, outputs)


def test_cancelled_it_takes_back_what_nobody_answered_and_keeps_what_somebody_did(
    service: ServiceInMemory, outputs: Path
) -> None:
    start_it(service, outputs)
    ids = [each.record_id for each in service.store.rounds.taken(D, "4")]
    service.answer("ann", ids[0], helpful="yes")
    service.answer("ben", ids[1], "draft", helpful="no")
    known = cancel(service.world, CHAT, "4")
    assert (known.state, known.removed, known.there) == ("cancelled", 58, 2)
    assert {i for i in ids if i in service.argilla.rows[D]} == set(ids[:2])
    assert "r1" in service.argilla.rows[D]
    assert cancel(service.world, CHAT, "4") == known
    with pytest.raises(InvalidRequest, match="was cancelled"):
        start_it(service, outputs)


@pytest.mark.parametrize("round_property", ["round", ""])
def test_cancelled_after_a_kill_in_the_middle_of_writing_nothing_stays_behind(
    service: ServiceInMemory, outputs: Path, round_property: str
) -> None:
    former = service.world.settings
    defaults = {**former.plan.defaults, "round_property": round_property}
    plan = former.plan.model_copy(update={"defaults": defaults})
    settings = former.model_copy(update={"plan": plan})
    service = replace(service, world=replace(service.world, settings=settings))
    service.argilla.before = once("records_created", raising(ArgillaUnavailable("gone")))
    with pytest.raises(ArgillaUnavailable):
        start_it(service, outputs)
    assert len(added(service)) == 50
    known = cancel(service.world, CHAT, "4")
    assert (known.written, known.removed, known.there) == (50, 50, 0)
    assert added(service) == []


def test_what_stays_of_a_cancelled_round_is_counted_also_where_its_last_records_were_never_noted(
    service: ServiceInMemory, outputs: Path
) -> None:
    """ "50 of 300" was once told of a round of which 100 records were taken back."""
    service.argilla.before = once("records_created", raising(ArgillaUnavailable("gone")))
    with pytest.raises(ArgillaUnavailable):
        start_it(service, outputs)
    first = next(
        i for i, row in service.argilla.rows[D].items() if row.metadata.get("round") == "4"
    )
    service.answer("ann", first, helpful="yes")
    known = cancel(service.world, CHAT, "4")
    assert (known.written, known.removed, known.there) == (50, 49, 1)


def test_a_round_that_is_not_there_is_said_so(service: ServiceInMemory) -> None:
    with pytest.raises(InvalidRequest, match="no round 7; there is none yet"):
        cancel(service.world, CHAT, "7")
