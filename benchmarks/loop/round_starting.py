"""What `round start` costs beyond Argilla's own bulk calls: a round of 300 of 10,000 outputs.

    python -m benchmarks round_starting [--outputs 10000] [--words 150]

Outputs of 150 words; the small model of texts is taught by 5,000 labelled ones. CPU seconds and memory of
this process, in which nothing of Argilla or Redis runs; reading the version is not in it. Writing is what
we do for the calls that create records: the file is read again, and 300 outputs of it become their bodies.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from argilla_distill.domain.fingerprint import fingerprint
from argilla_distill.workers.evaluation.choosing import MAX_TAUGHT, Candidate, Chooser, Labelled
from argilla_distill.workers.evaluation.priority_sampling import draw
from argilla_distill.workers.evaluation.tf_idf import text_of
from argilla_distill.workers.use_cases.rounds.form import RecordForm
from argilla_distill.workers.use_cases.rounds.outputs import BadLines, digest, fields_of, read
from argilla_distill.workers.use_cases.rounds.planning import distinct

LABELS = ("no", "yes")


def main(arguments: Sequence[str] = ()) -> None:
    """Print CPU seconds and memory."""
    options = argparse.ArgumentParser(prog="python -m benchmarks round_starting")
    options.add_argument("--outputs", type=int, default=10_000)
    options.add_argument("--words", type=int, default=150)
    asked = options.parse_args(arguments)
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "outputs.jsonl"
        with path.open("w") as file:
            for n in range(asked.outputs):
                line = {
                    "fields": {"reply": _text(rng, asked.words, n % 2)},
                    "prediction": LABELS[n % 2],
                }
                file.write(json.dumps({**line, "score": float(rng.random())}) + "\n")
        texts = [_text(rng, asked.words, n % 2) for n in range(MAX_TAUGHT)]
        targets = np.eye(2)[np.arange(MAX_TAUGHT) % 2]
        labelled = Labelled(texts, [str(n) for n in range(MAX_TAUGHT)], LABELS, targets)
        before, begun = _peak_mb(), time.process_time()
        chooser = Chooser.taught_by(labelled, (), "learned-1")
        taught = time.process_time()
        prints: list[int] = []
        looked = chooser.look(_candidates(path, prints))
        some, _ = distinct(np.array(prints, np.uint64), rng)
        drawn = draw(looked.weights[some], 300, 0.3, rng)
        planned = time.process_time()
        digest(path)
        fields = fields_of(path, {int(some[row]) + 1 for row in drawn.rows})
        for each in fields.values():
            json.dumps({"fields": dict(each), "metadata": {"round": "4", "model": "bot"}})
        done = time.process_time()
    print(
        f"{len(drawn.rows)} of {asked.outputs:,} outputs of {asked.words} words: {done - begun:.1f} s of CPU "
        f"({taught - begun:.1f} s of it to teach the small model, {done - planned:.1f} s for writing), "
        f"{_peak_mb() - before:.0f} MB"
    )


def _candidates(path: Path, prints: list[int]) -> Iterator[Candidate]:
    form, wrong = RecordForm({"reply": ("text", True)}, (), {}), BadLines()
    for each in read(path, form, lambda _: LABELS, wrong):
        prints.append(int(fingerprint(each.fields) or "0", 16))
        yield Candidate(text_of(each.fields), each.prediction, each.score)


def _text(rng: np.random.Generator, words: int, kind: int) -> str:
    """Words as frequent as in a language, a few of which tell what kind of text it is."""
    drawn = rng.zipf(1.3, words) % 30_000
    telling = rng.integers(0, 50, 5) + 100 * kind
    return " ".join([*(f"w{n}" for n in drawn.tolist()), *(f"t{n}" for n in telling.tolist())])


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
