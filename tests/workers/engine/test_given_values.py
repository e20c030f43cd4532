"""What nobody gave and votes do not imply is never decided: ratings, texts and labels.

Values of several parts: `test_votes_decide`.
"""

from __future__ import annotations

import unicodedata
from itertools import permutations

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question, Value, label_question

TEXT = Question("text")
STRATEGIES = ["majority", "learned", "alignment"]


def decided(name: str, question: Question, *values: Value, records: int = 1) -> Decision:
    """One value by each annotator, the same on every record."""
    facts = [
        Vote(f"r{i}", f"ann{j}", value) for i in range(records) for j, value in enumerate(values)
    ]
    return registry.create(name, question).fit(facts).decide(["r0"])[0]


@pytest.fixture(params=STRATEGIES)
def name(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


# Texts

LONG = "lorem ipsum dolor " * 6_000


@pytest.mark.parametrize(
    ("text", "nearly"),
    [
        (LONG, f"{LONG}x"),
        (LONG, f"x {LONG}"),
        (LONG, LONG.replace("dolor", "color", 1)),
        (f"{LONG}a {LONG}", f"{LONG}b {LONG}"),
        ("he left early", "he left earlyx"),
    ],
    ids=["behind", "before", "a letter", "in the middle", "short"],
)
def test_two_of_three_who_wrote_the_same_win(name: str, text: str, nearly: str) -> None:
    """Of long texts only the first 3,000 words were compared: those who differ later tied."""
    for values in permutations([text, text, nearly]):
        decision = decided(name, TEXT, *values)
        assert decision.value == text
        assert decision.confidence > 0.6


def test_what_looks_the_same_is_the_same_text(name: str) -> None:
    composed, apart = (unicodedata.normalize(form, "café crème") for form in ("NFC", "NFD"))
    plain = decided(name, TEXT, composed, composed, "bar")
    for one, other, text in [
        (composed, apart, composed),
        ("one\r\ntwo", "one\ntwo", "one\ntwo"),
        ("one\rtwo", "one\ntwo", "one\ntwo"),
    ]:
        decision = decided(name, TEXT, one, other, "bar")
        assert decision.value == text
        assert decision.confidence == pytest.approx(plain.confidence, abs=0.02)
        assert len(decision.posterior) == 2


def test_a_text_can_be_taken_back_however_its_characters_are_composed(name: str) -> None:
    vote = Vote("r", "ann", unicodedata.normalize("NFD", "café\r\n"))
    model = registry.create(name, TEXT).fit([vote])
    model.revert(vote._replace(value="café\n"))
    assert model.n_votes == 0
    model.learn(vote)
    model.learn(Adjudication("r", vote.value))
    model.revert(vote)
    model.revert(Adjudication("r", vote.value))
    assert model.decide(["r"])[0].abstention == "no votes"


@pytest.mark.parametrize(
    "values",
    [
        ("the red car", "eine blaue Katze", "7 kg of salt and pepper"),
        ("no", "eine blaue Katze schläft", "7 kg of salt and pepper on the table"),
        ("alpha", "betamax", "xyz"),
        ("...", "…", "-"),
        ("one thing", "another matter"),
        ("a b c d", "e f g h", "i j k l", "m n o"),
        ("the red car 0", "eine große blaue Katze 0", "un chien 0"),
    ],
)
@pytest.mark.parametrize("records", [1, 5])
def test_texts_that_have_nothing_in_common_tie_however_long(
    name: str, values: tuple[str, ...], records: int
) -> None:
    """The shortest was nearest to all, at up to 65 %; and alignment took the alphabet's first."""
    decision = decided(name, TEXT, *values, records=records)
    assert decision.value is None
    assert "tie between" in str(decision.abstention)
    assert decision.confidence <= 0.5


def test_nearness_tells_where_there_is_any(name: str) -> None:
    near = ("the cat sat on the mat", "the cat sat on a mat", "the cat sits on the mat")
    assert decided(name, TEXT, *near, "something else altogether").value == near[0]


def test_alignment_does_not_compose_by_the_alphabet() -> None:
    for values in permutations(["he saw alpha", "he saw beta", "he saw gamma"]):
        decision = decided("alignment", TEXT, *values)
        assert decision.value is None or decision.value in values
    words = {"alpha": "zulu", "zulu": "alpha"}
    for one, other in (("alpha", "zulu"), ("zulu", "alpha")):
        texts = [f"he saw {one} today", f"he saw {one} now", f"he saw {other} today"]
        assert decided("alignment", TEXT, *texts).value == texts[0]
        assert words[one] == other


@pytest.mark.parametrize("count", [5_500, 5_000])
def test_ten_thousand_texts_on_one_record(name: str, count: int) -> None:
    """The distances of all pairs of votes took 800 MB."""
    values = ["he left early"] * count + ["nobody was there"] * (10_000 - count)
    decision = decided(name, TEXT, *values)
    assert decision.value == ("he left early" if count > 5_000 else None)


def test_a_tie_between_long_texts_is_told_in_a_line(name: str) -> None:
    decision = decided(name, TEXT, "yes " * 500, "no " * 500)
    assert len(str(decision.abstention)) < 200


# Ratings

NUMBERS = Question("rating")
RATERS = ["majority", "learned"]


@pytest.mark.parametrize("strategy", RATERS)
def test_what_all_gave_is_the_rating_without_a_scale(strategy: str) -> None:
    """A half step elsewhere made 2.08 of 2 and 2."""
    rows = {"r0": (2, 2), "r1": (1, 2.5), "r2": (3, 3), "r3": (4, 5), "r4": (0, 0), "r5": (-1, -1)}
    votes = [Vote(r, f"ann{j}", v) for r, values in rows.items() for j, v in enumerate(values)]
    found = registry.create(strategy, NUMBERS).fit(votes).decide(rows)
    for decision, values in zip(found, rows.values(), strict=True):
        assert decision.value is not None
        assert min(values) <= decision.value <= max(values)
    assert [type(d.value) for d in found if d.record in ("r0", "r4")] == [int, int]
    assert found[4].value == 0


@pytest.mark.parametrize("strategy", RATERS)
@pytest.mark.parametrize("value", [0, 0.5, 3, -2])
def test_one_value_only_leaves_no_room_beside_it(strategy: str, value: float) -> None:
    """There were bins below the lowest rating and above the highest."""
    decision = decided(strategy, NUMBERS, value, value, records=4)
    assert (decision.value, list(decision.posterior)) == (value, [str(value)])
    assert 0.5 < decision.confidence < 1


@pytest.mark.parametrize("strategy", RATERS)
@pytest.mark.parametrize("scale", [(1, 3, 5), (0, 5, 10), (1, 5), (1, 1.5, 2, 2.5, 3), (0, 1)])
def test_the_posterior_is_about_the_values_of_the_question_and_no_others(
    strategy: str, scale: tuple[float, ...]
) -> None:
    rng = np.random.default_rng(0)
    votes = [
        Vote(f"r{i}", f"ann{j}", scale[int(rng.integers(len(scale)))])
        for i in range(30)
        for j in range(3)
    ]
    question = Question("rating", scale=scale)
    model = registry.create(strategy, question).fit(votes)
    for decision in model.decide([f"r{i}" for i in range(30)]):
        assert list(decision.posterior) == [str(value) for value in scale]
        assert sum(decision.posterior.values()) == pytest.approx(1)
        assert decision.value is None or decision.value in scale
    assert decided(strategy, question, scale[0], scale[0], scale[-1]).value == scale[0]
    two = decided(strategy, Question("rating", scale=(scale[0], scale[-1])), scale[0], scale[-1])
    assert two.value is None


@pytest.mark.parametrize("strategy", RATERS)
def test_ten_thousand_ratings_on_one_record(strategy: str) -> None:
    stars = Question("rating", scale=(1, 2, 3, 4, 5))
    for question in (stars, NUMBERS):
        decision = decided(strategy, question, *[4] * 6_000, *[2] * 4_000)
        assert decision.value is not None
        assert 2 <= decision.value <= 4
        assert all(np.isfinite(p) for p in decision.posterior.values())


# Labels


@pytest.mark.parametrize("strategy", ["majority", "dawid_skene", "learned"])
def test_a_label_that_nobody_gave_is_possible_and_never_decided(strategy: str) -> None:
    rng = np.random.default_rng(1)
    question = label_question("cat", "dog", "bird")
    votes = [
        Vote(f"r{i}", f"ann{j}", str(rng.choice(["cat", "dog"])))
        for i in range(40)
        for j in range(3)
    ]
    for decision in (
        registry.create(strategy, question).fit(votes).decide(f"r{i}" for i in range(40))
    ):
        assert 0 < decision.posterior["bird"] < 0.2
        assert decision.leader != "bird"


@pytest.mark.parametrize("strategy", ["majority", "dawid_skene", "learned"])
def test_one_label_only_is_the_label(strategy: str) -> None:
    assert decided(strategy, label_question("x"), "x", "x").value == "x"
    assert decided(strategy, label_question("x"), "x").value == "x"
    for count, value in ((5_500, "yes"), (5_000, None)):
        votes = ["yes"] * count + ["no"] * (10_000 - count)
        assert decided(strategy, label_question("no", "yes"), *votes).value == value
