"""How often a planted fault is found, how often a clean round is suspected, and what tracing costs.

`python -m benchmarks trace [DRAWS [SCENE…]] [--first SEED]`, or `trace speed`. Texts are made up
(`made_up_rounds`). The draws that are reported are not those on which constants were chosen.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from argilla_distill.domain.versions.segment_audits import (
    REST,
    DrawnRecord,
    SampledSegment,
    SegmentSample,
    audits_of,
)
from argilla_distill.workers.evaluation.neighbours import nearest
from argilla_distill.workers.evaluation.segments import Kind, LookedAt, look
from benchmarks.loop.better_rounds import outputs_of_a_better_model
from benchmarks.loop.made_up_rounds import LABELS, RECORDS, ROUNDS, TELLING, MadeUp, made_up

FIRST_SEED = 1000
DRAWS = 40
CLEAN, BAD = 0.1, 0.3
ANNOTATORS = 6
AUDITS = 40

Ints = NDArray[np.int64]


@dataclass
class Outcome:
    """What came of one draw."""

    first: bool = False
    significant: bool = False
    false: bool = False
    judged: bool = False
    gated: bool = False


def rounds_of(m: MadeUp) -> Kind:
    """Segments by round."""
    names = [f"round={r}" for r in range(ROUNDS)]
    return Kind("round", names, np.arange(len(m.texts)), m.said, m.round, m.round)


def looked(m: MadeUp, *kinds: Kind) -> LookedAt:
    """The suspicion over these segments."""
    return look(m.texts, m.said, LABELS, [str(n) for n in range(len(m.texts))], kinds)


def one_bad(seed: int, own_topics: float = 0.0, telling: float = TELLING) -> Outcome:
    """One of five rounds has 30 % wrong labels."""
    rng = np.random.default_rng(seed)
    bad = int(rng.integers(ROUNDS))
    wrong = tuple(BAD if r == bad else CLEAN for r in range(ROUNDS))
    m = made_up(rng, wrong, own_topics=own_topics, telling=telling)
    return _outcome(looked(m, rounds_of(m)), "round", bad)


def all_clean(seed: int, own_topics: float = 0.0) -> Outcome:
    """Every round has 10 % wrong labels."""
    m = made_up(np.random.default_rng(seed), own_topics=own_topics)
    return _outcome(looked(m, rounds_of(m)), "round", -1)


def new_edition(seed: int, bad_share: float = BAD, own_topics: float = 0.0) -> Outcome:
    """The last of five rounds is of a new edition: two segments, one of them four times the other."""
    rng = np.random.default_rng(seed)
    wrong = (CLEAN,) * (ROUNDS - 1) + (bad_share,)
    m = made_up(rng, wrong, own_topics=own_topics)
    edition = (m.round == ROUNDS - 1).astype(np.int64)
    names = ["guidelines=1", "guidelines=2"]
    kind = Kind("guidelines", names, np.arange(len(m.texts)), m.said, edition, edition)
    return _outcome(looked(m, kind), kind.name, 1 if bad_share > CLEAN else -1)


def one_annotator(seed: int) -> Outcome:
    """Each record is answered by one of six people; one of them flips half of a round's 25 labels."""
    rng = np.random.default_rng(seed)
    m = made_up(rng)
    who = np.tile(np.arange(RECORDS) % ANNOTATORS, ROUNDS)
    cell = m.round * ANNOTATORS + who
    bad = int(rng.integers(ROUNDS * ANNOTATORS))
    of = np.flatnonzero(cell == bad)
    flipped = rng.permutation(of)[: len(of) // 2]
    m.said[flipped] = (m.truth[flipped] + rng.integers(1, LABELS, len(flipped))) % LABELS
    names = [f"annotator={c % ANNOTATORS},round={c // ANNOTATORS}" for c in range(bad + 1)]
    names = [*names, *(str(c) for c in range(len(names), ROUNDS * ANNOTATORS))]
    record = np.arange(len(m.texts))
    kind = Kind("annotator and round", names, record, m.said, cell, m.round, small=True)
    return _outcome(looked(m, kind), kind.name, bad)


def audited(seed: int, bad_share: float = BAD) -> Outcome:
    """40 records of each round are audited, and of the rest, which is one of them here.

    The product's own verdict, by the intervals of the differences. `bad_share` = `CLEAN`: none is bad.
    """
    rng = np.random.default_rng(seed)
    bad = int(rng.integers(ROUNDS - 1)) if bad_share > CLEAN else -1
    decided: dict[str, str] = {}
    segments = []
    for r in range(ROUNDS):
        name = f"round={r}" if r < ROUNDS - 1 else ""
        wrong = round((bad_share if r == bad else CLEAN) * RECORDS)
        errors = int(rng.hypergeometric(wrong, RECORDS - wrong, AUDITS))
        records = tuple(DrawnRecord(f"{r}-{n}", "right", ()) for n in range(AUDITS))
        decided |= {d.record_id: "other" if n < errors else "right" for n, d in enumerate(records)}
        segments.append(SampledSegment("round" if name else REST, name, RECORDS, records))
    found = audits_of(SegmentSample("q", "v", 0, tuple(segments)), decided).segments[:-1]
    worst = max(found, key=lambda each: each.share or 0.0)
    return Outcome(
        first=worst.segment == f"round={bad}",
        significant=any(each.worse and each.segment == f"round={bad}" for each in found),
        false=any(each.worse and each.segment != f"round={bad}" for each in found),
        judged=True,
    )


def better(seed: int, bad_share: float = 0.0) -> Outcome:
    """Two rounds of a chatbot that gets better; in the later so many labels are wrong."""
    m = outputs_of_a_better_model(seed, bad_share)
    names = ["round=1", "round=2"]
    kind = Kind("round", names, np.arange(len(m.texts)), m.said, m.round, m.round)
    found = look(m.texts, m.said, 2, m.groups, [kind])
    return _outcome(found, "round", 1 if bad_share else -1)


def _outcome(found: LookedAt, kind: str, bad: int) -> Outcome:
    if not found.gate.informative:
        return Outcome(gated=True)
    segments = found.found[kind]
    return Outcome(
        first=segments[0].segment == bad,
        significant=any(s.significant and s.segment == bad for s in segments),
        false=any(s.significant and s.segment != bad for s in segments),
        judged=any(s.p < 1 for s in segments),
    )


SCENES: dict[str, tuple[str, Callable[[int], Outcome]]] = {
    "bad": ("one of five rounds with 30 % wrong labels, the others 10 %", one_bad),
    "clean": ("all rounds clean (10 %)", all_clean),
    "topics": (
        "all clean, a fifth of the words of each round its own",
        lambda s: all_clean(s, 0.2),
    ),
    "strong-topics": (
        "all clean, half of the words of each round its own",
        lambda s: all_clean(s, 0.5),
    ),
    "bad-topics": (
        "one bad round, a fifth of the words of each round its own",
        lambda s: one_bad(s, 0.2),
    ),
    "better": ("rounds of a chatbot that gets better, all labels right", better),
    "better-bad": (
        "the same, with 30 % wrong labels in the later round",
        lambda s: better(s, BAD),
    ),
    "gate": ("one bad round, texts that tell nothing", lambda s: one_bad(s, telling=0.0)),
    "annotator": ("one annotator in one round: half of 25 labels flipped", one_annotator),
    "edition": ("a new edition, of a fifth of all, with 30 % wrong labels", new_edition),
    "edition-clean": ("a new edition, clean", lambda s: new_edition(s, CLEAN)),
    "edition-topics": (
        "a new edition, clean, a fifth of the words of each round its own",
        lambda s: new_edition(s, CLEAN, 0.2),
    ),
    "audits": ("40 audits a round", audited),
    "audits-clean": ("40 audits a round, all clean", lambda s: audited(s, CLEAN)),
}
"""Name → what is planted, and one draw of it."""

SPEED = "speed"


def main(options: list[str]) -> None:
    """Print a table of shares, and what it takes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks trace")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="the first draw's seed")
    parser.add_argument("words", nargs="*", metavar="DRAWS or SCENE")
    asked = parser.parse_args(options)
    first, words = asked.first, asked.words
    draws = int(words[0]) if words and words[0].isdecimal() else DRAWS
    names = [each for each in words if not each.isdecimal()] or [*SCENES, SPEED]
    unknown = [name for name in names if name not in (*SCENES, SPEED)]
    if unknown:
        sys.exit(f"no scene is called {unknown[0]}; there are {', '.join((*SCENES, SPEED))}")
    some = [name for name in names if name != SPEED]
    if some:
        print(f"{draws} draws each, seeds from {first}\n")
        print("| scene | | first | significant | false alarm | judged | gated |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
    for name in some:
        what, scene = SCENES[name]
        found = [scene(first + n) for n in range(draws)]
        shares = [
            np.mean([getattr(each, what) for each in found])
            for what in ("first", "significant", "false", "judged", "gated")
        ]
        cells = " | ".join(f"{share:.1%}" for share in shares)
        print(f"| {name} | {what} | {cells} |", flush=True)
    if SPEED in names:
        speed()


def speed(records: int = 100_000, failures: int = 200) -> None:
    """CPU of suspicion over, and of failures against, so many records of 30 words."""
    rng = np.random.default_rng(7)
    m = made_up(rng, (CLEAN,) * ROUNDS, records // ROUNDS)
    texts = [f"{one} {other}" for one, other in zip(m.texts, reversed(m.texts), strict=True)]
    texts = [text[:180] for text in texts]
    m = MadeUp(texts, m.round, m.truth, m.said)
    who = rng.integers(50, size=records)
    everybody = Kind("annotator", [f"a{n}" for n in range(50)], np.arange(records), m.said, who)
    begun = time.process_time()
    looked(m, rounds_of(m), everybody)
    print(f"\nsuspicion over rounds and annotators of {records:,} records: {_cpu(begun)}")
    begun = time.process_time()
    nearest(texts, texts[:failures], 5, range(failures))
    print(f"the nearest five of {records:,} records to {failures} failures: {_cpu(begun)}")


def _cpu(begun: float) -> str:
    return f"{time.process_time() - begun:.1f} s of CPU"
