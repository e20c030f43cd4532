"""What changed between two versions, and by which cause: it adds up, and it is the cause that it was."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.versions.difference import CAUSES, Change, Difference
from argilla_distill.domain.versions.manifest import Manifest
from argilla_distill.domain.versions.segments import Selection
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.plugin.settings import Sources
from argilla_distill.plugin.storage.change_lists import ChangeLists
from argilla_distill.plugin.storage.storage import Storage
from argilla_distill.workers.use_cases.versions import (
    building,
    comparing,
    describing,
    fitting,
    keeping,
)
from argilla_distill.workers.versions.aside import beside
from tests.workers.argilla_in_memory import CHAT, D
from tests.workers.made_versions import made, rows
from tests.workers.service_in_memory import ServiceInMemory

Build = Callable[..., ServiceInMemory]
Caused = dict[str, tuple[str, Change]]


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    return kept_in(build(), tmp_path)


def kept_in(service: ServiceInMemory, folder: Path, **settings: Any) -> ServiceInMemory:
    """The same, with its versions in this folder, and with other settings."""
    changed = {"versions": str(folder / "versions"), **settings}
    object.__setattr__(service.world, "settings", service.world.settings.model_copy(update=changed))
    return service


def replan(service: ServiceInMemory, **defaults: Any) -> None:
    """Other settings of all datasets."""
    plan = service.world.settings.plan
    changed = plan.model_copy(update={"defaults": {**plan.defaults, **defaults}})
    kept_in(service, Path(service.world.settings.versions).parent, plan=changed)


def compared(service: ServiceInMemory, was: Manifest, now: Manifest) -> Difference:
    return comparing.compare(service.world, CHAT, was.name, now.name)


def changes(service: ServiceInMemory, found: Difference, question: str = "helpful") -> Caused:
    """Record → its cause and its change."""
    lists, of = ChangeLists(Storage(service.world.settings.versions)), found.question(question)
    assert of is not None
    return {change.record_id: (cause, change) for cause, change in lists.every(found, of)}


def causes(
    service: ServiceInMemory, found: Difference, question: str = "helpful"
) -> dict[str, str]:
    return {record: cause for record, (cause, _) in changes(service, found, question).items()}


def answered(service: ServiceInMemory) -> None:
    """r1 and r2 are yes, r3 is no, r4 is open."""
    for record, labels in {"r1": "yy", "r2": "yy", "r3": "nn"}.items():
        for user, label in zip(("ann", "ben"), labels, strict=True):
            service.answer(user, record, helpful={"y": "yes", "n": "no"}[label])
    service.settle()


def test_answers_that_are_new_edited_or_taken_back_are_told_apart(service: ServiceInMemory) -> None:
    answered(service)
    was = made(service)
    service.answer("ann", "r1", helpful="no")
    service.answer("ben", "r1", helpful="no")
    service.argilla.rows[D]["r2"].responses.clear()
    service.answer("ann", "r4", helpful="no")
    service.mark("r2")
    service.settle()
    found = compared(service, was, made(service))
    assert causes(service, found) == {"r1": "vote", "r2": "withdrawn", "r4": "vote"}
    told = {r: (c.was, c.now) for r, (_, c) in changes(service, found).items()}
    assert told == {"r1": ("yes", "no"), "r2": ("yes", None), "r4": (None, "no")}
    helpful = found.question("helpful")
    assert helpful is not None
    assert {(m.was, m.now): m.count for m in helpful.moves} == {
        ("yes", "no"): 1,
        ("yes", None): 1,
        (None, "no"): 1,
        ("no", "no"): 1,
    }


def test_an_answer_that_was_changed_and_changed_back_is_no_cause(service: ServiceInMemory) -> None:
    answered(service)
    was = made(service)
    for label in ("no", "yes"):
        service.answer("ann", "r1", helpful=label)
        service.settle()
    replan(service, min_confidence=0.99)
    found = compared(service, was, made(service))
    assert set(causes(service, found).values()) <= {"settings"}


def test_a_review_a_new_record_and_one_that_is_gone(build: Build, tmp_path: Path) -> None:
    service = kept_in(build(), tmp_path)
    plan = service.world.settings.plan.model_copy(update={"sources": Sources(reviewers=("rex",))})
    kept_in(service, tmp_path, plan=plan)
    answered(service)
    was = made(service)
    service.answer("rex", "r1", helpful="no")
    service.argilla.add("s1", "s2")
    service.answer("ann", "s1", helpful="yes")
    del service.argilla.rows[D]["r3"]
    service.mark("r3")
    service.settle()
    found = compared(service, was, made(service))
    assert causes(service, found) == {"r1": "adjudication", "r3": "gone", "s1": "new"}
    assert (found.records_new, found.records_gone, found.records_both) == (2, 1, 3)


def test_another_strategy_and_the_settings(service: ServiceInMemory) -> None:
    answered(service)
    service.answer("ann", "r4", helpful="yes")
    service.settle()
    was = made(service)
    other = compared(service, was, made(service, strategy="dawid_skene"))
    helpful = other.question("helpful")
    assert helpful is not None
    assert (helpful.was_strategy, helpful.now_strategy) == ("majority", "dawid_skene")
    assert set(causes(service, other).values()) <= {"strategy"}
    replan(service, min_confidence=0.95)
    bold = compared(service, was, made(service))
    assert set(causes(service, bold).values()) == {"settings"}
    assert [q.settings for q in bold.questions] == [("min_confidence",)] * 3
    service.answer("ann", "r4", helpful="no")
    service.settle()
    (found,) = [
        c for r, c in changes(service, compared(service, was, made(service))).items() if r == "r4"
    ]
    assert (found[0], found[1].also) == ("vote", ("settings",))


def test_the_same_answers_weighed_anew(build: Build, tmp_path: Path) -> None:
    """Who was believed is found to be wrong elsewhere: the labels of records that nobody touched move."""
    stars = {"stars": {"strategy": "majority"}}
    service = kept_in(build(strategy="dawid_skene", questions=stars), tmp_path)
    for n in range(30):
        service.argilla.add(f"t{n}")
    service.answer("ann", "r1", helpful="yes")
    service.answer("ben", "r1", helpful="no")
    for n in range(15):
        service.answer("ann", f"t{n}", helpful="yes")
        service.answer("cem", f"t{n}", helpful="yes")
        service.answer("ben", f"t{n}", helpful="no" if n % 2 else "yes")
    service.settle()
    was = made(service)
    for n in range(30):
        label = "yes" if n % 3 else "no"
        service.answer("ben", f"t{n}", helpful=label)
        service.answer("cem", f"t{n}", helpful=label)
        service.answer("dan", f"t{n}", helpful=label)
        service.answer("ann", f"t{n}", helpful="no" if n % 3 else "yes")
    service.settle()
    found = compared(service, was, made(service))
    assert causes(service, found)["r1"] == "weighed"


def test_another_release_is_the_cause_where_nothing_else_is(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(service)
    was, now = made(service), made(service)
    same = compared(service, was, now)
    assert (same.same_content, same.changed) == (True, 0)
    fit = fitting.fitted
    monkeypatch.setattr(building, "fitted", lambda *given: replace(fit(*given), floor=0.999))
    bolder = made(service)
    assert set(causes(service, compared(service, was, bolder)).values()) == {"unexplained"}
    monkeypatch.setattr(describing, "__version__", "9.9.0")
    found = compared(service, was, made(service))
    assert set(causes(service, found).values()) == {"release"}


def test_which_records_each_version_was_to_have_is_told(service: ServiceInMemory) -> None:
    service.argilla.rows[D]["r1"].metadata = {"round": "1"}
    answered(service)
    found = compared(
        service, made(service), made(service, selection=Selection.parse(("round=1",), ()))
    )
    assert (found.was.only, found.now.only, found.now.without) == ((), ("round=1",), ())
    assert set(causes(service, found).values()) == {"gone"}
    known = service.store.differences.find(D, found.was.name, found.now.name)
    assert known == found


def test_it_is_made_once_and_again_where_its_list_is_lost(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(service)
    was = made(service)
    service.answer("ann", "r4", helpful="no")
    service.settle()
    now, calls = made(service), 0
    put = ChangeLists.put

    def counted(*given: Any) -> None:
        nonlocal calls
        calls += 1
        put(*given)

    monkeypatch.setattr(ChangeLists, "put", counted)
    first = compared(service, was, now)
    assert (compared(service, was, now), calls) == (first, 1)
    (lists,) = Path(service.world.settings.versions).glob("*/differences/*")
    lists.unlink()
    assert (compared(service, was, now), calls) == (first, 2)
    keeping.delete(service.world, CHAT, was.name)
    assert not list(lists.parent.iterdir())
    with pytest.raises(InvalidRequest, match="are deleted"):
        compared(service, was, now)


def test_of_a_version_that_is_deleted_meanwhile_nothing_is_kept(
    service: ServiceInMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered(service)
    was, now = made(service), made(service)
    put = ChangeLists.put

    def deleted_first(*given: Any) -> None:
        put(*given)
        keeping.delete(service.world, CHAT, was.name)

    monkeypatch.setattr(ChangeLists, "put", deleted_first)
    with pytest.raises(InvalidRequest, match="are deleted"):
        compared(service, was, now)
    assert service.store.differences.find(D, was.name, now.name) is None
    assert not list(Path(service.world.settings.versions).glob("*/differences/*"))


def test_what_cannot_be_compared_says_why(service: ServiceInMemory) -> None:
    answered(service)
    was, now = made(service, tags=("prod",)), made(service)
    with pytest.raises(InvalidRequest, match="with itself"):
        comparing.compare(service.world, CHAT, was.name, "prod")
    with pytest.raises(InvalidRequest, match="no version majority-7"):
        comparing.compare(service.world, CHAT, was.name, "majority-7")
    folder = Path(service.world.settings.versions) / D / now.name
    for file in folder.glob("votes-*.parquet"):
        file.write_bytes(b"PAR1 no more PAR1")
    with pytest.raises(InvalidRequest, match="version verify"):
        compared(service, was, now)
    for file in folder.glob("votes-*.parquet"):
        file.unlink()
    with pytest.raises(InvalidRequest, match="version verify"):
        compared(service, was, now)


def test_what_pages_ask_for_is_compared_by_a_job(service: ServiceInMemory) -> None:
    answered(service)
    was, now = made(service), made(service)
    store = service.store.differences
    assert store.ask(D, was.name, now.name) is True
    assert store.ask(D, was.name, now.name) is False
    assert comparing.compare_asked(service.world, D).status == "compared"
    assert store.find(D, was.name, now.name) is not None
    assert (store.asked(D), store.progress(D, was.name, now.name)) == ([], {})
    store.ask(D, was.name, "majority-9")
    assert "no such version" in comparing.compare_asked(service.world, D).status
    assert "no such version" in store.progress(D, was.name, "majority-9")["error"]
    assert store.asked(D) == []


def test_a_comparison_goes_on_aside_while_its_job_gives_way_to_answers(
    service: ServiceInMemory,
) -> None:
    answered(service)
    was, now = made(service), made(service)
    store = service.store.differences
    begun: list[Callable[[], None]] = []

    def later(folder: Path, work: Callable[[], None], over: Callable[[], bool]) -> bool:
        begun.append(work)
        if len(begun) == 2:
            work()
        assert over() is (len(begun) < 2)
        return len(begun) == 2

    store.ask(D, was.name, now.name)
    first = comparing.compare_asked(service.world, D, later, lambda: True)
    assert first == ("comparing", True)
    assert store.asked(D) == [(was.name, now.name)]
    assert comparing.compare_asked(service.world, D, later) == ("compared", False)
    assert store.find(D, was.name, now.name) == compared(service, was, now)
    assert not list(Path(service.world.settings.versions).glob(f".making/{D}/*"))


def test_what_keeps_a_comparison_that_is_made_aside_is_told(service: ServiceInMemory) -> None:
    answered(service)
    was, now = made(service), made(service)
    folder = Path(service.world.settings.versions) / D / now.name
    for file in folder.glob("votes-*.parquet"):
        file.write_bytes(b"PAR1 no more PAR1")
    service.store.differences.ask(D, was.name, now.name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        answer = comparing.compare_asked(service.world, D, beside)
    assert answer.status.startswith("failed: a file of")
    assert "version verify" in service.store.differences.progress(D, was.name, now.name)["error"]
    assert not list(Path(service.world.settings.versions).glob(f".making/{D}/*"))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happened_causes_add_up_to_all_changes(
    build: Build, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    service = kept_in(build(strategy=chance.choice(["majority", "learned"])), tmp_path)
    plan = service.world.settings.plan.model_copy(update={"sources": Sources(reviewers=("rex",))})
    kept_in(service, tmp_path, plan=plan)
    answered(service)
    versions = [made(service)]
    for _ in range(3):
        for _ in range(chance.randrange(1, 14)):
            happens(service, chance)
        service.settle()
        if chance.random() < 0.4:
            replan(service, min_confidence=chance.choice([0.0, 0.6, 0.9]))
        strategy = chance.choice(["", "", "majority", "dawid_skene"])
        versions.append(made(service, strategy=strategy))
    for was, now in [(versions[0], versions[-1]), *zip(versions[1:], versions, strict=False)]:
        found = compared(service, was, now)
        for question in found.questions:
            truth = differing(service, was, now, question.name)
            listed = changes(service, found, question.name)
            assert {r: (c.was, c.now) for r, (_, c) in listed.items()} == truth
            assert sum(c.count for c in question.caused) == question.changed == len(truth)
            assert [c.cause for c in question.caused] == [
                cause for cause in CAUSES if cause in {c.cause for c in question.caused}
            ]
            assert not any(c.cause == "unexplained" for c in question.caused)
            alone = sum(not change.also for _, change in listed.values())
            assert sum(c.alone for c in question.caused) == alone
            moved = sum(m.count for m in question.moves if m.was != m.now)
            apart = sum(c.count for c in question.caused if c.cause in ("new", "gone"))
            assert moved + apart == question.changed
            assert sum(m.count for m in question.moves) == question.records


def happens(service: ServiceInMemory, chance: random.Random) -> None:
    """One thing that people do."""
    records = list(service.argilla.rows[D])
    record, user = chance.choice(records), chance.choice(["ann", "ben", "cem", "rex"])
    what = chance.random()
    if what < 0.06:
        service.argilla.add(f"x{len(records)}{chance.randrange(10**6)}")
    elif what < 0.1 and len(records) > 2:
        del service.argilla.rows[D][record]
        service.mark(record)
    elif what < 0.2:
        service.argilla.rows[D][record].responses.clear()
        service.mark(record)
    elif what < 0.25:
        service.argilla.rows[D][record].fields = {"prompt": f"Question {chance.randrange(99)}?"}
    else:
        service.answer(
            user,
            record,
            helpful=chance.choice(["yes", "no"]),
            problem=chance.choice(["none", "tone"]),
            stars=chance.choice([1, 2]),
        )


def differing(
    service: ServiceInMemory, was: Manifest, now: Manifest, question: str
) -> dict[str, tuple[str | None, str | None]]:
    """Record → its label in both versions where it is not the same, read row by row."""
    labels: list[dict[str, str | None]] = []
    for version in (was, now):
        values = {r["record_id"]: r[question]["value"] for r in rows(service, version)}
        labels.append({r: f"{v:g}" if isinstance(v, float) else v for r, v in values.items()})
    one, other = labels
    return {
        record: (one.get(record), other.get(record))
        for record in one.keys() | other.keys()
        if one.get(record) != other.get(record)
    }
