"""Suspicion is told beside a round's share where it is of the labels that the share is told from."""

from __future__ import annotations

import pytest

from argilla_distill.domain.audited import Figure
from argilla_distill.domain.rounds.progress import progress
from argilla_distill.domain.rounds.report import RoundReport
from argilla_distill.domain.rounds.round import Round
from argilla_distill.domain.rounds.suspected import KnownSuspicions, own, suspicions_of
from argilla_distill.domain.versions.tracing import Suspect, Suspicions

RATES = {"2": Figure(0.9, 0.85, 0.95), "3": Figure(0.4, 0.32, 0.47)}
ROUNDS = [Round(n, "bot", question="helpful", version=f"learned-{n}") for n in RATES]


def looked(version: str, question: str = "helpful", **verdicts: str) -> Suspicions:
    """What was found of rounds: r2="suspect" and so on; "few" cannot be judged."""
    found = tuple(
        Suspect(
            "round",
            f"round={name[1:]}",
            150,
            60,
            24,
            8.1,
            4.2,
            1.0 if verdict == "few" else 0.001,
            verdict == "suspect",
        )
        for name, verdict in verdicts.items()
    )
    return Suspicions(question, version, 1, 300, 300, True, "Texts tell.", found)


def sentence(latest: Suspicions, *ends: Suspicions) -> str:
    """What is said of the way from round 2 to round 3."""
    of_question = [each for each in ends if each.question == "helpful"]
    names = {each.version: each for each in of_question}
    kept = {
        own(each): tuple(suspicions_of(each.name, names[each.version]))
        for each in ROUNDS
        if each.version in names
    }
    known = KnownSuspicions({latest.question: latest}, kept)
    reports = {
        name: RoundReport(name, "bot", f"learned-{name}", "", 9, 9, 0, by_labels=rate)
        for name, rate in RATES.items()
    }
    (said,) = progress(ROUNDS, reports, known.doubts(ROUNDS)).sentences
    return said.split(". But ", 1)[1] if "But" in said else ""


THREE = looked("learned-3", r2="not", r3="suspect")


def test_a_round_that_was_asked_again_stays_in_doubt_beside_the_share_that_came_before() -> None:
    mended = looked("learned-4", r2="not", r3="not")
    assert sentence(mended, looked("learned-2", r2="not"), THREE) == (
        "labels of round 3 are suspect in learned-3, and no longer in learned-4: "
        "they may be what changed."
    )


def test_a_later_version_casts_no_doubt_on_a_share_whose_own_labels_were_judged() -> None:
    later = looked("learned-4", r2="suspect", r3="not")
    assert "round 2" not in sentence(later, looked("learned-2", r2="not"), THREE)
    assert "round 3 are suspect in learned-3" in sentence(later, THREE)


@pytest.mark.parametrize("ends", [[], [looked("learned-2", r2="few")], [looked("learned-2")]])
def test_where_its_own_version_tells_nothing_a_later_one_does_by_its_name(
    ends: list[Suspicions],
) -> None:
    said = sentence(looked("learned-4", r2="suspect", r3="not"), *ends)
    assert said == "labels of round 2 are suspect in learned-4: they may be what changed."


def test_what_is_looked_at_last_may_be_the_own_version_and_both_rounds_in_doubt() -> None:
    assert sentence(THREE, looked("learned-2", r2="suspect")) == (
        "labels of round 2 are suspect in learned-2, and no longer in learned-3; "
        "labels of round 3 are suspect in learned-3: they may be what changed."
    )


def test_labels_of_another_question_cast_no_doubt_on_what_passes() -> None:
    assert sentence(looked("learned-4", question="tone", r2="suspect", r3="suspect")) == ""
