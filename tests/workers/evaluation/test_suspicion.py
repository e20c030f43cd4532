"""Suspicion: planted faults come first, clean segments are left alone, and few claims tell nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from argilla_distill.workers.engine.contract.numbers import Floats, Ints
from argilla_distill.workers.evaluation.neighbours import nearest
from argilla_distill.workers.evaluation.segments import Kind, look
from argilla_distill.workers.evaluation.suspicion import Suspicion, discovered, suspicions


def drawn(seed: int, wrong: tuple[float, ...], n: int = 100) -> tuple[Floats, Ints, Ints]:
    """What a proxy that is right says, and claims of segments of which so many are wrong."""
    rng = np.random.default_rng(seed)
    segment = np.repeat(np.arange(len(wrong)), n)
    told = np.tile([[0.9, 0.1]], (len(segment), 1))
    code = (rng.random(len(segment)) < np.array(wrong)[segment]).astype(np.int64)
    return told, code, segment


def looked(seed: int, wrong: tuple[float, ...], n: int = 100, fewest: int = 40) -> list[Suspicion]:
    told, code, segment = drawn(seed, wrong, n)
    record = np.arange(len(code))
    found = suspicions(told, record, code, segment, len(wrong), fewest)
    return [marked for _, marked in discovered(found)]


def test_the_segment_with_wrong_labels_comes_first_and_is_significant() -> None:
    found = [looked(seed, (0.1, 0.1, 0.4, 0.1, 0.1)) for seed in range(20)]
    assert all(each[0].segment == 2 for each in found)
    assert sum(each[0].significant for each in found) >= 19


def test_clean_segments_are_suspected_in_few_draws_however_noisy_all_of_them_are() -> None:
    for noise in (0.05, 0.3):
        found = [looked(seed, (noise,) * 6) for seed in range(60)]
        assert sum(any(s.significant for s in each) for each in found) <= 5


def test_of_few_claims_nothing_is_said() -> None:
    found = looked(0, (0.1, 0.9), n=30)
    assert [(s.z, s.p, s.significant) for s in found] == [(0.0, 1.0, False)] * 2
    assert looked(0, (0.1, 0.9), n=30, fewest=10)[0].z > 0


def test_the_order_of_claims_does_not_matter() -> None:
    told, code, segment = drawn(3, (0.1, 0.3))
    record = np.arange(len(code))
    order = np.random.default_rng(1).permutation(len(code))
    found = suspicions(told, record[order], code[order], segment[order], 2)
    before = suspicions(told, record, code, segment, 2)
    assert [(s.sure, s.contradicted) for s in found] == [(s.sure, s.contradicted) for s in before]
    assert [s.p for s in found] == pytest.approx([s.p for s in before])


def test_claims_of_no_segment_tell_what_is_usual_and_are_not_judged() -> None:
    """A round alone has the records of no round to be compared with, and so has who answered in it."""
    for wrong, suspect in ((0.4, True), (0.1, False)):
        told, code, segment = drawn(4, (0.1, wrong))
        (found,) = suspicions(told, np.arange(len(code)), code, segment - 1, 1)
        (marked,) = (after for _, after in discovered([found]))
        assert (marked.claims, marked.significant) == (100, suspect)


def test_answers_to_one_record_count_for_as_many_as_do_not_depend_on_each_other() -> None:
    alone, together, apart = 0, 0, 0
    for seed in range(60):
        told, code, segment = drawn(seed, (0.1,) * 5)
        record = np.repeat(np.arange(len(code)), 5)  # all five say the same
        columns = record, code[record], segment[record], 5
        each = np.arange(len(record))
        alone += any(s.significant for s in looked(seed, (0.1,) * 5))
        together += any(s.significant for _, s in discovered(suspicions(told, *columns)))
        blind = suspicions(told[record], each, *columns[1:])
        apart += any(s.significant for _, s in discovered(blind))
    assert together <= alone + 1 <= 4
    assert apart >= 6  # as it was where they were taken for independent


def test_replies_to_one_prompt_that_are_independent_count_in_full() -> None:
    found = []
    for groups in (None, np.arange(500) // 5):
        told, code, segment = drawn(8, (0.1, 0.1, 0.25, 0.1, 0.1))
        record = np.arange(500)
        found.append(suspicions(told, record, code, segment, 5, groups=groups)[2])
    assert found[1].z == pytest.approx(found[0].z, rel=0.1)


def test_a_segment_that_nothing_contradicts_is_judged_and_counts_among_those_that_are() -> None:
    """It was said to have too few labels to tell, and the other one was not held against two segments."""
    told, code, segment = drawn(4, (0.0, 0.1))
    found = suspicions(told, np.arange(len(code)), code, segment, 2)
    assert (found[0].contradicted, found[0].p < 1, found[0].z < 0) == (0, True, True)
    odd = [replace(found[1], p=0.03), found[0]]
    assert not any(marked.significant for _, marked in discovered(odd))


def test_a_segment_alone_has_nobody_to_be_compared_with() -> None:
    (found,) = looked(0, (0.5,))
    assert found.p == 1.0


def texts_of(rng: np.random.Generator, labels: Ints, telling: bool = True) -> list[str]:
    return [
        " ".join(
            [f"plain{w}" for w in rng.integers(80, size=8)]
            + [f"topic{label if telling else 0}w{w}" for w in rng.integers(10, size=5)]
        )
        for label in labels.tolist()
    ]


@pytest.mark.parametrize("part", [True, False], ids=["held out", "of all records"])
def test_texts_that_tell_the_label_show_which_segment_is_wrong(part: bool) -> None:
    rng = np.random.default_rng(5)
    truth, segment = rng.integers(2, size=360), np.repeat(np.arange(4), 90)
    said = np.where(rng.random(360) < np.where(segment == 1, 0.4, 0.05), 1 - truth, truth)
    names = [f"round={n}" for n in range(4)]
    kind = Kind("round", names, np.arange(360), said, segment, segment if part else None)
    groups = [str(n) for n in range(360)]
    found = look(texts_of(rng, truth), said, 2, groups, [kind])
    assert found.gate.informative
    first, *others = found.found["round"]
    assert first.segment == 1
    assert first.significant
    assert not any(each.significant for each in others)


def test_a_small_new_edition_that_is_misread_is_suspect_and_the_large_old_one_is_not() -> None:
    """The few labels of the new edition were what foretold all others, which then looked wrong."""
    rng = np.random.default_rng(5)
    edition = np.repeat([0, 1], [340, 80])
    truth = np.where(rng.random(420) < np.where(edition, 0.9, 0.5), 1, 0)  # and hardly any 0 in it
    said = np.where(rng.random(420) < np.where(edition, 0.4, 0.05), 1 - truth, truth)
    names = ["guidelines=1", "guidelines=2"]
    kind = Kind("guidelines", names, np.arange(420), said, edition, edition)
    found = look(texts_of(rng, truth), said, 2, [str(n) for n in range(420)], [kind])
    new, old = found.found["guidelines"]
    assert (new.segment, new.significant, old.significant) == (1, True, False)


def test_where_texts_tell_nothing_the_gate_is_shut_and_no_segment_is_named() -> None:
    rng = np.random.default_rng(6)
    truth, segment = rng.integers(2, size=240), np.repeat(np.arange(4), 60)
    kind = Kind("round", list("abcd"), np.arange(240), truth, segment, segment)
    groups = [str(n) for n in range(240)]
    found = look(texts_of(rng, truth, telling=False), truth, 2, groups, [kind])
    assert not found.gate.informative
    assert found.found == {}


def test_the_nearest_texts_come_in_order_and_never_the_text_itself() -> None:
    texts = ["late parcel", "refund please", "parcel late again", ""]
    places, cosines = nearest(texts, ["late parcel", "nothing alike"], 2, [0, -1])
    assert places.tolist() == [[2, -1], [-1, -1]]
    assert cosines[0, 0] > 0
    assert nearest(texts, ["late parcel"], 9)[0].tolist()[0][:2] == [0, 2]
