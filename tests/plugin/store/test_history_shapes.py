"""What is new of records and datasets, as it is written down: byte by byte, and how many bytes that are."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from argilla_distill.domain.history import Entry
from argilla_distill.domain.history.config import Config
from argilla_distill.domain.history.guidelines import edition_entry
from argilla_distill.domain.history.people import introduction
from argilla_distill.domain.history.record_state import RecordState
from argilla_distill.domain.history.rounds import RoundNews
from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.annotator import KnownAnnotator
from argilla_distill.plugin.store import Store
from argilla_distill.plugin.store.shapes import history_shapes

BEFORE = RecordState("A" * 16, "B" * 16, round="1", model="bot")
HELPFUL = DatasetQuestion("q1", "helpful", "label_selection", ("yes", "no"))
ADA = KnownAnnotator("u-1", "ada", "person")

WRITTEN: dict[str, tuple[Entry, dict[str, str | int]]] = {
    "a record": (
        BEFORE.entry("r1", None, 17),
        {
            "k": "record",
            "r": "r1",
            "v": '{"round":"1","model":"bot"}',
            "t": 17,
            "x": '{"d":"AAAAAAAAAAAAAAAA","m":"BBBBBBBBBBBBBBBB"}',
        },
    ),
    "a record that is gone": (
        RecordState(gone=True).entry("r1", BEFORE),
        {"k": "record", "r": "r1", "s": "gone", "o": '{"round":"1","model":"bot"}'},
    ),
    "a person": (
        introduction(3, ADA, KnownAnnotator("u-1", "eda", "person")),
        {"k": "annotator", "a": 3, "v": '{"name":"ada","kind":"person"}', "o": '{"name":"eda"}'},
    ),
    "guidelines": (
        edition_entry("Be kind.", 17),
        {
            "k": "guidelines",
            "v": '{"text":"Be kind."}',
            "t": 17,
            "x": '{"d":"5499befb38dbf3fcc08107141cb2a9e7f42a6aae403361dc3601b8296d7967ea"}',
        },
    ),
    "settings": (
        Config({"strategy": "learned"}, 2, (HELPFUL,)).entry(),
        {
            "k": "config",
            "v": '{"settings":{"strategy":"learned"},"overlap":2,"questions":[{"id":"q1","name":'
            '"helpful","type":"label_selection","labels":["yes","no"],"overlapping":false,'
            '"field":"","title":""}]}',
            "x": '{"d":"bJKRXlff-tMxJmuu"}',
        },
    ),
    "a round": (
        RoundNews("4", "started", "bot-0.4", "learned-3", 300).entry(),
        {
            "k": "round",
            "s": "started",
            "v": '{"name":"4","model":"bot-0.4","trained_on":"learned-3","records":300}',
        },
    ),
}


@pytest.mark.parametrize("what", WRITTEN)
def test_it_is_written_so_and_read_again(what: str) -> None:
    entry, stored = WRITTEN[what]
    empty: dict[str, str | int] = dict.fromkeys(("k", "r", "a", "s", "v", "o", "t", "x"), "")
    fields = history_shapes.entry_fields(entry)
    assert fields == empty | stored
    encoded = {name.encode(): str(value).encode() for name, value in fields.items()}
    assert history_shapes.entry(b"5-0", encoded) == entry.filed("5-0")


def test_a_record_costs_the_history_little(store: Store) -> None:
    """Bytes of Redis for each record that never changes: 500 of them, as a sweep finds them."""
    entries = [
        RecordState(f"{n:016}", f"{n * 7:016}", round="2", model="bot-0.4").entry(
            str(uuid4()), None, 1_795_651_200_000 + n
        )
        for n in range(500)
    ]
    filed = [e.filed(i) for e, i in zip(entries, store.history.ids("d", 5, 500), strict=True)]
    with store.redis.pipeline(transaction=True) as pipe:
        store.history.append(pipe, "d", filed)
        pipe.execute()
    used = store.redis.memory_usage(store.keys.of("d", "history"), samples=0)
    assert used / 500 < 220


def test_settings_tell_of_a_question_that_is_not_required_and_of_no_other() -> None:
    free = replace(HELPFUL, required=False)
    for question, told in ((HELPFUL, None), (free, False)):
        config = Config({}, 2, (question,))
        assert config.as_json()["questions"][0].get("required") is told
        assert Config.read(config.as_json()) == config
