"""JSON objects as bytes, deflated where that makes them smaller.

What is known of a record is written with the same few keys over and over: deflated against a dictionary
of them it takes half the memory. Bytes that begin with `{` or `[` are plain JSON.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

Key = TypeVar("Key")
V = TypeVar("V")

_COMMON = (
    b'{"state":"settled","labels":{"before":[[{"state":"open","labels":{"],"since":17"at":17'
    b'{"s":"gone"{"s":"pending","t":17{"s":"completed","t":17,"r":{"0":["discarded",["draft",17'
    b'["submitted",179,{"label":"yes"},["submitted",17,{"label":"no"},[]],"1":["submitted",17,{"'
    b'"},[]]},"m":{},"h":["17-0","-0","-1","-2","-3","-4","-5","17'
    b'{"v":"","c":0.9,"p":{"":0.9,"":0.0},"s":"majority","n":1,"s":"dawid_skene","n":1,"t":17'
    b',"top":"","next":"","prior":0.0,"w":[[0,0.8,1.2],[1,0.7,-0.9],[2,0.7,0.8]],'
    b'"abstain":"tie between ","left":true,"shown":[],"shown":[["",17,null]]}}'
)
"""Frequent pieces, the likelier ones last. Never change it: what is stored needs it to be read."""


def kept_and_gone(values: Mapping[Key, V | None]) -> tuple[dict[Key, V], list[Key]]:
    """What is to be written, and the names of what is to be deleted: those of None.

    >>> kept_and_gone({"r1": 0.5, "r2": None})
    ({'r1': 0.5}, ['r2'])
    """
    kept = {name: value for name, value in values.items() if value is not None}
    return kept, [name for name in values if name not in kept]


_plain = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
"""As `json.dumps`, which would make an encoder for every value."""


def pack(value: Any) -> bytes:
    """A JSON object or list as bytes.

    >>> unpack(pack({"s": "pending", "r": {}})), pack({})
    ({'s': 'pending', 'r': {}}, b'{}')
    """
    plain = _plain(value).encode()
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15, zdict=_COMMON)
    packed = b"z" + deflate.compress(plain) + deflate.flush()
    return packed if len(packed) < len(plain) else plain


def unpack(data: bytes) -> Any:
    """The object that `pack` was given."""
    if data.startswith(b"z"):
        data = zlib.decompressobj(-15, zdict=_COMMON).decompress(data[1:])
    return json.loads(data)


def unpacked(shape: Callable[[Any], V], stored: Iterable[bytes | None]) -> list[V | None]:
    """What each of these is, read by `shape`; None where nothing is stored.

    >>> unpacked(len, [pack(["r1", "r2"]), None])
    [2, None]
    """
    return [shape(unpack(value)) if value else None for value in stored]
