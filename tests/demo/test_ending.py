"""How the demo ends: told in a few lines, and failed where it is not as promised."""

from __future__ import annotations

from typing import Any

import pytest

from demo.ending import SHOWN, Ending

TWIN: dict[str, Any] = {
    "state": "done",
    "left_out": {},
    "name": "versions/chat @ learned-1",
    "url": "http://argilla/dataset/t",
}


def ending(line: str = "", digest: str = "aa", **twin: Any) -> Ending:
    version = {"name": "learned-1", "records": 120, "content_sha256": "aa"}
    exported = {"rows": 96, "format": "classification", "file": "/run/train.jsonl"}
    return Ending(
        {**version, "twin": {**TWIN, **twin}},
        {"name": "learned-2", "records": 120, "content_sha256": digest},
        "http://us/datasets/d/versions",
        exported,
        line,
    )


def test_both_digests_are_shown_and_said_to_be_equal() -> None:
    found = ending('{"text": "Hello"}')
    lines = list(found.lines())
    assert [line.split() for line in lines if "learned-" in line and "aa" in line] == [
        ["learned-1", "aa"],
        ["learned-2", "aa", "equal"],
    ]
    assert "96 rows as classification," in lines[-2]
    assert lines[-1].strip() == '{"text": "Hello"}'
    assert found.passed


@pytest.mark.parametrize("wrong", [{"digest": "bb"}, {"state": "failed"}])
def test_what_is_not_as_promised_fails_the_demo(wrong: dict[str, Any]) -> None:
    assert not ending(**wrong).passed


def test_a_difference_is_shouted() -> None:
    assert any("bb" in line and "DIFFERENT" in line for line in ending(digest="bb").lines())


def test_what_argilla_does_not_take_is_told_and_fails_nothing() -> None:
    found = ending(left_out={"topics: nothing is chosen": 2})
    assert "  2 left out: topics: nothing is chosen" in list(found.lines())
    assert found.passed


def test_a_long_line_is_cut() -> None:
    assert len(list(ending("x" * 500).lines())[-1].strip()) == SHOWN + 1


def test_version_twin_and_export_have_their_addresses() -> None:
    assert dict(ending().addresses()) == {
        "the version": "http://us/datasets/d/versions/learned-1",
        "its twin": "http://argilla/dataset/t",
        "the export": "/run/train.jsonl",
    }
