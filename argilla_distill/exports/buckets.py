"""Rows that must be seen together, such as the replies to one prompt, whatever order they come in.

They are written into files on this machine's disk by the digest of their key, and read file by file:
memory holds one of them. The order of what comes out depends on the keys alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from argilla_distill.temporary import TemporaryFolder

BUCKETS = 64


class Buckets:
    """Rows by key, for the length of a block.

    >>> with Buckets() as buckets:
    ...     for key, n in (("b", 1), ("a", 2), ("b", 3)):
    ...         buckets.add(key, n)
    ...     sorted(buckets.groups())
    [[1, 3], [2]]
    """

    def __init__(self) -> None:
        self._folder = TemporaryFolder()
        self._files: dict[int, IO[str]] = {}

    def add(self, key: str, row: Any) -> None:
        """One more row, as JSON takes it."""
        digest = blake2b(key.encode(), digest_size=16).hexdigest()
        number = int(digest[:8], 16) % BUCKETS
        if number not in self._files:
            path = Path(self._folder.name) / f"{number:02}.jsonl"
            self._files[number] = path.open("w+", encoding="utf-8")
        self._files[number].write(json.dumps([digest, row]) + "\n")

    def groups(self) -> Iterator[list[Any]]:
        """The rows of each key, in the order in which they came."""
        for _, file in sorted(self._files.items()):
            file.seek(0)
            found: dict[str, list[Any]] = {}
            for line in file:
                digest, row = json.loads(line)
                found.setdefault(digest, []).append(row)
            for digest in sorted(found):
                yield found[digest]

    def __enter__(self) -> Buckets:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files.values():
            file.close()
        self._folder.cleanup()
