"""Made-up texts that a Parquet file takes as English ones: of words that are as frequent as in English."""

from __future__ import annotations

import io
import itertools
import random

import pyarrow as pa
import pyarrow.parquet as pq

SEED = 0
VOCABULARY = 30_000
PROMPT_SHARE = 0.2
"""Of a record's words, how many are its prompt's; the rest are the reply's."""


class Texts:
    """Texts by number, always the same."""

    def __init__(self, words: int) -> None:
        draw_ = random.Random(SEED)
        self.words = words
        self._vocabulary = [
            "".join(draw_.choices("etaoinshrdlu", k=draw_.randint(2, 9))) for _ in range(VOCABULARY)
        ]
        weights = (1 / (rank + 2.7) for rank in range(VOCABULARY))
        self._sums = list(itertools.accumulate(weights))

    def of(self, number: int) -> dict[str, str]:
        """The fields of a record."""
        chosen = random.Random(number).choices(
            self._vocabulary, cum_weights=self._sums, k=self.words
        )
        prompt = max(1, int(self.words * PROMPT_SHARE))
        return {"prompt": " ".join(chosen[:prompt]), "reply": " ".join(chosen[prompt:])}


def deflated(texts: list[str]) -> float:
    """Bytes that a text takes in a Parquet file."""
    file = io.BytesIO()
    pq.write_table(pa.table({"text": texts}), file, compression="zstd", use_dictionary=False)
    return len(file.getvalue()) / len(texts)


def compare_texts(words: int) -> None:
    """Ours against English."""
    import pydoc_data.topics

    english = " ".join(pydoc_data.topics.topics.values()).split()
    cut = [" ".join(english[i : i + words]) for i in range(0, len(english) - words, words)]
    texts = Texts(words)
    made = [" ".join(texts.of(n).values()) for n in range(len(cut))]
    print("| texts | records | characters | bytes in a Parquet file |\n| --- | --- | --- | --- |")
    for name, found in (("English", cut), ("made", made)):
        length = sum(map(len, found)) / len(found)
        print(f"| {name} | {len(found)} | {length:.0f} | {deflated(found):.0f} |")
