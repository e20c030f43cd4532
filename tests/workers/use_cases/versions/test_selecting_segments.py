"""A version of segments: what is left out is not learned from, and what does not exist is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from argilla_distill.domain.versions.segments import Selection, week_of
from argilla_distill.plugin.errors import InvalidRequest
from argilla_distill.workers.use_cases.versions.asking import ask, unmet
from argilla_distill.workers.use_cases.versions.making import make
from tests.workers.argilla_in_memory import CHAT, D, Row
from tests.workers.made_versions import kept_in, made, rows
from tests.workers.service_in_memory import ServiceInMemory

Build = Callable[..., ServiceInMemory]

RECORDS = [f"{n:02x}-record" for n in range(12)]


@pytest.fixture
def service(build: Build, tmp_path: Path) -> ServiceInMemory:
    """Twelve records in two rounds; `ann` and `ben` answer all, `llm-x` those of round 2."""
    service = kept_in(build(), tmp_path)
    service.argilla.rows[D].clear()
    service.argilla.told[D] = "Be kind."
    service.settle()
    service.distil()
    for n, record in enumerate(RECORDS):
        metadata = {"round": 1 + n % 2, "model": f"bot-{n % 3}"}
        service.argilla.rows[D][record] = Row(fields={"text": f"{n}"}, metadata=metadata)
        for user in ("ann", "ben", *(["llm-x"] if n % 2 else [])):
            service.answer(user, record, helpful="yes" if n % 4 < 2 else "no")
    service.settle()
    return service


def chosen(only: tuple[str, ...] = (), without: tuple[str, ...] = ()) -> Selection:
    return Selection.parse(only, without)


def numbers(service: ServiceInMemory, only: Any = (), without: Any = ()) -> list[int]:
    """Which of the records are in a version of these segments."""
    manifest = made(service, selection=chosen(only, without))
    assert (manifest.only, manifest.without) == (only, without)
    found = [RECORDS.index(row["record_id"]) for row in rows(service, manifest)]
    assert {v["record_id"] for v in rows(service, manifest, "votes")} == {RECORDS[n] for n in found}
    return found


@pytest.mark.parametrize(
    ("only", "without", "expected"),
    [
        (("round=2",), (), [1, 3, 5, 7, 9, 11]),
        ((), ("round=2",), [0, 2, 4, 6, 8, 10]),
        (("round=1", "model=bot-1"), (), [0, 1, 2, 4, 6, 7, 8, 10]),
        (("round=2,model=bot-1",), (), [1, 7]),
        ((), ("annotator=llm-x",), [0, 2, 4, 6, 8, 10]),
        (("source=model",), ("model=bot-0",), [1, 5, 7, 11]),
        (("guidelines=1",), (), list(range(12))),
        (("label=helpful:no",), (), [2, 3, 6, 7, 10, 11]),
        (("label=helpful:no,round=1",), (), [2, 6, 10]),
    ],
)
def test_a_version_has_the_records_that_are_asked_for(
    service: ServiceInMemory, only: Any, without: Any, expected: list[int]
) -> None:
    assert numbers(service, only, without) == expected


def test_this_week_is_a_segment_too(service: ServiceInMemory) -> None:
    week = week_of(service.store.now())
    assert numbers(service, only=(f"week={week}",)) == list(range(12))


def test_what_is_left_out_is_not_learned_from(service: ServiceInMemory) -> None:
    whole = made(service)
    part = made(service, selection=chosen(without=("round=2",)))
    votes = {
        m.name: next(q.votes for q in m.questions if q.name == "helpful") for m in (whole, part)
    }
    assert votes == {whole.name: 30, part.name: 12}
    assert part.content_sha256 != whole.content_sha256
    again = made(service, slice_s=0.0, selection=chosen(without=("round=2",)))
    assert again.content_sha256 == part.content_sha256


@pytest.mark.parametrize(
    ("segment", "why"),
    [
        ("round=3", "round=3: no record has this round; there are 1, 2"),
        ("annotator=anne", "no record has this annotator (did you mean ann?)"),
        ("guidelines=2", "guidelines=2: no record has this edition of the guidelines; there are 1"),
        ("round=1,source=model", "no record is in what is to be chosen"),
        ("label=helpful:no,label=problem:tone", "no record is in what is to be chosen"),
    ],
)
def test_a_segment_that_no_record_is_in_is_an_error_that_says_so(
    service: ServiceInMemory, segment: str, why: str
) -> None:
    name = ask(service.world, CHAT, selection=chosen(only=(segment,))).name
    assert make(service.world, D, 60.0).manifest is None
    (failed,) = [f for f in service.store.versions.failures(D) if f.name == name]
    assert why in failed.error


def test_a_label_that_there_is_not_is_refused_at_once(service: ServiceInMemory) -> None:
    with pytest.raises(InvalidRequest, match="label=helpful:nope"):
        ask(service.world, CHAT, selection=chosen(only=("label=helpful:nope",)))


@pytest.mark.parametrize(
    ("only", "told"),
    [
        (("round=2", "model=bot-1"), []),
        (("label=helpful:no", "annotator=ann"), []),
        (("round=22",), ["round=22: no record is known to be of this round (did you mean 2?)"]),
        (("model=bot-4", "round=1"), ["model=bot-4: no record is known to be of this model"]),
    ],
)
def test_a_round_that_no_record_is_known_to_be_of_is_told_at_once(
    service: ServiceInMemory, only: tuple[str, ...], told: list[str]
) -> None:
    """It was told only once a worker had read the dataset for the version."""
    found = unmet(service.world, D, chosen(only))
    assert len(found) == len(told)
    assert all(text.startswith(part) for text, part in zip(found, told, strict=True))
