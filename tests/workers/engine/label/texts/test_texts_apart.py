"""Words of texts that are set apart: a decision needs none of them, and a fit finds all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Content, Fact, Vote
from argilla_distill.workers.engine.contract.question import label_question
from argilla_distill.workers.engine.contract.strategy import Strategy
from argilla_distill.workers.engine.label.texts import text_voice as voice
from argilla_distill.workers.engine.label.texts import texts as module
from argilla_distill.workers.engine.label.texts.text_block import unpacked
from argilla_distill.workers.engine.label.texts.texts import Texts
from argilla_distill.workers.engine.label.texts.words import hashed

ASKED = label_question("rain", "sun")
RECORDS = [f"r{i}" for i in range(60)]
WORDS = {"rain": "umbrella wet cloud cold", "sun": "beach warm sky light"}


class ListOfBlocks:
    """Blocks in a list."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []

    def add(self, block: bytes) -> None:
        self.blocks.append(block)

    def clear(self) -> None:
        self.blocks = []

    def __iter__(self) -> Iterator[bytes]:
        return reversed(self.blocks)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SET_APART", 4)
    monkeypatch.setattr(module, "BLOCK", 16)


def told(seed: int = 0) -> tuple[list[Fact], list[Fact]]:
    """Votes that are right in three of four, and texts that tell."""
    draw = np.random.default_rng(seed)
    votes, texts = list[Fact](), list[Fact]()
    for i, record in enumerate(RECORDS):
        true, other = ("rain", "sun") if i % 2 else ("sun", "rain")
        votes += [
            Vote(record, f"ann{j}", true if draw.random() < 0.75 else other) for j in range(3)
        ]
        said = draw.choice(WORDS[true].split(), 6)
        texts.append(Content(record, f"{' '.join(said)} {record}"))
    return votes, texts


def saved(strategy: Strategy, blocks: ListOfBlocks) -> Strategy:
    """The strategy as another process has it."""
    strategy.set_apart()
    again = registry.restore(snapshot.unpack(snapshot.pack(strategy.state())))
    again.keep_apart(blocks)
    return again


def posteriors(strategy: Strategy) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.array([list(d.posterior.values()) for d in strategy.decide([*RECORDS, "new"])])


def test_whatever_is_set_apart_a_fit_comes_to_the_same() -> None:
    votes, texts = told()
    whole = registry.create("learned", ASKED).fit([*votes, *texts])
    blocks = ListOfBlocks()
    strategy = registry.create("learned", ASKED)
    strategy.keep_apart(blocks)
    strategy.fit([*votes, *texts[:30]])
    strategy = saved(strategy, blocks)
    strategy.learn(Content("r3", "a text that is replaced"))
    for fact in texts[25:]:
        strategy.learn(fact)
    strategy = saved(strategy, blocks)
    strategy.learn(Content("r4", "another text"))
    strategy.learn(texts[3])
    strategy = saved(strategy, blocks)
    strategy.learn(texts[4])
    assert len(blocks.blocks) >= 4
    strategy.refit()
    np.testing.assert_allclose(posteriors(strategy), posteriors(whole), atol=1e-6)
    assert all(map(strategy.knows, texts))  # type: ignore[arg-type]  # they are contents


def test_a_fit_sets_words_apart_while_it_reads_them() -> None:
    votes, texts = told()
    whole = registry.create("learned", ASKED).fit([*votes, *texts])
    blocks, strategy = ListOfBlocks(), registry.create("learned", ASKED)
    strategy.keep_apart(blocks)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(voice, "AT_ONCE", 8)
        patch.setattr(voice, "HELD", 15)
        strategy.fit(texts[n] if of else votes[n] for n in range(60) for of in (0, 1))
    assert len(blocks.blocks) == 3  # of 16 texts each; the last 12 came at the end
    assert len(strategy.state()["texts_rows"]) == 12
    for vote in votes[60:]:
        strategy.learn(vote)
    strategy.refit()
    np.testing.assert_allclose(posteriors(strategy), posteriors(whole), atol=1e-6)


def test_a_decision_reads_no_block() -> None:
    votes, texts = told()
    blocks = ListOfBlocks()
    strategy = registry.create("learned", ASKED)
    strategy.keep_apart(blocks)
    strategy.fit([*votes, *texts])
    before = posteriors(strategy)
    again = saved(strategy, blocks)
    blocks.blocks.clear()
    np.testing.assert_array_equal(posteriors(again), before)
    again.learn(Content("new", "umbrella wet cloud"))
    [new] = again.decide(["new"])
    assert new.posterior["rain"] > 0.7


def test_a_text_that_was_taken_out_is_not_found_again_in_its_block() -> None:
    votes, texts = told()
    blocks = ListOfBlocks()
    strategy = registry.create("learned", ASKED)
    strategy.keep_apart(blocks)
    strategy.fit([*votes, *texts])
    strategy = saved(strategy, blocks)
    for fact in texts[:7]:
        strategy.revert(fact)
    strategy.refit()
    rest = registry.create("learned", ASKED).fit([*votes, *texts[7:]])
    np.testing.assert_allclose(posteriors(strategy), posteriors(rest), atol=1e-6)


def test_texts_whose_block_is_lost_are_news_again_after_a_fit() -> None:
    votes, texts = told()
    blocks = ListOfBlocks()
    strategy = registry.create("learned", ASKED)
    strategy.keep_apart(blocks)
    strategy.fit([*votes, *texts])
    strategy = saved(strategy, blocks)
    del blocks.blocks[1]
    strategy.refit()
    lost = [fact for fact in texts if isinstance(fact, Content) and not strategy.knows(fact)]
    assert len(lost) == 16
    for fact in lost:
        strategy.learn(fact)
    strategy.refit()
    whole = registry.create("learned", ASKED).fit([*votes, *texts])
    np.testing.assert_allclose(posteriors(strategy), posteriors(whole), atol=1e-6)


def test_few_texts_stay_with_the_state() -> None:
    texts, blocks = Texts(), ListOfBlocks()
    texts.blocks = blocks
    texts.put(range(3), ["one", "two", "three"])
    texts.set_apart()
    assert blocks.blocks == []
    again = Texts.from_state(texts.state())
    assert {row: words[2] for row, words in again.words.items()} == {
        row: words[2] for row, words in texts.words.items()
    }


def test_a_fit_is_prepared_a_part_at_a_time_and_comes_to_the_same() -> None:
    votes, texts = told()
    blocks = ListOfBlocks()
    strategy = registry.create("learned", ASKED)
    strategy.keep_apart(blocks)
    strategy.fit([*votes, *texts])
    again = saved(strategy, blocks)
    before, calls = posteriors(again), 1
    while not again.prepare(lambda: True):
        calls += 1
        assert calls < 100, "it never comes to an end"
    assert calls > 3
    np.testing.assert_array_equal(posteriors(again), before)
    blocks.blocks.clear()
    again.refit()  # reads no block any more
    strategy.refit()
    np.testing.assert_allclose(posteriors(again), posteriors(strategy), atol=1e-6)


def test_blocks_are_written_anew_before_most_of_them_is_of_no_use() -> None:
    """Texts that are edited again and again used to fill Redis for ever."""
    blocks, texts = ListOfBlocks(), Texts()
    texts.blocks = blocks
    most, rows = 0, range(40)
    for edit in range(30):
        texts.put(rows, [f"record {row} in its edition {edit}" for row in rows])
        texts.set_apart()
        texts.compact()
        most = max(most, sum(len(unpacked(block).rows) for block in blocks))
    assert most <= 2 * len(rows) + module.BLOCK + len(rows)
    texts.drop(3)
    texts = restored(texts, blocks)
    words = {
        row: counts[[at]].sum()
        for rows_, counts in texts.counts(texts.rows())
        for at, row in enumerate(rows_.tolist())
    }
    said = hashed([f"record {row} in its edition 29" for row in rows])
    assert words == {row: said[row][1].sum() for row in rows if row != 3}


def test_a_state_that_does_not_tell_what_is_in_blocks_is_read() -> None:
    texts = Texts()
    texts.blocks = ListOfBlocks()
    texts.put(range(6), ["sun and rain"] * 6)
    texts.set_apart()
    texts.put([6], ["snow"])
    state = texts.state()
    assert state.pop("texts_apart") == 6
    assert Texts.from_state(state).apart == 6


def restored(texts: Texts, blocks: ListOfBlocks) -> Texts:
    """The same after its state was saved and loaded."""
    again = Texts.from_state(texts.state())
    assert again.apart == texts.apart
    again.blocks = blocks
    return again
