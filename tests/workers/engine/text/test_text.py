"""Texts: chosen among the answers, or composed by alignment where that is asked for."""

from __future__ import annotations

import random
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from argilla_distill.workers.engine.contract.facts import Adjudication, Fact, Vote
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.measures.edit_distance import distances, edits, words
from argilla_distill.workers.engine.text.alignment import network, vote
from argilla_distill.workers.engine.text.frequent_text import TextMajority
from argilla_distill.workers.engine.text.text import TextLearned
from argilla_distill.workers.engine.text.text_alignment import TextAlignment
from argilla_distill.workers.engine.text.text_nearest import TextNearest

TEXT = Question("text")
WORDS = [f"word{i}" for i in range(300)]


def crowd(seed: int, n_records: int = 150, worst: float = 0.5) -> tuple[list[Vote], dict[str, str]]:
    """Transcripts by 12 annotators: words changed, left out and added, by some more than others."""
    rng = random.Random(seed)
    errors = [worst * j / 11 for j in range(12)]
    truth, votes = {}, []
    for i in range(n_records):
        true = rng.sample(WORDS, rng.randint(5, 14))
        truth[f"r{i}"] = " ".join(true)
        for j in rng.sample(range(12), 4):
            given: list[str] = []
            for word in true:
                chance = rng.random()
                if chance < errors[j] * 0.6:
                    given.append(rng.choice(WORDS))
                elif chance > errors[j] * 0.8:
                    given.append(word)
            votes.append(Vote(f"r{i}", f"ann{j}", " ".join(given) or "nothing"))
    return votes, truth


def error_rate(model: Strategy, truth: dict[str, str]) -> float:
    rates = []
    for d in model.decide(truth):
        text = d.value or sorted(d.posterior, key=lambda key: -d.posterior[key])[0]
        rates.append(edits(words(text), words(truth[d.record])) / len(words(truth[d.record])))
    return float(np.mean(rates))


def test_reliable_annotators_are_followed_and_the_yardstick_is_beaten() -> None:
    ours, yardstick = [], []
    for seed in range(6):
        votes, truth = crowd(seed)
        ours.append(error_rate(TextLearned(TEXT).fit(votes), truth))
        yardstick.append(error_rate(TextMajority(TEXT).fit(votes), truth))
    assert np.mean(ours) < 0.97 * np.mean(yardstick)


def test_what_is_chosen_was_given_by_somebody() -> None:
    votes, truth = crowd(4)
    said = {(vote.record, vote.value) for vote in votes}
    for model in (TextNearest(TEXT), TextMajority(TEXT)):
        decisions = model.fit(votes).decide(truth)
        assert all((d.record, d.value) in said for d in decisions if d.value is not None)
        assert sum(d.value is not None for d in decisions) > 140


def test_alignment_composes_and_makes_fewer_errors_than_any_choice() -> None:
    votes, truth = crowd(5)
    composed, chosen = TextAlignment(TEXT).fit(votes), TextNearest(TEXT).fit(votes)
    assert error_rate(composed, truth) < error_rate(chosen, truth)
    said = {(vote.record, vote.value) for vote in votes}
    assert any((d.record, d.value) not in said for d in composed.decide(truth))
    for d in composed.decide(truth):
        odds = np.log(d.posterior[d.leader] / d.posterior[d.runner_up]) if d.runner_up else 0.0
        assert d.log_odds == pytest.approx(odds)


def test_answers_that_differ_in_case_punctuation_and_spaces_are_one() -> None:
    said = {"ann": "He left.", "ben": "he  LEFT", "cas": "She stayed", "dan": "he left!"}
    votes = [Vote("r", who, what) for who, what in said.items()]
    for model in (TextLearned(TEXT), TextMajority(TEXT), TextAlignment(TEXT)):
        [decision] = model.fit(votes).decide(["r"])
        assert sorted(decision.posterior) == ["He left.", "She stayed"]
        assert decision.value == "He left."


def test_two_different_answers_of_equals_tie() -> None:
    votes = [Vote("r", "ann", "one thing"), Vote("r", "ben", "another matter")]
    for model in (TextLearned(TEXT), TextMajority(TEXT), TextAlignment(TEXT)):
        [decision] = model.fit(votes).decide(["r"])
        assert decision.abstention == "tie between another matter and one thing"


def test_the_yardstick_takes_the_most_frequent_and_else_the_most_central() -> None:
    texts = ["a b c d", "a b c e", "x y z", "x y z", "a b c f"]
    votes = [Vote("r", f"ann{i}", text) for i, text in enumerate(texts)]
    assert TextMajority(TEXT).fit(votes).decide(["r"])[0].value == "x y z"
    texts = ["a b c d f", "x y z", "a b c d e", "a b c g e"]
    central = [Vote("r", f"ann{i}", text) for i, text in enumerate(texts)]
    assert TextMajority(TEXT).fit(central).decide(["r"])[0].value == "a b c d e"


def test_annotators_are_known_by_their_distance_from_what_is_meant() -> None:
    votes, _ = crowd(6)
    found = {one.annotator: one for one in TextLearned(TEXT).fit(votes).annotators()}
    assert found["ann0"].accuracy > found["ann6"].accuracy > found["ann11"].accuracy
    assert found["ann0"].traits["distance"] < found["ann11"].traits["distance"]


def test_adjudications_teach_whom_to_follow() -> None:
    """Two sloppy ones copy from each other: the crowd cannot know, a reviewer does."""
    votes: list[Fact] = []
    for i in range(60):
        true = f"{WORDS[i]} {WORDS[i + 1]} {WORDS[i + 2]}"
        votes += [Vote(f"r{i}", "ann", true), Vote(f"r{i}", "ben", f"{true} {WORDS[i + 9]}")]
        votes += [Vote(f"r{i}", who, f"{WORDS[i + 99]} {WORDS[i + 100]}") for who in ("cas", "dan")]
    taught = [Adjudication(f"r{i}", f"{WORDS[i]} {WORDS[i + 1]} {WORDS[i + 2]}") for i in range(30)]
    before, after = TextLearned(TEXT).fit(votes), TextLearned(TEXT).fit([*votes, *taught])

    def trust(model: TextLearned, name: str) -> float:
        return next(one.accuracy for one in model.annotators() if one.annotator == name)

    assert trust(before, "cas") > trust(before, "ann")
    assert trust(after, "ann") > trust(after, "cas") + 0.2
    assert after.decide(["r50"])[0].value == f"{WORDS[50]} {WORDS[51]} {WORDS[52]}"


def test_training_starts_at_ten_is_cross_validated_and_never_makes_it_much_worse() -> None:
    votes, truth = crowd(7)
    rest = dict(list(truth.items())[40:])
    plain = error_rate(TextLearned(TEXT).fit(votes), rest)
    for n in (9, 10, 40):
        taught = [Adjudication(record, text) for record, text in list(truth.items())[:n]]
        model = TextLearned(TEXT).fit([*votes, *taught])
        training = model.training
        assert training.adjudications == n
        assert (training.trained is None) == (n < 10)
        assert (training.majority is None) == (n < 10)
        assert training.majority is None or 0.3 < training.majority <= 1
        assert str(n) in training.summary
        assert error_rate(model, rest) < plain + 0.01


def table(a: str, b: str) -> int:
    """Levenshtein's distance by the textbook."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]


@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_edits_are_those_of_the_textbook(a: str, b: str) -> None:
    assert edits(a, b) == table(a, b)


@given(st.lists(st.text("ab ", min_size=1, max_size=8), min_size=2, max_size=4))
def test_distances_are_symmetric_and_nothing_only_between_equals(texts: list[str]) -> None:
    split = [words(text) for text in texts]
    found = distances(split)
    for i, row in enumerate(found):
        for j, far in enumerate(row):
            assert far == found[j][i]
            assert (far == 0) == (split[i] == split[j])


def test_long_texts_cost_little() -> None:
    rng = random.Random(0)
    long = [rng.choice(WORDS) for _ in range(2000)]
    votes = []
    for j in range(6):
        text = [rng.choice(WORDS) if rng.random() < 0.05 * j else word for word in long]
        votes.append(Vote("r", f"ann{j}", " ".join(text)))
    start = time.process_time()
    for model in (TextLearned(TEXT), TextAlignment(TEXT)):
        assert model.fit(votes).decide(["r"])[0].value is not None
    assert time.process_time() - start < 5


def test_alignment_votes_word_by_word() -> None:
    texts = [words(text) for text in ("the cat sat", "the bat sat down", "a cat sat down")]
    assert [word for word, _ in vote(network(texts, [1, 1, 1]))] == ["the", "cat", "sat", "down"]
    assert vote(network([], [])) == []
    assert [word for word, _ in vote(network([["a"], ["b"]], [1, 3]))] == ["b"]


def test_texts_without_any_word_are_values_as_well() -> None:
    votes = [Vote("r", "ann", "?!"), Vote("r", "ben", "?!"), Vote("r", "cas", "yes")]
    for model in (TextLearned(TEXT), TextMajority(TEXT), TextAlignment(TEXT)):
        assert model.fit(votes).decide(["r"])[0].value == "?!"
