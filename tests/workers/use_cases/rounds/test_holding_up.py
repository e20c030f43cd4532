"""What the version before would have said of new records: with what it knew of annotators then."""

from __future__ import annotations

from argilla_distill.domain.rounds.round import TakenOutput
from argilla_distill.domain.versions.manifest import VersionQuestion
from argilla_distill.workers.use_cases.rounds import holding_up
from argilla_distill.workers.use_cases.rounds.holding_up import held_up
from argilla_distill.workers.versions.labelled import CountedVote, LabelledRecord

OTHER = {"yes": "no", "no": "yes"}


def question(strategy: str) -> VersionQuestion:
    named = ("helpful", "helpful", "label_selection")
    return VersionQuestion(*named, strategy, 1, 0, 0, options=("yes", "no"))


def said(record: str, annotator: str, value: str, source: str = "person") -> CountedVote:
    return CountedVote(record, annotator, value, None, source)


def known() -> list[CountedVote]:
    """Ann, Dan and Eve agree on forty records; Ben is right on half of them. A reviewer bears them out."""
    found = []
    for n in range(40):
        value = ("yes", "no")[n % 2]
        found += [said(f"r{n}", who, value) for who in ("ann", "dan", "eve")]
        found.append(said(f"r{n}", "ben", value if n % 4 < 2 else OTHER[value]))
        if n % 4 == 0:
            found.append(said(f"r{n}", "rex", value, "reviewer"))
    return found


def row(record: str, value: str, pi: float = 0.5) -> tuple[TakenOutput, LabelledRecord]:
    decided = LabelledRecord(record, record, {}, value, {value: 1.0}, 2, False, None)
    return TakenOutput(1, record, "random", pi), decided


def test_it_decides_by_whom_it_trusted_then_and_each_record_counts_for_those_it_speaks_for() -> (
    None
):
    later = [said("n1", "ann", "yes"), said("n1", "ben", "no")]
    later += [said("n2", "ann", "no"), said("n2", "ben", "yes")]
    rows = [row("n1", "yes", 0.5), row("n2", "yes", 0.25)]  # now Ben was believed once
    found = held_up(question("dawid_skene"), known(), later, rows, 10.0)
    assert found is not None
    assert round(found.value, 3) == 0.333
    assert found.audits == 2


def test_answers_to_one_new_record_teach_nothing_about_the_next() -> None:
    later = [said(f"n{n}", who, "yes") for n in range(30) for who in ("ben", "cat")]
    later += [said(f"n{n}", "ann", "no") for n in range(30)]
    rows = [row(f"n{n}", "no") for n in range(30)]
    found = held_up(question("dawid_skene"), known(), later, rows, 10.0)
    assert found is not None
    assert found.value in (0.0, 1.0)  # all alike: the last is decided as the first


def test_without_answers_before_or_with_too_many_or_a_strategy_that_is_gone_nothing_is_told() -> (
    None
):
    later, rows = [said("n1", "ann", "yes")], [row("n1", "yes")]
    assert held_up(question("majority"), [], later, rows, 10.0) is None
    assert held_up(question("no_such"), known(), later, rows, 10.0) is None
    assert held_up(question("majority"), known(), [], rows, 10.0) is None
    many = known() * (holding_up.MAX_VOTES // len(known()) + 1)
    assert held_up(question("majority"), many, later, rows, 10.0) is None
