"""The built-in prompts and replies: complete, consistent, and as balanced as promised."""

from __future__ import annotations

import json
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

from demo.crowd import HELPFUL, MATERIAL, PROBLEM, material
from demo.scenario import Item


def whole(item: Item) -> str:
    return item.fields["prompt"] + "\n" + item.fields["reply"]


def test_every_line_has_exactly_the_known_keys_and_text_in_each() -> None:
    for line in MATERIAL.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row.keys() == {"id", "prompt", "reply", "truth"}
        assert row["truth"].keys() == {"helpful", "problem"}
        assert min(len(row["prompt"]), len(row["reply"])) > 20
        assert row["prompt"] == row["prompt"].strip()
        assert row["reply"] == row["reply"].strip()


def test_there_are_about_eighty_items_with_ids_of_their_own() -> None:
    ids = [item.id for item in material()]
    assert 75 <= len(ids) <= 90
    assert len(set(ids)) == len(ids)


def test_no_text_is_there_twice() -> None:
    texts = [whole(item) for item in material()]
    assert len(set(texts)) == len(texts)


def test_every_truth_is_a_label_of_its_question() -> None:
    for item in material():
        assert item.truth["helpful"] in HELPFUL.values
        assert item.truth["problem"] in PROBLEM.values


def test_half_of_the_replies_have_no_problem_and_each_problem_is_seen_often_enough() -> None:
    problems = Counter(item.truth["problem"] for item in material())
    assert 0.4 <= problems["none"] / problems.total() <= 0.6
    assert all(problems[label] >= 10 for label in PROBLEM.values)


def test_helpful_goes_with_having_no_problem_but_is_not_the_same() -> None:
    pairs = Counter(
        (item.truth["helpful"] == "yes", item.truth["problem"] == "none") for item in material()
    )
    assert all(
        pairs[helpful, faultless] for helpful in (True, False) for faultless in (True, False)
    )
    same = (pairs[True, True] + pairs[False, False]) / pairs.total()
    assert 0.65 <= same <= 0.9


def test_a_few_pairs_are_nearly_identical_and_true_in_the_same_way() -> None:
    twins = [
        (one, other)
        for one, other in combinations(material(), 2)
        if SequenceMatcher(None, one.fields["prompt"], other.fields["prompt"]).ratio() > 0.85
        and SequenceMatcher(None, whole(one), whole(other)).ratio() > 0.9
    ]
    assert 3 <= len(twins) <= 8
    assert all(one.truth == other.truth for one, other in twins)
