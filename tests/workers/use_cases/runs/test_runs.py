"""Runs come in whole or not at all, never trained on what they are measured on, and are compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from argilla_distill.domain.rounds.round import Round, TakenOutput
from argilla_distill.domain.runs.run import ModelRun, Prediction
from argilla_distill.domain.state.ledger_entry import LedgerAdjudication
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.comparisons.comparing import compare
from argilla_distill.workers.use_cases.comparisons.run_standings import standings
from argilla_distill.workers.use_cases.runs.adding import RunWish, add, delete
from tests.workers.argilla_in_memory import CHAT, HELPFUL, D, Row
from tests.workers.made_versions import kept_in, made, rows
from tests.workers.service_in_memory import ServiceInMemory

Write = Callable[..., Path]
WEEK_MS = 7 * 24 * 3600 * 1000


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a file."""

    def written(text: str, name: str = "predictions.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return written


def known(service: ServiceInMemory, *records: str) -> None:
    """These records are there, each with a text of its own and an external id."""
    for record in records:
        text = f"all about {record} and nothing else than {record * 3}"
        service.argilla.rows[D][record] = Row(fields={"text": text}, external_id=f"chat-{record}")
    service.mark(*records)
    service.settle()


def wish(path: Path, name: str = "bot", **more: Any) -> RunWish:
    return RunWish(name, path, "helpful", **more)


def test_every_kind_of_file_says_the_same(
    service: ServiceInMemory, write: Write, tmp_path: Path
) -> None:
    known(service, "a1", "a2")
    probable = [{"yes": 0.9, "no": 0.1}, {"yes": 0.2, "no": 0.8}]
    objects = [
        {"record_id": "a1", "prediction": "yes", "score": 0.9, "probabilities": probable[0]},
        {"external_id": "chat-a2", "prediction": "no", "score": 0.5, "probabilities": probable[1]},
    ]
    quoted = [json.dumps(each).replace('"', '""') for each in probable]
    csv = "record_id,external_id,prediction,score,probabilities\n"
    csv += f'a1,,yes,0.9,"{quoted[0]}"\n,chat-a2,no,0.5,"{quoted[1]}"\n'
    columns = ("record_id", "external_id", "prediction", "score")
    table = {name: [each.get(name) for each in objects] for name in columns}
    pq.write_table(
        pa.table({**table, "probabilities": [json.dumps(each) for each in probable]}),
        tmp_path / "p.parquet",
    )
    files = (
        write(csv),
        write("\n".join(json.dumps(each) for each in objects), "p.jsonl"),
        tmp_path / "p.parquet",
    )
    found = [add(service.world, CHAT, wish(path, path.suffix[1:])) for path in files]
    assert {each.content for each in found} == {found[0].content}
    assert list(service.store.runs.predictions(D, "parquet")) == [
        Prediction("a1", "yes", rows_group(service, "a1"), 0.9, probable[0]),
        Prediction("a2", "no", rows_group(service, "a2"), 0.5, probable[1]),
    ]


def rows_group(service: ServiceInMemory, record: str) -> str:
    """The group that our store has of a record, which is not empty."""
    told = {p.record_id: p.group for p in service.store.runs.predictions(D, "csv")}
    assert told[record]
    return told[record]


def test_everything_that_is_wrong_is_told_and_nothing_is_added(
    service: ServiceInMemory, write: Write
) -> None:
    known(service, "a1", "a2")
    csv = "record_id,prediction,score\na1,yes,0.5\na2,maybe,0.5\na9,no,\na1,no,\na2,no,7\n,yes,\na2,,\n"
    with pytest.raises(InvalidRequest) as error:
        add(service.world, CHAT, wish(write(csv)))
    for line in (
        ":3: prediction 'maybe' is none of yes, no",
        ":4: the dataset has no record a9",
        ":5: the same record as in",
        ":6: score is no number from 0 to 1",
        ":7: neither record_id nor external_id is there",
        ":8: prediction is empty",
    ):
        assert line in str(error.value)
    for text, said in (
        ("record_id,predicton\na1,yes\n", "column 'predicton'.*did you mean prediction"),
        ("prediction\nyes\n", "`record_id` or `external_id`"),
        ("record_id,prediction\n", "has no prediction"),
        ("", "prediction"),
        ('record_id,prediction,probabilities\na1,yes,"{""yes"": 0.4}"\n', "sum to 0.4"),
        (
            'record_id,prediction,probabilities\na1,yes,"{""yes"":0.1,""no"":0.9}"\n',
            "most probable",
        ),
        ("external_id,prediction\nchat-a7,yes\n", "no record of external id 'chat-a7'"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            add(service.world, CHAT, wish(write(text)))
    for line, said in (
        ('{"record_id": "a1", "prediction": %s}' % ("9" * 5000), ":1: has a number of too many"),
        ('{"record_id": "a1", "prediction": %s}' % ("[" * 100_000), ":1: is nested too deeply"),
        ('{"external_id": "\\ud800", "prediction": "yes"}', ":1: holds half of a character"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            add(service.world, CHAT, wish(write(line + "\n" + line, "odd.jsonl")))
    good = write("record_id,prediction\na1,yes\n")
    for bad, said in (
        (wish(good, "a...b"), "no name of a run"),
        (wish(good, "bot", agent="judge"), "not both"),
        (RunWish("bot", question="helpful"), "name a file"),
        (RunWish("bot", good, "helpfull"), "no question 'helpfull'.*helpful"),
        (RunWish("bot", good, "conflicts"), "of type text"),
        (RunWish("bot", good), "say by --question"),
        (wish(good, trained_on="learned-7"), "has no version learned-7"),
        (wish(Path("/nowhere/at/all.csv")), "No such file"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            add(service.world, CHAT, bad)
    assert service.store.runs.all(D) == []


def test_a_run_is_added_once_and_its_name_is_no_other_ones(
    service: ServiceInMemory, write: Write
) -> None:
    known(service, "a1", "a2")
    one = write("record_id,prediction\na1,yes\na2,no\n")
    first = add(service.world, CHAT, wish(one))
    assert add(service.world, CHAT, wish(one)) == first
    other = write("record_id,prediction\na1,no\na2,no\n")
    with pytest.raises(InvalidRequest, match="run bot is another one"):
        add(service.world, CHAT, wish(other))
    assert service.store.runs.all(D) == [first]
    with pytest.raises(InvalidRequest, match="did you mean bot"):
        delete(service.world, CHAT, "bott")
    delete(service.world, CHAT, "bot")
    assert not list(service.store.runs.predictions(D, "bot"))
    assert service.store.runs.all(D) == []


def test_a_model_is_not_measured_on_what_it_was_trained_on(
    service: ServiceInMemory, write: Write, tmp_path: Path
) -> None:
    kept_in(service, tmp_path)
    names = [f"p{n}" for n in range(30)]
    known(service, *names)
    for name in names:
        service.answer("ann", name, helpful="yes")
    service.settle()
    version = made(service)
    split = {row["record_id"]: row["split"] for row in rows(service, version)}
    train = [name for name in names if split[name] == "train"]
    apart = [name for name in names if split[name] != "train"]
    assert train
    assert apart
    # a record that came later, to a prompt that the version taught
    service.argilla.rows[D]["late"] = Row(fields=service.argilla.rows[D][train[0]].fields)
    service.mark("late")
    service.settle()
    lines = "".join(f"{name},yes\n" for name in [train[0], "late", *apart])
    path = write("record_id,prediction\n" + lines)
    with pytest.raises(InvalidRequest) as error:
        add(service.world, CHAT, wish(path, trained_on="latest"))
    said = str(error.value)
    assert f"record {train[0]} (chat-{train[0]}) is in the split `train` of {version.name}" in said
    assert f"record late is of a prompt in the split `train` of {version.name}" in said
    assert not any(f"record {name} " in said for name in apart)
    assert service.store.runs.all(D) == []
    added = add(service.world, CHAT, wish(path, trained_on="latest", unseen_only=True))
    assert (added.trained_on, added.predictions, added.left_out) == (version.name, len(apart), 2)
    only = write(f"record_id,prediction\n{train[0]},yes\n")
    with pytest.raises(InvalidRequest, match="all 1 records of run bot-2"):
        add(service.world, CHAT, wish(only, "bot-2", trained_on="latest", unseen_only=True))


def test_suggestions_of_an_agent_are_a_run_also_where_ours_took_their_place(
    service: ServiceInMemory,
) -> None:
    known(service, "a1", "a2", "a3")
    for record, said, round_ in (("a1", "yes", "4"), ("a2", "no", "4"), ("a3", "no", "5")):
        service.argilla.rows[D][record].metadata = {"round": round_}
        service.argilla.suggested_by("judge", record, HELPFUL, said)
        for user in ("ann", "ben"):
            service.answer(user, record, helpful="yes")
    service.settle()
    shown = service.argilla.shown("a2", HELPFUL)
    assert shown is not None
    assert shown.ours
    made_ = add(service.world, CHAT, RunWish("j", None, "helpful", agent="judge", round="4"))
    assert made_.source == "suggestions by judge in round 4"
    told = {p.record_id: (p.value, p.score) for p in service.store.runs.predictions(D, "j")}
    assert told == {"a1": ("yes", 0.7), "a2": ("no", 0.7)}
    with pytest.raises(InvalidRequest, match=r"suggested nothing.*judge did"):
        add(service.world, CHAT, RunWish("k", None, "helpful", agent="judg"))
    with pytest.raises(InvalidRequest, match="is our own"):
        add(service.world, CHAT, RunWish("k", None, "helpful", agent="distill/majority"))


def test_what_the_outputs_of_a_round_came_with_is_a_run(
    service: ServiceInMemory, tmp_path: Path
) -> None:
    kept_in(service, tmp_path)
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    version = made(service)
    known(service, "a1", "a2")
    taken = [TakenOutput(1, "x", "random", 1.0, prediction="yes", record_id="a1")]
    taken += [TakenOutput(2, "y", "random", 1.0, record_id="a2")]
    started = Round("4", "bot", version.name, "helpful", state="under way")
    service.store.rounds.plan(D, started, taken)
    found = add(service.world, CHAT, RunWish("bot", None, "helpful", round="4"))
    assert (found.trained_on, found.predictions, found.round) == (version.name, 1, "4")
    with pytest.raises(InvalidRequest, match="no round 5 was started here; there are: 4"):
        add(service.world, CHAT, RunWish("bot-5", None, "helpful", round="5"))


def audited(service: ServiceInMemory, truths: dict[str, str], at: int = 0) -> None:
    """These records were audited, and said to be so."""
    ledger = service.store.datasets.ledger(D, list(truths))
    with service.store.redis.pipeline() as pipe:
        entries = {
            record: replace(
                entry,
                adjudications={9: LedgerAdjudication("submitted", at, {"helpful": true}, "", 0.1)},
            )
            for (record, true), entry in zip(truths.items(), ledger, strict=True)
            if entry is not None
        }
        service.store.datasets.write_ledger(pipe, D, entries)
        pipe.execute()


def test_runs_are_compared_on_the_audits_that_both_predict(service: ServiceInMemory) -> None:
    names = [f"n{k:02}" for k in range(40)]
    known(service, *names)
    audited(service, dict.fromkeys(names[:20], "yes"))
    audited(service, dict.fromkeys(names[20:30], "yes"), WEEK_MS)
    right = [Prediction(name, "yes", f"prompt {name}", 0.9) for name in names]
    wrong = [
        Prediction(name, "no" if k % 2 else "yes", f"prompt {name}", 0.9)
        for k, name in enumerate(names)
    ]
    service.store.runs.add(D, ModelRun("good", "helpful", content="1", added_at=1), right)
    service.store.runs.add(D, ModelRun("poor", "helpful", content="2", added_at=2), wrong[2:])
    found = compare(service.world, CHAT, [], runs=["good", "poor"])
    (contest,) = found.contests
    assert (contest.aspect, contest.audits, contest.groups) == ("runs", 28, 28)
    assert (contest.only_one, contest.only_other) == (14, 0)
    assert contest.mcnemar == pytest.approx(2**-13)
    assert contest.verdict == "one"
    assert contest.sentence.startswith("good is the better model: +50 points (")
    assert "good does not say which version it was trained on" in found.notes[0]
    assert compare(service.world, CHAT, [], runs=["good", "poor"]) == found
    for runs, said in (
        (["good"], "two or more different runs, not good"),
        (["good", "good"], "two or more different runs"),
        (["good", "por"], "did you mean poor"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            compare(service.world, CHAT, [], runs=runs)
    with pytest.raises(InvalidRequest, match="two or more different versions, not none"):
        compare(service.world, CHAT, [])
    service.store.runs.add(D, ModelRun("other", "problem"), [Prediction(names[0], "none")])
    with pytest.raises(InvalidRequest, match="different questions: helpful, problem"):
        compare(service.world, CHAT, [], runs=["good", "other"])
    # what a run of the same name says now counts, not what an earlier one did
    delete(service.world, CHAT, "poor")
    service.store.runs.add(D, ModelRun("poor", "helpful", content="3"), right)
    assert compare(service.world, CHAT, [], runs=["good", "poor"]).contests[0].difference == 0.0
    (good,) = [each for each in standings(service.world, CHAT) if each.run.name == "good"]
    assert (good.run.name, good.audits, good.log_loss) == ("good", 30, None)
    assert good.right is not None
    assert good.right.value == pytest.approx(1.0)
    assert good.right.low > 0.85
    assert [(each.week, each.audits) for each in good.weeks] == [("1970-W01", 20), ("1970-W02", 30)]
