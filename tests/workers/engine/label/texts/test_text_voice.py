"""The voice of texts, alone: what rows say, learned from what votes said of others."""

from __future__ import annotations

import numpy as np

from argilla_distill.workers.engine.label.texts.text_voice import TextVoice

N = 60


def voice() -> TextVoice:
    """Rain is the first label, sun the second, and votes are nearly sure of it."""
    made = TextVoice(2)
    made.put(range(N), [f"{('rain umbrella', 'sun beach')[i % 2]} report" for i in range(N)])
    votes = np.tile([[0.95, 0.05], [0.05, 0.95]], (N // 2, 1))
    made.fit(np.arange(N), votes, votes)
    return made


def test_a_record_without_votes_is_told_by_its_text() -> None:
    made = voice()
    made.put([N], ["an umbrella in the rain"])
    [odds] = made.odds(np.array([N]))
    assert odds[0] - odds[1] > 1


def test_a_record_without_text_is_told_nothing() -> None:
    assert voice().odds(np.array([N + 5])).tolist() == [[0.0, 0.0]]
    rain, sun = np.array([0]), np.array([1])
    assert voice().contributions(np.array([N + 5]), 1.0, ("rain", "sun"), rain, sun) == [None]


def test_its_contribution_is_its_odds_as_far_as_it_is_trusted() -> None:
    made = voice()
    [odds] = made.odds(np.array([0]))
    row, rain, sun = np.array([0]), np.array([0]), np.array([1])
    [full], [half] = (
        made.contributions(row, trust, ("rain", "sun"), rain, sun) for trust in (1.0, 0.5)
    )
    assert full is not None
    assert half is not None
    assert full.value == "rain"
    assert full.log_odds == odds[0] - odds[1] == 2 * half.log_odds


def test_another_text_is_another_opinion_and_none_is_none() -> None:
    made = voice()
    before = made.odds(np.array([0]))[0]
    made.put([0], ["a beach in the sun"])
    after = made.odds(np.array([0]))[0]
    assert before[0] > before[1]
    assert after[0] < after[1]
    made.drop(0)
    assert 0 not in made
    assert not made.odds(np.array([0])).any()


def test_muted_it_says_nothing_but_keeps_the_texts() -> None:
    made = voice()
    made.mute()
    assert not made.heard
    assert not made.odds(np.arange(N)).any()
    assert len(made.rows()) == N
    assert made.holds(0, "rain umbrella report")


def test_it_saves_itself() -> None:
    made = voice()
    made.put([N], ["an umbrella in the rain"])
    again = TextVoice.restore(made.state())
    rows = np.arange(N + 2)
    np.testing.assert_array_equal(again.odds(rows), made.odds(rows))
    assert again.holds(N, "an umbrella in the rain")
