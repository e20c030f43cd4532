"""What a report says of models in the place of people."""

from __future__ import annotations

import random

import pytest

from argilla_distill.domain.report import QuestionReport
from argilla_distill.plugin.store import Store
from argilla_distill.workers.use_cases.reports.report import report
from tests.workers.stored_dataset import D, StoredDataset

GOOD, COPY, RULE = 5, 6, 7


def told(stored: StoredDataset) -> QuestionReport:
    stored.close()
    report(stored.world, D)
    found = stored.store.reports.question(D, stored.question.name)
    assert found is not None
    return found


def crowd(store: Store, records: int = 90, people: int = 4) -> StoredDataset:
    """People who are right 8 times in 10, two models that say the same and are better, a bad template."""
    stored, draw = StoredDataset(store), random.Random(2)
    labels = stored.question.labels
    for number, kind in ((GOOD, "model"), (COPY, "model"), (RULE, "template")):
        stored.person(number, kind)
    for n in range(records):
        truth = draw.choice(labels)
        for who in draw.sample(range(people), min(3, people)):
            wrong = draw.random() < 0.2
            stored.answer(f"r{n}", who, draw.choice(labels) if wrong else truth)
        said = draw.choice(labels) if draw.random() < 0.1 else truth
        stored.answer(f"r{n}", GOOD, said)
        stored.answer(f"r{n}", COPY, said)
        stored.answer(f"r{n}", RULE, labels[0])
        if n % 6 == 0:
            stored.review(f"r{n}", 9, truth, audit_pi=0.1)
    return stored


def test_a_good_model_may_replace_a_person_a_bad_template_may_not_and_of_people_nothing_is_said(
    store: Store,
) -> None:
    found = told(crowd(store))
    of = {each.number: each.stand_in for each in found.annotators}
    good, rule = of[GOOD], of[RULE]
    assert all(of[who] is None for who in range(4))
    assert good is not None
    assert rule is not None
    assert (good.verdict, rule.verdict) == ("yes", "no")
    assert good.advantage is not None
    assert good.advantage > 0.8
    assert (good.comparable, good.shared) == (4, 90)
    assert len(good.people) == 4
    assert good.audits == 15
    assert good.accuracy is not None
    assert good.accuracy.low < good.accuracy.value <= good.accuracy.high
    assert good.sentence.startswith("It may replace a person: beside ")
    assert rule.sentence.startswith("It may not replace a person")
    assert "On 15 audits" in good.audited


def test_models_that_say_the_same_are_worth_hardly_more_than_one(store: Store) -> None:
    panel = told(crowd(store)).panel
    assert panel is not None
    assert (panel.models, panel.by) == (3, "people")
    assert 1 <= panel.low <= panel.worth <= panel.high <= 3
    assert panel.worth < 2.6


@pytest.mark.parametrize(("records", "people"), [(20, 4), (90, 2)])
def test_with_few_records_or_people_nobody_can_tell(
    store: Store, records: int, people: int
) -> None:
    found = told(crowd(store, records, people))
    good = next(each.stand_in for each in found.annotators if each.number == GOOD)
    assert good is not None
    assert (good.verdict, good.winning_rate, good.people) == ("cannot tell", None, ())
    assert good.sentence.startswith("Cannot tell whether it may replace a person: that takes 3")


def test_without_models_there_is_nothing_to_say(store: Store) -> None:
    stored = StoredDataset(store)
    stored.say("r1", "apple apple pear")
    found = told(stored)
    assert found.panel is None
    assert all(each.stand_in is None for each in found.annotators)


def test_what_people_saw_as_a_suggestion_is_told_to_be_flattered(store: Store) -> None:
    stored = crowd(store)
    for n in range(90):
        stored.suggest(f"r{n}", 8, "apple")
    stored.people[8] = type(stored.people[GOOD])("agent:judge", "judge", "model")
    judge = next(a.stand_in for a in told(stored).annotators if a.number == 8)
    assert judge is not None
    assert judge.seen
    assert judge.sentence.endswith("which flatters it.")


def test_the_margin_is_the_settings(store: Store) -> None:
    stored = crowd(store)
    stored.settings["replacement_margin"] = 0.3
    good = next(a.stand_in for a in told(stored).annotators if a.number == GOOD)
    assert good is not None
    assert good.margin == 0.3
