"""Some of the records, the same ones whatever order votes came in."""

from __future__ import annotations

from argilla_distill.workers.engine.label.votes.sampling import ENOUGH, codes, sampled


def test_a_record_keeps_its_code_whatever_came_before_it() -> None:
    assert codes(["r3", "r1"]).tolist() == codes(["r1", "r2", "r3"])[[2, 0]].tolist()


def test_of_few_votes_all_records_are_taken_and_of_many_a_share_of_either_half() -> None:
    code = codes([f"record-{i}" for i in range(4000)])
    assert sampled(code, ENOUGH).all()
    some = sampled(code, 4 * ENOUGH)
    assert 0.22 < some.mean() < 0.28
    assert 0.45 < (code[some] % 2).mean() < 0.55
