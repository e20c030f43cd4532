"""Compare versions: what their strategies say without the audits, once for each state of the audits."""

from __future__ import annotations

from pathlib import Path

import pytest

from argilla_distill.domain.versions.segments import Selection
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.evaluation import contests
from argilla_distill.workers.use_cases.comparisons import contested
from argilla_distill.workers.use_cases.comparisons.comparing import LEFT_OPEN, compare
from argilla_distill.workers.use_cases.comparisons.contested import all_texts
from argilla_distill.workers.use_cases.comparisons.sides import VersionSide
from argilla_distill.workers.use_cases.sweep import sweep
from argilla_distill.workers.use_cases.versions import keeping
from tests.workers.argilla_in_memory import CHAT, Row
from tests.workers.made_versions import answered, kept_in, made, rows
from tests.workers.reviewed_service import decide, draw_one, opened
from tests.workers.service_in_memory import Build


def test_versions_are_compared_on_audits_that_they_have_not_learned(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contests, "MIN_AUDITS", 1)
    service = kept_in(opened(build(strategy="majority")), tmp_path)
    service.answer("ann", "r1", helpful="yes")
    service.settle()
    before = made(service)  # knows of no audit
    assert [f.path for f in before.files if f.path.startswith("audits-")] == []
    record = draw_one(service)
    early = made(service)  # has the record, which is not audited yet
    decide(service, "rob", record, helpful="no")
    late = made(service, strategy="majority")
    (row,) = [r for r in rows(service, late) if r["record_id"] == record]
    assert row["helpful"]["value"] == "no"  # the audit itself
    held_out = {(r["record_id"], r["question"]): r["value"] for r in rows(service, late, "audits")}
    assert held_out[record, "helpful"] == '"yes"'  # what both annotators said
    found = compare(service.world, CHAT, [early.name, late.name])
    (labels,) = [c for c in found.contests if (c.question, c.aspect) == ("helpful", "labels")]
    assert found.audits["helpful"] == 1
    assert (labels.audits, labels.one_right, labels.other_right) == (1, 0.0, 0.0)
    models = [c for c in found.contests if (c.question, c.aspect) == ("helpful", "hard")]
    assert [each.verdict for each in models] == ["stopped"]  # texts of a few records tell nothing
    assert compare(service.world, CHAT, [early.name, late.name]) == found
    # an audit that changed makes it a new comparison
    decide(service, "rob", record, helpful="yes")
    again = compare(service.world, CHAT, [early.name, late.name])
    (labels,) = [c for c in again.contests if (c.question, c.aspect) == ("helpful", "labels")]
    assert (labels.one_right, labels.other_right) == (1.0, 1.0)
    assert again.content != found.content
    # a record that one version does not have is no part of it
    (labels,) = [
        c
        for c in compare(service.world, CHAT, [before.name, late.name]).contests
        if (c.question, c.aspect) == ("helpful", "labels")
    ]
    assert labels.stopped.startswith("Not compared: 0 of")


def test_what_cannot_be_compared_is_said(build: Build, tmp_path: Path) -> None:
    service = kept_in(build(), tmp_path)
    answered(service)
    service.answer("dora", "r2", helpful="yes")
    service.settle()
    one, other = made(service), made(service)
    for names, said in (
        ([one.name], "two or more different versions"),
        ([one.name, "latest", other.name], "two or more different versions"),
        ([one.name, "prood"], "has no version prood"),
    ):
        with pytest.raises(InvalidRequest, match=said):
            compare(service.world, CHAT, names)
    segments = "label=problem:none", "annotator=dora"
    first, second = (made(service, selection=Selection.parse((s,), ())) for s in segments)
    with pytest.raises(InvalidRequest, match="no record is in all of"):
        compare(service.world, CHAT, [first.name, second.name])
    (file,) = [f for f in one.files if f.path.startswith("records-train-")]
    folder = Path(service.world.settings.versions) / CHAT.id / one.name
    (folder / file.path).unlink()
    with pytest.raises(InvalidRequest, match="is missing"):
        compare(service.world, CHAT, [one.name, other.name])
    keeping.delete(service.world, CHAT, one.name)
    with pytest.raises(InvalidRequest, match="are deleted"):
        compare(service.world, CHAT, [one.name, other.name])


def test_of_many_records_small_models_learn_from_some_that_are_drawn_by_prompt(
    build: Build, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """100,000 records once took 272 s of CPU."""
    service = kept_in(build(), tmp_path)
    for number in range(60):
        service.argilla.rows[CHAT.id][f"m{number}"] = Row(fields={"text": f"a text of {number}"})
        service.answer("ann", f"m{number}", helpful="yes")
    for number in range(30):  # nobody has answered these
        service.argilla.rows[CHAT.id][f"n{number}"] = Row(fields={"text": f"another of {number}"})
    sweep(service.world, CHAT.id)
    service.settle()
    one, other = made(service), made(service)
    sides = [VersionSide(service.world, each, lambda: None) for each in (one, other)]
    places = [record for record in sides[0].places if record.startswith("m")]
    teach = [record for record in places if not sides[0].tests(record)]
    tests = [record for record in places if sides[0].tests(record)]
    assert len(teach) > 20
    assert tests
    whole = all_texts(sides, {tests[0]})
    assert (len(whole.ids), whole.notes) == (len(sides[0].places), ())
    assert len(whole.ids) >= 90
    assert compare(service.world, CHAT, [one.name, other.name]).notes == (LEFT_OPEN,)
    monkeypatch.setattr(contested, "MAX_TRAINED_ON", 20)
    some = all_texts(sides, {tests[0], teach[0]})
    assert len(set(some.ids) & set(teach)) == 20  # without a label a record teaches nothing
    assert set(some.ids) - set(teach) == {tests[0]}
    assert some.matrix.shape[0] == 21
    assert some.ids == all_texts(sides, {tests[0]}).ids  # the same in every comparison
    told = f"Small models are trained on 20 of {len(teach)} labelled records"
    assert some.notes[0].startswith(told)
    made(service)
    assert compare(service.world, CHAT, [one.name, "latest"]).notes[1].startswith(told)
