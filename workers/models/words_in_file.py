"""The words of texts that a fit sets apart, in a file beside it: for fits that are not kept in the store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

LENGTH = 8
"""Bytes that tell how long a block is; they stand before it."""


class WordsInFile:
    """Blocks (`workers.engine.contract.blocks`) one after the other in a file; memory holds one of them.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     words = WordsInFile(Path(folder) / "words")
    ...     words.add(b"first"), words.add(b"second")
    ...     list(WordsInFile(Path(folder) / "words"))
    (None, None)
    [b'second', b'first']
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, block: bytes) -> None:
        """Keep one more."""
        with self._path.open("ab") as file:
            file.write(len(block).to_bytes(LENGTH, "big") + block)

    def __iter__(self) -> Iterator[bytes]:
        """All of them, the newest first; without one that a kill cut short."""
        if not self._path.exists():
            return
        places, size = [], self._path.stat().st_size
        with self._path.open("rb") as file:
            while head := file.read(LENGTH):
                place, length = file.tell(), int.from_bytes(head, "big")
                if len(head) < LENGTH or place + length > size:
                    break
                places.append((place, length))
                file.seek(length, 1)
            for place, length in reversed(places):
                file.seek(place)
                yield file.read(length)

    def clear(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)
