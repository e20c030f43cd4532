"""The words of records' texts in blocks: read only to fit a model anew, so apart from its snapshot.

A snapshot says which blocks are its own: those of a series, from the first up to a number. A model that
is folded anew begins another series.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from argilla_distill.plugin.store.keys import Keys


class TextBlocks:
    """The blocks of every question's model."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def complete(self, dataset_id: str, question: str, series: str, n: int) -> bool:
        """Whether all blocks of a snapshot are there."""
        key = self._keys.of(dataset_id, "text_blocks")
        pipe = self._redis.pipeline(transaction=False)
        for number in range(n):
            pipe.hexists(key, _name(question, series, number))
        return all(pipe.execute())

    def newest_first(self, dataset_id: str, question: str, series: str, n: int) -> Iterator[bytes]:
        """The blocks of a series below the n-th, one after the other; what is lost is left out."""
        key = self._keys.of(dataset_id, "text_blocks")
        for number in reversed(range(n)):
            block = self._redis.hget(key, _name(question, series, number))
            if block is not None:
                yield block

    def write(
        self,
        pipe: Any,
        dataset_id: str,
        question: str,
        series: str,
        n: int,
        blocks: Sequence[bytes],
    ) -> None:
        """Add blocks from the n-th on, within the transaction that writes their snapshot."""
        if blocks:
            named = {_name(question, series, n + at): block for at, block in enumerate(blocks)}
            pipe.hset(self._keys.of(dataset_id, "text_blocks"), mapping=named)

    def others(self, dataset_id: str, question: str, series: str) -> list[str]:
        """The blocks of a question's former models."""
        names = [
            name.decode() for name in self._redis.hkeys(self._keys.of(dataset_id, "text_blocks"))
        ]
        own, this = _name(question, "", ""), _name(question, series, "")
        return [each for each in names if each.startswith(own[:-1]) and not each.startswith(this)]

    def drop(self, pipe: Any, dataset_id: str, names: Sequence[str]) -> None:
        """Delete blocks by their names, within a transaction."""
        if names:
            pipe.hdel(self._keys.of(dataset_id, "text_blocks"), *names)


def _name(question: str, series: str, number: int | str) -> str:
    """
    >>> _name("helpful", "1f", 3)
    'helpful|1f|3'
    """
    return f"{question}|{series}|{number}"
