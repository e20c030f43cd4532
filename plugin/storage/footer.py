"""Joins Parquet files without reading what is in them: their row groups one after the other, one footer.

A Parquet file is `PAR1`, its row groups, a footer that says where they begin, the footer's length and
`PAR1` again. So several files with the same columns are one file, if their footers are joined and every
offset in them is moved by as much as its row group is. Nothing is decoded or written anew.

The footer is a struct in Thrift's compact protocol. It is walked once, and copied as it is but for the
offsets: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift and
https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from argilla_distill.plugin.storage.thrift import LIST, STRUCT, Compact, NoParquet

MAGIC = b"PAR1"

TAIL = 8
"""Bytes behind a footer: its length, and `PAR1`."""

SCHEMA, ROWS, GROUPS = 2, 3, 4
"""Fields of FileMetaData."""

OFFSET, ORDINAL = "offset", "ordinal"

COLUMN_META: Mapping[int, Any] = {9: OFFSET, 10: OFFSET, 11: OFFSET, 14: OFFSET}
COLUMN: Mapping[int, Any] = {2: OFFSET, 3: COLUMN_META, 4: OFFSET, 6: OFFSET}
GROUP: Mapping[int, Any] = {1: COLUMN, 5: OFFSET, 7: ORDINAL}
"""Fields of ColumnMetaData, ColumnChunk and RowGroup that say where something is: moved when joined."""


@dataclass(frozen=True)
class Part:
    """One of the files to be joined: its size in bytes, and its footer."""

    size: int
    footer: bytes

    @property
    def body(self) -> int:
        """Bytes of its row groups, indexes of pages included."""
        return self.size - len(MAGIC) - len(self.footer) - TAIL


def length_of(tail: bytes) -> int:
    """How long a file's footer is, by its last 8 bytes.

    >>> length_of(b"\\x10\\x00\\x00\\x00PAR1")
    16
    """
    if len(tail) != TAIL or tail[4:] != MAGIC:
        raise NoParquet("does not end as a Parquet file does")
    return int.from_bytes(tail[:4], "little")


def joined(parts: Sequence[Part]) -> bytes:
    """What follows the row groups of all parts: one footer, its length, `PAR1`.

    Raises
    ------
    NoParquet : a part is none, or has other columns than the first.
    """
    rows, groups, count, moved = 0, bytearray(), 0, 0
    first: list[tuple[int, int, bytes]] = []
    for part in parts:
        walk = Walk(part.footer, {OFFSET: moved, ORDINAL: count})
        try:
            fields, found, number = walk.file(groups)
        except IndexError:
            raise NoParquet("its footer ends in the middle") from None
        first = first or fields
        if _of(fields, SCHEMA) != _of(first, SCHEMA):
            raise NoParquet("has other columns than the first part")
        rows, count, moved = rows + found, count + number, moved + part.body
    ours = {ROWS: _number(rows), GROUPS: _list_head(count) + groups}
    footer = bytearray()
    last = 0
    for field, kind, value in first:
        footer += bytes([(field - last) << 4 | kind])  # Parquet's fields are few: never 16 apart
        footer += ours.get(field, value)
        last = field
    footer.append(0)
    return bytes(footer) + len(footer).to_bytes(4, "little") + MAGIC


def _of(fields: Sequence[tuple[int, int, bytes]], wanted: int) -> bytes:
    return next((value for field, _, value in fields if field == wanted), b"")


class Walk(Compact):
    """Goes through a footer once.

    Parameters
    ----------
    moves : what is added to each offset and ordinal.
    """

    def __init__(self, data: bytes, moves: Mapping[str, int]) -> None:
        super().__init__(data)
        self._moves = moves

    def file(self, groups: bytearray) -> tuple[list[tuple[int, int, bytes]], int, int]:
        """A FileMetaData: its fields (id, type, bytes), its rows, and how many row groups it has.

        Parameters
        ----------
        groups : its row groups are added here, moved.
        """
        fields, field, rows, count = [], 0, 0, 0
        while head := self.byte():
            field, kind = self.field(field, head)
            begin = self.at
            if field == GROUPS:
                count, element = self.list()
                if element != STRUCT:
                    raise NoParquet("its row groups are no structs")
                for _ in range(count):
                    self._moved(GROUP, groups)
                fields.append((field, kind, b""))
                continue
            if field == ROWS:
                rows = self.zigzag()
            else:
                self.skip(kind)
            fields.append((field, kind, self.data[begin : self.at]))
        return fields, rows, count

    def _moved(self, plan: Mapping[int, Any], out: bytearray) -> None:
        """Copy the struct in hand; what the plan names is moved."""
        field, begin = 0, self.at
        while head := self.byte():
            field, kind = self.field(field, head)
            rule = plan.get(field)
            if rule is None:
                self.skip(kind)
                continue
            out += self.data[begin : self.at]
            if isinstance(rule, str):
                value = self.zigzag()
                out += _number(value + self._moves[rule] if value or rule == ORDINAL else 0)
            elif kind == LIST:
                first = self.at
                count, _ = self.list()
                out += self.data[first : self.at]
                for _ in range(count):
                    self._moved(rule, out)
            else:
                self._moved(rule, out)
            begin = self.at
        out += self.data[begin : self.at]


def _number(value: int) -> bytes:
    """A number of 16, 32 or 64 bits.

    >>> _number(0), _number(-1), _number(150)
    (b'\\x00', b'\\x01', b'\\xac\\x02')
    """
    return _varint(value << 1 if value >= 0 else ~(value << 1))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _list_head(count: int) -> bytes:
    return bytes([count << 4 | STRUCT]) if count < 15 else bytes([0xF0 | STRUCT]) + _varint(count)
