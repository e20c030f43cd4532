"""What records say themselves, as one more voice."""

from __future__ import annotations

import time

import numpy as np
import pytest

from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.facts import Content, Fact, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.contract.strategy import Strategy

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


WORDS = {"a": "good kind patient warm friendly polite", "b": "rude cold hasty late wrong angry"}


def weak_crowd(n: int, words: int = 6) -> tuple[list[Vote], list[Fact], dict[str, str]]:
    """Two votes a record, right in 62 %, on texts that tell."""
    draw, votes, contents, truth = np.random.default_rng(5), list[Vote](), list[Fact](), {}
    filler = [f"word{i}" for i in range(3_000)]
    for i in range(n):
        true = truth[f"r{i}"] = str(draw.choice(["a", "b"]))
        for who in draw.permutation(5)[:2]:
            said = true if draw.random() < 0.62 else "ab".replace(true, "")
            votes.append(Vote(f"r{i}", f"ann{who}", said))
        said_words = [*draw.choice(WORDS[true].split(), 6), *draw.choice(filler, words - 6)]
        contents.append(Content(f"r{i}", " ".join(said_words)))
    return votes, contents, truth


def test_equal_facts_give_an_equal_voice_whatever_the_path() -> None:
    """With a thousand votes and texts it used to stay up to a tenth stale, refits included."""
    votes, contents, truth = weak_crowd(400)
    whole = registry.create("learned", ASKED).fit([*votes, *contents])
    turned = registry.create("learned", ASKED).fit([*contents[::-1], *votes[::-1]])
    late = registry.create("learned", ASKED).fit([*votes[:500], *contents[:300]])
    late.learn(Content("r399", "another text than it has in the end"))
    for fact in [*contents[300:], *votes[500:]]:
        late.learn(fact)
    late.refit()
    told = [d.posterior["a"] for d in whole.decide(truth)]
    for other in (turned, late):
        again = [d.posterior["a"] for d in other.decide(truth)]
        np.testing.assert_allclose(again, told, atol=1e-6)
    right = np.mean([d.value == truth[d.record] for d in whole.decide(truth)])
    assert right > 0.9


def test_texts_cost_a_refit_little() -> None:
    """A refit with texts used to take 60 to 180 times one without."""
    votes, contents, _ = weak_crowd(2_000, words=60)
    without = registry.create("learned", ASKED).fit(votes)
    within = registry.create("learned", ASKED).fit([*votes, *contents])

    def cpu_s(model: Strategy) -> float:
        start = time.process_time()
        for _ in range(3):
            model.refit()
        return time.process_time() - start

    assert cpu_s(within) < 10 * cpu_s(without) + 1.0
