"""Whether answers are composed or chosen, found out from answers that are held back."""

from __future__ import annotations

import random

from argilla_distill.workers.engine import snapshot
from argilla_distill.workers.engine.contract.facts import Adjudication, Vote
from argilla_distill.workers.engine.contract.question import Question
from argilla_distill.workers.engine.text.answers import RecordAnswers, answers_of
from argilla_distill.workers.engine.text.composing import HeldBack
from argilla_distill.workers.engine.text.text import TextLearned
from argilla_distill.workers.engine.text.text_alignment import TextAlignment
from argilla_distill.workers.engine.text.text_nearest import TextNearest

TEXT = Question("text")
WORDS = [f"word{i}" for i in range(300)]


def transcripts(seed: int, n_records: int = 40, error: float = 0.25) -> list[Vote]:
    """Five hear the same words, and each mishears some of them."""
    rng = random.Random(seed)
    votes = []
    for i in range(n_records):
        true = rng.sample(WORDS, 8)
        for j in range(5):
            heard = [rng.choice(WORDS) if rng.random() < error else word for word in true]
            votes.append(Vote(f"r{i}", f"ann{j}", " ".join(heard)))
    return votes


def picks(seed: int, n_records: int = 40) -> list[Vote]:
    """Five pick one of three texts each: what is between two of them nobody means."""
    rng = random.Random(seed)
    votes = []
    for i in range(n_records):
        texts = [" ".join(rng.sample(WORDS, 6)) for _ in range(3)]
        votes += [Vote(f"r{i}", f"ann{j}", rng.choice(texts)) for j in range(5)]
    return votes


def by_record(votes: list[Vote]) -> dict[str, RecordAnswers]:
    of: dict[str, list[Vote]] = {}
    for vote in votes:
        of.setdefault(vote.record, []).append(vote)
    return {record: answers_of(each, None) for record, each in of.items()}


def test_transcripts_are_composed_and_the_default_then_decides_as_alignment_does() -> None:
    votes = transcripts(0)
    model = TextLearned(TEXT).fit(votes)
    assert "answers are composed word by word" in model.training.summary
    records = sorted({vote.record for vote in votes})
    assert model.decide(records) == TextAlignment(TEXT).fit(votes).decide(records)


def test_picked_texts_are_chosen_and_the_default_then_decides_as_nearest_does() -> None:
    votes = picks(0)
    model = TextLearned(TEXT).fit(votes)
    assert "the nearest answer is chosen" in model.training.summary
    records = sorted({vote.record for vote in votes})
    assert model.decide(records) == TextNearest(TEXT).fit(votes).decide(records)


def test_too_few_records_tell_nothing_and_an_answer_is_chosen() -> None:
    votes = transcripts(1, n_records=19)
    assert HeldBack().compare(by_record(votes)).records == 0
    assert "composed" not in TextLearned(TEXT).fit(votes).training.summary
    three = [vote for vote in transcripts(1) if vote.annotator < "ann3"]
    assert not HeldBack().compare(by_record(three)).composes


def test_an_adjudication_is_predicted_by_all_answers_on_its_record() -> None:
    """Reviewers who always take the first answer as it is show that choosing is better."""
    votes = transcripts(2, error=0.4)
    assert "composed word by word" in TextLearned(TEXT).fit(votes).training.summary
    first = [Adjudication(vote.record, vote.value) for vote in votes if vote.annotator == "ann0"]
    judged = TextLearned(TEXT).fit([*votes, *first]).training
    assert judged.adjudications == 40
    held_back = HeldBack().compare(
        {v.record: answers_of([w for w in votes if w.record == v.record], v.value) for v in first}
    )
    assert held_back.chosen != HeldBack().compare(by_record(votes)).chosen


def test_neither_order_nor_names_matter_and_what_is_known_is_not_worked_out_again() -> None:
    votes = transcripts(3)
    known = HeldBack()
    found = known.compare(by_record(votes))
    renamed = [Vote(f"x{v.record}", f"{9 - int(v.annotator[3:])}", v.value) for v in votes[::-1]]
    assert HeldBack().compare(by_record(renamed)) == found
    assert known.compare(by_record(votes)) == found


def test_long_texts_are_looked_at_in_part() -> None:
    """Each fills half a million cells, so that there is room for two records of thirty."""
    long = [Vote(f"r{i}", f"ann{j}", f"a{i} " * 350) for i in range(30) for j in range(4)]
    assert HeldBack().compare(by_record(long)).records == 0


def test_what_is_in_use_survives_a_snapshot() -> None:
    votes = transcripts(4)
    model = TextLearned(TEXT).fit(votes)
    again = TextLearned.from_state(snapshot.unpack(snapshot.pack(model.state())))
    records = sorted({vote.record for vote in votes})
    assert again.decide(records) == model.decide(records)
