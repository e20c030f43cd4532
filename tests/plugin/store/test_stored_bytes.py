"""What the last release wrote is understood, and written the same again.

`last_release.json` holds bytes as a Redis had them after that release had worked through its own tests: one
of every shape that came up, and of a few that are rare. They are in base64, but for the history, whose
fields are text.
"""

from __future__ import annotations

import ast
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.history import Details, Entry
from argilla_distill.domain.report import Overview, Today
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.domain.state.conflict import PastConflict
from argilla_distill.domain.state.decision import Shown, StoredVoice, StoredWorth
from argilla_distill.domain.state.failed_strategy import FailedStrategy
from argilla_distill.domain.state.ledger_entry import (
    LedgerAdjudication,
    LedgerAnswer,
    LedgerEntry,
    LedgerSuggestion,
)
from argilla_distill.domain.state.review import CopyInfo
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.packing import pack, unpack
from argilla_distill.plugin.store.shapes import history_shapes, plain_shapes, record_shapes

ROOT = Path(__file__).parents[3]

WRITTEN: dict[str, list[tuple[str, Any]]] = json.loads(
    Path(__file__).with_name("last_release.json").read_text("utf-8")
)


def plain(value: Any) -> bytes:
    return json.dumps(value).encode()


SHAPES: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any], Callable[[Any], bytes]]] = {
    "ledger": (record_shapes.ledger_entry, record_shapes.ledger_json, pack),
    "decisions": (record_shapes.decisions, record_shapes.decisions_json, pack),
    "conflicts": (record_shapes.conflict, record_shapes.conflict_json, pack),
    "annotators": (plain_shapes.annotator, plain_shapes.annotator_json, pack),
    "copies": (record_shapes.copy, record_shapes.copy_json, pack),
    "model_info": (plain_shapes.model_info, plain_shapes.model_json, plain),
    "failed_strategies": (plain_shapes.failed_strategy, asdict, plain),
    "reviews": (plain_shapes.review, plain_shapes.review_json, plain),
}
"""Kind of state → from JSON, into JSON, and into bytes."""


def stored(kind: str, name: str) -> Any:
    """The last one of this name, as JSON."""
    return unpack(b64decode(dict(WRITTEN[kind])[name]))


def test_there_is_something_of_every_kind() -> None:
    assert {kind for kind, some in WRITTEN.items() if some} == {*SHAPES, "history"}


@pytest.mark.parametrize("kind", SHAPES)
def test_what_the_last_release_wrote_is_written_the_same_again(kind: str) -> None:
    read, write, packed = SHAPES[kind]
    for name, text in WRITTEN[kind]:
        data = b64decode(text)
        assert packed(write(read(unpack(data)))) == data, name


def test_entries_of_the_history_are_written_the_same_again() -> None:
    for entry_id, fields in WRITTEN["history"]:
        encoded = {name.encode(): value.encode() for name, value in fields.items()}
        entry = history_shapes.entry(entry_id.encode(), encoded)
        assert {k: str(v) for k, v in history_shapes.entry_fields(entry).items()} == fields, (
            entry_id
        )
        assert entry.id == entry_id


def test_a_ledger_entry_has_names() -> None:
    assert record_shapes.ledger_entry(stored("ledger", "all")) == LedgerEntry(
        status="completed",
        read_at=17,
        answers={
            0: LedgerAnswer("submitted", 12, {"helpful": "yes"}, echoes=("helpful",)),
            3: LedgerAnswer("submitted", 14, {"helpful": "no"}, on_copy=True),
        },
        suggestions={"helpful": LedgerSuggestion(1, "yes", None, None, 11, None)},
        adjudications={2: LedgerAdjudication("submitted", 15, {"helpful": "no"}, "for ü")},
        history=("17-0",),
        fingerprint="0f0f0f0f0f0f0f0f",
        external_id="x-1",
        round="round 2",
    )


def test_a_record_that_is_gone_is_known_by_its_status() -> None:
    entry = record_shapes.ledger_entry(stored("ledger", "gone"))
    assert entry.gone
    assert record_shapes.is_gone(stored("ledger", "gone"))
    assert (entry.answers, entry.adjudications, entry.external_id) == ({}, {}, "x-1")


def test_a_decision_has_names() -> None:
    decision = record_shapes.decisions(stored("decisions", "left"))["helpful"]
    assert (decision.value, decision.confidence, decision.posterior) == (
        "yes",
        0.9,
        {"yes": 0.9, "no": 0.1},
    )
    assert (decision.leader, decision.runner_up, decision.prior) == ("yes", "no", 0.1)
    assert decision.voices[-1] == StoredVoice(0, 0.9, 2.2)
    assert (decision.strategy, decision.fit, decision.decided_at) == ("learned", 2, 17)
    assert (decision.shown, decision.showing) == ((Shown("yes", 17, 19),), None)
    assert (decision.published_confidence, decision.restorable) == (0.91, True)
    assert (decision.abstention, decision.worth, decision.independent_votes) == ("", None, None)
    worth = {"left": replace(decision, independent_votes=1.4)}
    assert record_shapes.decisions(record_shapes.decisions_json(worth)) == worth


def test_what_a_review_is_worth_is_read_of_releases_that_knew_fewer_parts() -> None:
    kept = stored("decisions", "left")["helpful"]
    parts = {"helpful": {**kept, "worth": [0.1, 0.2, 0.05]}}
    worth = record_shapes.decisions(parts)["helpful"].worth
    assert worth == StoredWorth(0.1, 0.2, 0.05, None)
    assert worth is not None
    assert worth.total == pytest.approx(0.35)
    assert record_shapes.decisions_json(record_shapes.decisions(parts)) == parts


def test_a_conflict_has_names() -> None:
    known = [record_shapes.conflict(unpack(b64decode(text))) for _, text in WRITTEN["conflicts"]]
    assert {each.state for each in known} == {"open", "settled"}
    assert {each.kind for each in known} >= {"", "dissent", "tie", "adjudications"}
    assert all(each.is_open == (each.state == "open") for each in known)
    past = [each for conflict in known for each in conflict.before]
    assert {type(each) for each in past} == {PastConflict}
    assert all(each.since <= each.until and each.outcome for each in past)


def test_entries_of_the_history_have_names() -> None:
    known = [
        history_shapes.entry(i.encode(), {k.encode(): v.encode() for k, v in fields.items()})
        for i, fields in WRITTEN["history"]
    ]
    assert {e.kind for e in known} == {
        "answer",
        "suggestion",
        "adjudication",
        "decision",
        "fit",
    }
    fit = next(e for e in known if e.id == "17-9")
    assert fit.details == Details(
        strategy="learned", votes=31, adjudications=12, training="taught by 12"
    )
    decided = next(e for e in known if e.kind == "decision" and None in e.values.values())
    assert decided.details.decided_by == f"{decided.details.strategy}:{decided.details.fit}"
    assert decided.details.why
    assert any(e.details.thought for e in known if e.kind == "adjudication")
    assert any(e.details.on_copy for e in known if e.kind == "answer")
    assert any(e.details.echoes for e in known if e.kind == "answer")
    assert any(e.details.status_before for e in known if e.status == "deleted")


def test_annotators_and_strategies_that_failed_have_names() -> None:
    kinds = {plain_shapes.annotator(unpack(b64decode(t))) for _, t in WRITTEN["annotators"]}
    assert KnownAnnotator("agent:x", "Ünal", "model") in kinds
    failed = plain_shapes.failed_strategy(stored("failed_strategies", "helpful"))
    assert failed == FailedStrategy("acme", "no", 2, 170)


def test_a_copy_of_which_an_earlier_release_kept_less_asks_everything() -> None:
    assert record_shapes.copy({"id": "1", "mark": "m", "priority": 0.5, "q": []}).asked is None


def test_a_fit_in_a_report_is_kept_under_the_key_that_it_had(store: Store) -> None:
    summary = {"name": "helpful", "fit": 3}
    overview = Overview(17, 0.1, Today(answers=5, fits=2), (summary,))
    store.reports.write("d", overview, [], {})
    kept = unpack(store.redis.hget(store.keys.of("d", "report"), "overview"))
    assert (kept["today"]["versions"], kept["questions"][0]["version"]) == (2, 3)
    assert store.reports.overview("d") == overview


def test_an_audit_keeps_its_probability_and_what_is_none_is_written_as_before() -> None:
    audit = LedgerAdjudication("submitted", 15, {"helpful": "no"}, "so", 0.1)
    other = LedgerAdjudication("submitted", 16, {"helpful": "no"}, "so")
    entry = LedgerEntry("completed", 17, adjudications={2: audit, 3: other})
    written = record_shapes.ledger_json(entry)
    assert written["a"] == {
        "2": ["submitted", 15, {"helpful": "no"}, "so", 0.1],
        "3": ["submitted", 16, {"helpful": "no"}, "so"],
    }
    assert record_shapes.ledger_entry(unpack(pack(written))) == entry
    said = Entry("adjudication", "r", 2, "submitted", details=Details(why="so", audit_pi=0.1))
    fields = {k.encode(): str(v).encode() for k, v in history_shapes.entry_fields(said).items()}
    assert history_shapes.entry(b"17-0", fields) == said.filed("17-0")
    assert history_shapes.details_json(said) == {"why": "so", "audit_pi": 0.1}
    copy = CopyInfo("c", "m", 0.5, (), {"helpful": -1}, audit_pi=0.1)
    assert record_shapes.copy(unpack(pack(record_shapes.copy_json(copy)))) == copy
    assert "pi" not in record_shapes.copy_json(CopyInfo("c"))


LETTERED = {
    "demo/argilla/api.py",
    "workers/versions/tables.py",
    "workers/use_cases/comparisons/sides.py",
    "benchmarks/loop/compare_big.py",
    "workers/writing/twin_dataset.py",
}
"""Not the store's: Argilla's own JSON, and a published table with a column for p, have keys of one letter."""


def letter(node: ast.AST | None) -> bool:
    """Whether it is a text of one letter."""
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str | bytes)
        and len(node.value) == 1
        and node.value.isalpha()
    )


def lettered(node: ast.AST) -> bool:
    """Whether it takes, or makes, a part of a dict by a key of one letter."""
    if isinstance(node, ast.Subscript):
        return letter(node.slice)
    if isinstance(node, ast.Dict):
        return any(letter(key) for key in node.keys)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in ("get", "pop", "setdefault") and letter([*node.args, None][0])
    return False


def test_keys_of_one_letter_stand_in_the_files_of_shapes_only() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for room in ("argilla_distill/domain", "plugin", "workers", "demo", "benchmarks")
        for path in (ROOT / room).rglob("*.py")
        if any(map(lettered, ast.walk(ast.parse(path.read_text("utf-8")))))
    }
    shapes = (f"plugin/store/shapes/{name}_shapes.py" for name in ("record", "history"))
    assert found - LETTERED == set(shapes)
