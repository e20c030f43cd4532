"""Thrift's compact protocol, as far as Parquet's own structs need it: fields, numbers, lists.

https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
"""

from __future__ import annotations

TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, MAP, STRUCT = range(1, 13)
"""Types of Thrift's compact protocol."""


class NoParquet(ValueError):
    """These bytes are not of a Parquet file, or files have different columns."""


class Compact:
    """Goes through a struct once. Raises IndexError where the bytes end in the middle.

    Attributes
    ----------
    at : where in `data` the next byte is.
    """

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data = data
        self.at = at

    def skip(self, kind: int) -> None:
        """Go past a value of this type."""
        if kind in (I16, I32, I64):
            self.varint()
        elif kind == BINARY:
            length = self.varint()
            self.at += length
        elif kind == STRUCT:
            field = 0
            while head := self.byte():
                field, inner = self.field(field, head)
                self.skip(inner)
        elif kind in (LIST, SET):
            count, element = self.list()
            for _ in range(count):
                self.skip(BYTE if element in (TRUE, FALSE) else element)
        elif kind == DOUBLE:
            self.at += 8
        elif kind == BYTE:
            self.at += 1
        elif kind not in (TRUE, FALSE):  # Parquet's footer has no maps
            raise NoParquet(f"has a field of type {kind}")

    def field(self, last: int, head: int) -> tuple[int, int]:
        """A field's id and type; small steps from the last id are in the head itself."""
        step = head >> 4
        return (last + step if step else self.zigzag()), head & 0x0F

    def list(self) -> tuple[int, int]:
        """How many elements a list has, and of which type."""
        head = self.byte()
        return (self.varint() if head >> 4 == 15 else head >> 4), head & 0x0F

    def byte(self) -> int:
        """The next byte."""
        self.at += 1
        return self.data[self.at - 1]

    def varint(self) -> int:
        """A number of as many bytes as it needs."""
        value = shift = 0
        while True:
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def zigzag(self) -> int:
        """The same with a sign."""
        value = self.varint()
        return value >> 1 ^ -(value & 1)
