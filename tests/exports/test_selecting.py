"""Which records an export has: splits, segments, what changed; and that nothing is trained on a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from argilla_distill.domain.versions.segments import Selection
from argilla_distill.domain.versions.split import SPLITS
from argilla_distill.exports.export import export
from argilla_distill.exports.readable_version import ReadableVersion
from argilla_distill.exports.request import TRAINING, ExportRequest, InvalidExport
from argilla_distill.workers.versions.tables import VOTES
from tests.exports.version_of_rows import HELPFUL, TEXTS, VersionOfRows, decided, helpful

MARKED = ("span", ("wrong",), "reply")


def ids(source: ReadableVersion, earlier: ReadableVersion | None = None, **asked: Any) -> set[str]:
    """The records that an export has."""
    return {
        row[key]
        for row in export(source, ExportRequest(**asked), earlier).rows
        for key in ("record_id", "chosen_id", "rejected_id")
        if key in row
    }


def fields(n: int) -> Mapping[str, str]:
    return {"prompt": "Hi", "reply": f"Reply\n{n}"}


@pytest.fixture
def version(tmp_path: Path) -> VersionOfRows:
    """Six records of two rounds with answers by ann and ben; r5 and r6 are for validation and test."""
    made = VersionOfRows(tmp_path, TEXTS, {"helpful": HELPFUL, "errors": MARKED})
    splits = ("train", "train", "train", "train", "validation", "test")
    for n, split in enumerate(splits, 1):
        made.record(
            f"r{n}",
            fields(n),
            split=split,
            round=str(n % 2 + 1),
            model="bot" if n > 2 else None,
            helpful=helpful(0.9 if n % 3 else 0.2),
            errors=decided([], {"x": 0.9}),
        )
        at = datetime(2026, 11, 16 + 7 * (n > 3), tzinfo=timezone.utc)
        made.vote(f"r{n}", "helpful", annotator="ann", value="yes", at=at)
        made.vote(f"r{n}", "helpful", annotator="ben", value="no", at=at, counted=n == 1)
    return made


def test_no_format_to_train_on_holds_what_models_are_tested_with(version: VersionOfRows) -> None:
    """Also where whoever made the version parted a group, or an audit lies in a training split."""
    version.audited = True
    version.record(
        "r7", fields(7), group="g-r6", helpful=helpful(0.9), errors=decided([], {"x": 0.9})
    )
    version.record(
        "r8", fields(8), helpful=helpful(0.9, audit_pi=0.1), errors=decided([], {"x": 0.9})
    )
    version.record(
        "r9", fields(9), group="g-r8", helpful=helpful(0.9), errors=decided([], {"x": 0.9})
    )
    source = version.source()
    for name in TRAINING:
        question = "" if name == "stepwise-supervision" else "helpful"
        asked: dict[str, Any] = {"format": name, "question": question}
        assert ids(source, **asked) <= {"r1", "r2", "r3", "r4"}, name
        assert ids(source, **asked, split="validation") <= {"r5"}, name
        assert ids(source, **asked, split="test") <= {"r6"}, name
        left_out = export(source, ExportRequest(**asked))
        list(left_out.rows)
        assert left_out.left_out["audited, which models are tested with"] == 1
        assert left_out.left_out["in a group that models are tested with"] == 2
    asked = {"format": "classification", "question": "helpful"}
    assert ids(source, **asked) == {"r1", "r2", "r3", "r4"}
    assert ids(source, **asked, split="test") == {"r6"}


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.sampled_from(SPLITS), st.integers(0, 4), st.booleans()),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(TRAINING),
)
def test_whatever_the_version_is_like_nothing_to_train_on_shares_a_group_with_a_test(
    tmp_path: Path, records: list[tuple[str, int, bool]], name: str
) -> None:
    """Splits, groups and audits as they come, whether or not a version could ever be like that."""
    version = VersionOfRows(
        tmp_path, TEXTS, {"helpful": HELPFUL, "errors": MARKED}, "drawn-1", audited=True
    )
    for n, (split, group, audited) in enumerate(records):
        version.record(
            f"r{n:02}",
            fields(n),
            split=split,
            group=f"g{group}",
            helpful=helpful(0.9 - 0.8 * (n % 2), audit_pi=0.2 if audited else None),
            errors=decided([], {"x": 0.9}),
        )
    question = "" if name == "stepwise-supervision" else "helpful"
    source = version.source()
    tested = {group for split, group, audited in records if split == "test" or audited}
    for split in ("train", "validation"):
        found = ids(source, format=name, question=question, split=split)
        assert {records[int(record[1:])][1] for record in found}.isdisjoint(tested)
        assert {records[int(record[1:])][0] for record in found} <= {split}


def test_what_people_read_has_everything(version: VersionOfRows) -> None:
    source = version.source()
    assert len(ids(source, format="records")) == len(ids(source, format="votes")) == 6
    assert ids(source, format="records", split="test") == {"r6"}
    assert ids(source, format="votes", split="test") == {"r6"}


@pytest.mark.parametrize(
    ("only", "without", "expected"),
    [
        (["round=1"], [], {"r2", "r4", "r6"}),
        (["round=1", "round=2"], ["model=bot"], {"r1", "r2"}),
        (["label=helpful:no"], [], {"r3", "r6"}),
        (["annotator=ben"], [], {"r1"}),
        ([], ["annotator=ben"], {"r2", "r3", "r4", "r5", "r6"}),
        (["source=person,split=train"], [], {"r1", "r2", "r3", "r4"}),
        (["week=2026-W47"], [], {"r1", "r2", "r3"}),
        (["week=2026-W47,annotator=ann"], ["round=1"], {"r1", "r3"}),
    ],
)
def test_segments_choose(
    version: VersionOfRows, only: list[str], without: list[str], expected: set[str]
) -> None:
    source, selection = version.source(), Selection.parse(only, without)
    assert ids(source, format="records", selection=selection) == expected
    assert ids(source, format="votes", selection=selection) == expected


@pytest.mark.parametrize(
    ("segment", "why"),
    [
        ("round=3", "there are 1, 2"),
        ("annotator=bne", "did you mean ben?"),
        ("label=helpful:maybe", "no record has this label of helpful; there are no, yes"),
        ("label=helpfull:no", "did you mean helpful?"),
        ("model=bots", "did you mean bot?"),
        ("guidelines=3", "no record has this edition of the guidelines"),
    ],
)
def test_a_segment_that_no_record_is_in_is_refused(
    version: VersionOfRows, segment: str, why: str
) -> None:
    selection = Selection.parse([segment])
    with pytest.raises(InvalidExport) as refused:
        export(version.source(), ExportRequest("records", selection=selection))
    assert why in str(refused.value)


def test_answers_are_chosen_by_the_guidelines_that_they_were_given_under(
    version: VersionOfRows,
) -> None:
    version.votes[0]["guidelines"], version.votes[2]["guidelines"] = 1, 2
    selection = Selection.parse(["guidelines=2"])
    assert ids(version.source(), format="records", selection=selection) == {"r2"}
    version.vote_columns = [name for name in VOTES.names if not name.startswith("guidelines")]
    with pytest.raises(InvalidExport, match="does not say under which guidelines"):
        export(version.source(), ExportRequest("records", selection=selection))


def test_what_is_new_or_decided_anew_has_changed(version: VersionOfRows, tmp_path: Path) -> None:
    earlier = version.source()
    later = VersionOfRows(tmp_path, version.fields, version.questions, "learned-2")
    later.records = [dict(row) for row in version.records]
    later.votes = list(version.votes)
    later.records[0]["helpful"] = helpful(0.91)
    later.records[1]["helpful"] = helpful(0.1)
    later.records[2]["fields"] = fields(33)
    later.record("r7", fields(7))
    asked: dict[str, Any] = {"format": "records", "since": "learned-1"}
    assert ids(later.source(), earlier, **asked) == {"r2", "r3", "r7"}
    assert ids(later.source(), earlier, **{**asked, "format": "votes"}) == {"r2", "r3"}
    assert ids(later.source(), earlier, format="classification", question="helpful") == {"r2", "r3"}


def test_a_version_of_another_dataset_is_no_earlier_one(
    version: VersionOfRows, tmp_path: Path
) -> None:
    from dataclasses import replace

    source = version.source()
    other = replace(source, manifest=replace(source.manifest, dataset_id="d2", dataset="a/b"))
    with pytest.raises(InvalidExport, match="is a version of a/b"):
        export(source, ExportRequest("records", since="learned-1"), other)
    gone = replace(source, manifest=replace(source.manifest, deleted_at=1))
    with pytest.raises(InvalidExport, match="the files of learned-1 are deleted"):
        export(gone, ExportRequest("records"))


def test_records_and_votes_can_be_asked_to_be_sure(version: VersionOfRows) -> None:
    source = version.source()
    asked: dict[str, Any] = {"question": "helpful", "min_confidence": 0.85}
    sure = {"r1", "r2", "r4", "r5"}
    assert ids(source, format="records", **asked) == ids(source, format="votes", **asked) == sure
    found = export(source, ExportRequest("votes", **asked))
    list(found.rows)
    assert found.left_out == {"on labels that are open, or less sure than 0.85": 4}


def test_memory_does_not_grow_with_the_version(tmp_path: Path) -> None:
    """Rows are made as they are read: the first is there before the second file is opened."""
    version = VersionOfRows(tmp_path, TEXTS, {"helpful": HELPFUL})
    for n in range(3):
        version.record(f"r{n}", fields(n), helpful=helpful(0.9), split=("train", "test")[n > 1])
    source, opened = version.source(), list[str]()

    def noted(path: str) -> Any:
        opened.append(path)
        return source.open(path)

    found = export(ReadableVersion(source.manifest, noted), ExportRequest("records"))
    assert next(found.rows)["record_id"] == "r0"
    assert [path for path in opened if path != "records-train-00000.parquet"] == []
