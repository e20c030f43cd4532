"""What records' texts cost `learned`: fits, snapshot, memory; with made-up texts.

    python -m benchmarks texts [--records 20000] [--words 150] [--answers 5]

200 annotators of different skill, 4 labels. A text's words follow Zipf's law over 30,000 words, and one
in ten is of its label's own 200. *Fit*: from facts one by one, turning texts into counts of words
included. *Refit*: on the current facts, with the words in blocks, as a worker has them that has just
loaded the model. *Refit, warm*: the next one, which still knows what it found in the texts. CPU seconds
of one core.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import time
from collections.abc import Callable, Iterable, Iterator

import numpy as np

from argilla_distill.workers.engine import registry, snapshot
from argilla_distill.workers.engine.contract.facts import Content, Fact, Vote
from argilla_distill.workers.engine.contract.question import label_question

LABELS = ("a", "b", "c", "d")
ANNOTATORS = 200
VOCABULARY = 30_000
OWN = 200


class BlocksInMemory:
    """Blocks in a list."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []

    def add(self, block: bytes) -> None:
        self.blocks.append(block)

    def clear(self) -> None:
        self.blocks = []

    def __iter__(self) -> Iterator[bytes]:
        return reversed(self.blocks)


def votes(records: int, answers: int) -> Iterator[Vote]:
    """Each record's answers, by annotators of different skill."""
    rng = np.random.default_rng(0)
    skill = rng.beta(8, 3, ANNOTATORS)
    for i in range(records):
        for who in rng.choice(ANNOTATORS, answers, replace=False).tolist():
            wrong = rng.random() > skill[who]
            said = (i + (int(rng.integers(1, 4)) if wrong else 0)) % 4
            yield Vote(f"{i:036}", f"ann{who}", LABELS[said])


def texts(records: int, words: int) -> Iterator[Content]:
    """Each record's text."""
    rng = np.random.default_rng(1)
    rank = np.arange(1, VOCABULARY + 1)
    known = np.array([f"word{n}" for n in rank])
    share = (1 / rank) / (1 / rank).sum()
    for i in range(records):
        said = known[rng.choice(VOCABULARY, words, p=share)]
        own = rng.random(words) < 0.1
        said[own] = [f"label{i % 4}x{n}" for n in rng.integers(0, OWN, int(own.sum()))]
        yield Content(f"{i:036}", " ".join(said.tolist()))


class Untimed:
    """What is drawn at random, and the CPU seconds that drawing took."""

    def __init__(self, drawn: Iterable[Fact]) -> None:
        self.drawn = iter(drawn)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Fact]:
        while True:
            start = time.process_time()
            some = list(itertools.islice(self.drawn, 100))
            self.seconds += time.process_time() - start
            if not some:
                return
            yield from some


def cpu_s(work: Callable[[], object]) -> float:
    """CPU seconds that it takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def measured(drawn: Iterable[Fact]) -> tuple[list[float], int, int]:
    """CPU seconds of a fit, a refit and a warm one; bytes of the snapshot and of the blocks."""
    facts, blocks, strategy = (
        Untimed(drawn),
        BlocksInMemory(),
        registry.create("learned", label_question(*LABELS)),
    )
    strategy.keep_apart(blocks)
    seconds = [cpu_s(lambda: strategy.fit(facts)) - facts.seconds]
    strategy.set_apart()
    data = snapshot.pack(strategy.state())
    again = registry.restore(snapshot.unpack(data))
    again.keep_apart(blocks)
    seconds += [cpu_s(again.refit), cpu_s(again.refit)]
    return seconds, len(data), sum(map(len, blocks.blocks))


def main(arguments: list[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="texts")
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--words", type=int, default=150)
    parser.add_argument("--answers", type=int, default=5)
    options = parser.parse_args(arguments)
    print("| | fit | refit | refit, warm | snapshot | blocks | peak memory |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, words in (("without texts", 0), ("with texts", options.words)):
        drawn: Iterable[Fact] = votes(options.records, options.answers)
        seconds, state, apart = measured(
            itertools.chain(drawn, texts(options.records, words)) if words else drawn
        )
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        cells = [f"{s:.2f} s" for s in seconds] + [f"{state / 1e6:.2f} MB", f"{apart / 1e6:.1f} MB"]
        print(f"| {name} | " + " | ".join([*cells, f"{peak:.0f} MB"]) + " |", flush=True)
