"""Examples for newcomers: clear ones, close calls that a reviewer settled, and no two of a kind."""

from __future__ import annotations

import random
import re
from dataclasses import replace

import pytest

from argilla_distill.domain.report import Example
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.stored_dataset import TOPIC, D, StoredDataset


@pytest.fixture
def stored(store: Store) -> StoredDataset:
    return StoredDataset(store, strategy="dawid_skene")


def examples(stored: StoredDataset) -> tuple[Example, ...]:
    stored.close()
    return again(stored)


def again(stored: StoredDataset) -> tuple[Example, ...]:
    report(stored.world, D)
    found = stored.store.reports.question(D, stored.question.name)
    assert found is not None
    return found.examples


def of(found: tuple[Example, ...], kind: str, value: str) -> list[str]:
    return [each.record for each in found if (each.kind, each.value) == (kind, value)]


def orchard(stored: StoredDataset, records: int = 40) -> None:
    """Records with three answers of seven people, whose texts have nothing in common."""
    draw = random.Random(4)
    for n in range(records):
        stored.record(f"r{n}", f=f"{draw.getrandbits(64):016x}")
        value = stored.question.labels[n % 3]
        for who in draw.sample(range(7), 3):
            wrong = draw.random() < 0.1
            stored.answer(f"r{n}", who, "plum" if wrong else value)


def test_there_are_at_most_four_telling_ones_for_each_label_in_order(stored: StoredDataset) -> None:
    orchard(stored)
    found = examples(stored)
    assert [each.value for each in found] == ["apple"] * 4 + ["pear"] * 4 + ["plum"] * 4
    assert {each.kind for each in found} == {"telling"}
    for each in found:
        assert stored.question.labels[int(each.record[1:]) % 3] == each.value
        assert each.confidence > 0.8


def test_an_example_comes_with_its_text_and_the_reason_in_words(stored: StoredDataset) -> None:
    orchard(stored)
    found = examples(stored)
    assert all(each.text == f"this is {each.record}" for each in found)
    assert all(f"“{each.value}”" in each.reason and each.reason.endswith(".") for each in found)
    assert len(stored.argilla.asked) == 1  # one call for all of them
    assert not any("name-" in each.reason for each in found)


@pytest.mark.parametrize("named", [False, True])
def test_reasons_name_nobody_and_tell_how_often_nobody_is_right(
    stored: StoredDataset, named: bool
) -> None:
    """With four people, who “person 4” is, is no secret."""
    stored.settings["name_annotators"] = named
    orchard(stored)
    for each in examples(stored):
        assert not re.search(
            r"name-|person \d|annotator|reliab|right more|(?<!sure of .)%.*%", each.reason
        )
        assert "people say" in each.reason or "one person says" in each.reason.lower()


def test_a_reason_tells_what_the_reviewer_wrote_and_how_the_sides_argued(
    stored: StoredDataset,
) -> None:
    stored.settings["explanation_question"] = "because"
    orchard(stored, 12)
    stored.say("r0", "apple pear pear")
    for who, text in enumerate(("it has a core", "it is green", "it is green")):
        stored.ledger["r0"]["r"][str(who)][2]["because"] = text
    stored.decided("r0", "pear", 0.6)
    stored.review("r0", 9, "apple", why="pears have no such stalk")
    (close,) = [each for each in examples(stored) if each.kind == "close"]
    assert close.record == "r0"
    assert close.reason.startswith("A reviewer decided it (“pears have no such stalk”)")
    assert "For “apple”: “it has a core”; for “pear”: “it is green”." in close.reason


def test_a_reason_quotes_words_of_the_record_that_tell_its_label(stored: StoredDataset) -> None:
    words = {"apple": "crisp", "pear": "grainy", "plum": "purple"}
    for n in range(36):
        value = stored.question.labels[n % 3]
        stored.say(f"r{n}", f"{value} {value} {value}")
        stored.record(f"r{n}", f=f"{n * 0x0F1E2D3C4B5A6978 % 2**64:016x}")
        stored.argilla.texts[f"r{n}"] = f"Today it tasted {words[value]} to me, number {n}."
    found = examples(stored)
    assert found
    for each in found:
        assert each.reason.startswith(
            f"Its text has “{words[each.value]}”, as others have that are “{each.value}”."
        )


def test_near_identical_records_are_no_two_examples(stored: StoredDataset) -> None:
    orchard(stored, 6)
    for n in range(6):
        stored.record(f"t{n}", f=f"{(1 << n) | 0xABCDEF0123456789:016x}")
        stored.say(f"t{n}", "apple " * 7)
    found = of(examples(stored), "telling", "apple")
    assert len([record for record in found if record.startswith("t")]) == 1


def test_other_people_come_first_and_the_same_ones_only_where_there_are_no_others(
    stored: StoredDataset,
) -> None:
    draw = random.Random(1)
    for n in range(8):
        stored.record(f"r{n}", f=f"{draw.getrandbits(64):016x}")
        for who in (0, 1, 2) if n < 6 else (3, 4, 5) if n == 6 else (6, 7, 8):
            stored.answer(f"r{n}", who, "apple")
    found = of(examples(stored), "telling", "apple")
    assert {"r6", "r7"} <= set(found[:3])
    assert len(found) == 4


def test_without_reviews_there_are_no_close_calls(stored: StoredDataset) -> None:
    orchard(stored)
    assert not [each for each in examples(stored) if each.kind == "close"]


def test_close_calls_are_those_that_were_hard_before_a_reviewer_settled_them(
    stored: StoredDataset,
) -> None:
    orchard(stored)
    for n, confidence in enumerate([0.51, 0.97, 0.62, 0.55, 0.79, 0.58]):
        stored.record(f"c{n}", f=f"{random.Random(100 + n).getrandbits(64):016x}")
        stored.say(f"c{n}", "apple pear")
        stored.decided(f"c{n}", "pear", confidence)
        stored.review(f"c{n}", 9, "pear", "The stem is long.")
    stored.record("wrong", f="00000000000000ff")
    stored.say("wrong", "apple apple plum")
    stored.decided("wrong", "apple", 0.93)
    stored.review("wrong", 9, "plum", "It has a stone.")
    found = examples(stored)
    assert of(found, "close", "pear") == ["c0", "c3", "c5", "c2"]  # the hardest first
    assert of(found, "close", "plum") == ["wrong"]  # we were sure, and mistaken
    assert not set(of(found, "telling", "pear")) & {f"c{n}" for n in range(6)}
    reasons = {each.record: each.reason for each in found}
    assert "It has a stone." in reasons["wrong"]


def test_while_argilla_is_away_examples_keep_their_texts(stored: StoredDataset) -> None:
    orchard(stored)
    before = examples(stored)
    stored.argilla.away = True
    assert again(stored) == before


def test_while_argilla_was_always_away_examples_have_no_text(stored: StoredDataset) -> None:
    orchard(stored)
    stored.argilla.away = True
    found = examples(stored)
    assert found
    assert all(each.text == "" for each in found)


def test_open_conflicts_tell_nobody_what_a_label_means(stored: StoredDataset) -> None:
    stored.say("r1", "apple pear apple")
    stored.say("r2", "apple apple apple")
    assert of(examples(stored), "telling", "apple") == ["r2"]


def test_of_many_labels_there_are_fewer_of_each(store: Store) -> None:
    fruit = tuple(f"fruit-{n:02}" for n in range(12))
    stored = StoredDataset(store, replace(TOPIC, labels=fruit), "dawid_skene")
    draw = random.Random(4)
    for n in range(60):
        stored.record(f"r{n}", f=f"{draw.getrandbits(64):016x}")
        stored.say(f"r{n}", f"{fruit[n % 12]} {fruit[n % 12]}")
    assert [each.value for each in examples(stored)] == [name for name in fruit for _ in range(2)]


def test_of_sets_of_labels_each_label_is_shown_and_alone_where_it_can_be(store: Store) -> None:
    topics = replace(TOPIC, type="multi_label_selection", labels=("a", "b", "c"))
    stored = StoredDataset(store, topics, "dawid_skene")
    draw = random.Random(4)
    for n, value in enumerate([["a"], ["a", "b"], ["b", "c"], ["a"], ["b"], ["a", "b", "c"]] * 4):
        stored.record(f"r{n}", f=f"{draw.getrandbits(64):016x}")
        for who in range(3):
            stored.answer(f"r{n}", who, value)
    found = examples(stored)
    assert {each.value for each in found} == {"a", "b", "c"}
    assert {int(record[1:]) % 6 for record in of(found, "telling", "a")} <= {0, 3}
    assert {int(record[1:]) % 6 for record in of(found, "telling", "b")} == {4}
    assert len({each.record for each in found}) == len(found)  # nothing is shown twice


def test_ratings_are_shown_from_low_to_high(store: Store) -> None:
    stars = replace(TOPIC, type="rating", labels=("1", "2", "3"))
    stored = StoredDataset(store, stars)
    for n, value in enumerate([3, 1, 3, 1]):
        for who in range(3):
            stored.answer(f"r{n}", who, value)
    assert [each.value for each in examples(stored)] == ["1", "1", "3", "3"]
