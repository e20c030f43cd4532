"""What records say themselves, as one more voice."""

from __future__ import annotations

import pytest

from workers.engine import registry
from workers.engine.facts import Content, Vote
from workers.engine.question import label_question

ASKED = label_question("a", "b")


@pytest.mark.parametrize("text", ["always the same words", "", "…"])
def test_texts_that_are_all_alike_say_nothing(text: str) -> None:
    """They used to leave the classifier without a single record to learn from."""
    votes = [
        Vote(f"r{i}", f"ann{j}", "ab"[(i + (j == 3)) % 2]) for i in range(60) for j in range(4)
    ]
    contents = [Content(f"r{i}", text) for i in range(60)]
    records = [f"r{i}" for i in range(60)]
    without = registry.create("learned", ASKED).fit(votes).decide(records)
    within = registry.create("learned", ASKED).fit([*votes, *contents]).decide(records)
    assert [d.posterior for d in within] == [d.posterior for d in without]
