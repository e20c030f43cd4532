"""The built-in prompts and replies: complete, consistent, and as balanced as promised."""

from __future__ import annotations

import json
from collections import Counter
from difflib import SequenceMatcher
from itertools import combinations

from argilla_distill.workers.engine.contract.question import Value
from argilla_distill.workers.models.values import from_argilla, to_argilla
from demo.scenarios.habits import word_places
from demo.scenarios.material import DISTILLED, EVIDENCE, MATERIAL, PROBLEM, TOPICS, material
from demo.scenarios.scenario import Item


def whole(item: Item) -> str:
    return item.fields["prompt"] + "\n" + item.fields["reply"]


def comparable(item: Item) -> dict[str, Value]:
    """What is true, but for where the spans are."""
    return {**item.truth, "evidence": [span.label for span in item.truth["evidence"]]}


def test_every_line_has_exactly_the_known_keys_and_text_in_each() -> None:
    for line in MATERIAL.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row.keys() == {"id", "prompt", "reply", "truth", "paraphrases"}
        assert list(row["truth"]) == [question.name for question in DISTILLED]
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


def test_every_truth_is_a_value_of_its_question() -> None:
    for item in material():
        for question in DISTILLED:
            value = item.truth[question.name]
            asked = question.asked
            assert from_argilla(asked, to_argilla(asked, value)) == value


def test_every_span_says_in_words_what_it_marks() -> None:
    for line in MATERIAL.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for span in row["truth"]["evidence"]:
            assert row["reply"][span["start"] : span["end"]] == span["words"]


def test_spans_cut_no_word_and_do_not_overlap() -> None:
    for item in material():
        places = word_places(item.fields["reply"])
        end = 0
        for span in item.truth["evidence"]:
            assert not any(a < cut < b for a, b in places for cut in (span.start, span.end))
            assert span.start >= end
            end = span.end


def test_every_label_of_spans_and_topics_is_seen_often_enough() -> None:
    spans = Counter(span.label for item in material() for span in item.truth["evidence"])
    topics = Counter(label for item in material() for label in item.truth["topics"])
    assert min(spans[label] for label in EVIDENCE.values) >= 8
    assert min(topics[label] for label in TOPICS.values) >= 8
    assert sum(not item.truth["evidence"] for item in material()) in range(1, 8)


def test_topics_correlate() -> None:
    both = sum({"refund", "order"} <= {*item.truth["topics"]} for item in material())
    each = [sum(t in item.truth["topics"] for item in material()) for t in ("refund", "order")]
    assert both > 1.5 * each[0] * each[1] / len(material())


def test_tone_is_what_makes_replies_impolite() -> None:
    for item in material():
        assert (item.truth["politeness"] <= 2) == (item.truth["problem"] == "tone")
    assert {item.truth["politeness"] for item in material()} == {1, 2, 3, 4, 5}


def test_the_worst_problem_is_improved_first() -> None:
    urgent = {"hallucination": "accuracy", "tone": "tone", "incomplete": "completeness"}
    for item in material():
        problem, rankings = item.truth["problem"], item.truth["priorities"]
        assert problem == "none" or urgent[problem] in rankings[0]
    assert sum(len(group) > 1 for item in material() for group in item.truth["priorities"]) > 50


def test_summaries_are_sentences_with_other_wordings() -> None:
    for item in material():
        texts = (item.truth["summary"], *item.wordings)
        assert len(set(texts)) == 3
        assert all(text[0].isupper() and text[-1] in ".?" for text in texts)
        assert item.truth["summary"].startswith("The customer")


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
    assert all(comparable(one) == comparable(other) for one, other in twins)
