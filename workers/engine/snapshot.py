"""A strategy's state as bytes: arrays and JSON, never pickle.

Arrays are stored as they are, whole numbers in the smallest type that holds them; everything else
is one JSON text. A small state is one deflated piece: a head of JSON, which tells of each array what it is,
and then the arrays one behind the other. It has some forty arrays, and is written after every answer: a file
of its own for each, within an archive, takes ten times as long. A large state is such an archive (npz); small
states of earlier builds are such archives too. Who keeps the bytes where is the store's business.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.errors import BadSnapshot

FORMAT = 4

COMPRESS_BELOW = 1_000_000
"""Bytes. Compressing more than this takes longer than writing and reading it saves."""

MARK = b"distill\0"
"""What a small state begins with."""

LEVEL = 1
"""Of deflating: higher ones take two or three times as long, and save a tenth."""

HEAD = 8
"""So many digits tell how long the head is."""


def pack(state: State) -> bytes:
    """Make bytes of a state.

    >>> unpack(pack({"strategy": "majority", "labels": ["a", "b"], "label": np.array([0, 300])}))
    {'label': array([  0, 300], dtype=uint16), 'strategy': 'majority', 'labels': ['a', 'b']}
    """
    file = io.BytesIO()
    write(state, file)
    return file.getvalue()


def write(state: State, file: IO[bytes]) -> None:
    """`pack` into a file, a large state an array at a time."""
    arrays = {
        key: _smallest(value) for key, value in state.items() if isinstance(value, np.ndarray)
    }
    rest = {key: value for key, value in state.items() if key not in arrays}
    head = {"format": FORMAT, "state": rest}
    if sum(array.nbytes for array in arrays.values()) < COMPRESS_BELOW:
        file.write(MARK + zlib.compress(_small(head, arrays), LEVEL))
        return
    arrays["json"] = np.frombuffer(json.dumps(head, ensure_ascii=False).encode(), np.uint8)
    with zipfile.ZipFile(file, "w") as npz:
        for key in list(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, arrays.pop(key), allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy")  # dated 1980: equal states make equal bytes
            npz.writestr(info, member.getbuffer())


def _small(head: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> bytes:
    if any(array.dtype.hasobject for array in arrays.values()):
        raise ValueError("an array of objects cannot be written: it would be a pickle")
    told = {key: (array.dtype.str, array.shape) for key, array in arrays.items()}
    text = json.dumps({**head, "arrays": told}, ensure_ascii=False).encode()
    parts = [f"{len(text):0{HEAD}}".encode(), text, *(array.tobytes() for array in arrays.values())]
    return b"".join(parts)


def unpack(data: bytes) -> dict[str, Any]:
    """Return the state that `pack` was given. Raises BadSnapshot."""
    return load(io.BytesIO(data))


def load(file: IO[bytes]) -> dict[str, Any]:
    """Return the state that `write` was given. Raises BadSnapshot."""
    try:
        begin = file.tell()
        if file.read(len(MARK)) == MARK:
            head, arrays = _of_small(zlib.decompress(file.read()))
        else:
            file.seek(begin)
            with np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
            head = json.loads(arrays.pop("json").tobytes())
        number, rest = head["format"], dict(head["state"])
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError) as error:
        raise BadSnapshot(f"no snapshot of a strategy: {error}") from error
    except (zipfile.BadZipFile, zlib.error) as error:
        raise BadSnapshot(f"a damaged snapshot of a strategy: {error}") from error
    if number != FORMAT:
        raise BadSnapshot(f"snapshot format {number!r}; this release reads {FORMAT}: refit instead")
    return arrays | rest


def _of_small(data: bytes) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    at = HEAD + int(data[:HEAD])
    head: dict[str, Any] = json.loads(data[HEAD:at])
    arrays = {}
    for key, (kind, shape) in head["arrays"].items():
        dtype = np.dtype(kind)
        if dtype.hasobject:
            raise ValueError(f"{key} is an array of objects")
        count = int(np.prod(shape, dtype=np.int64))
        flat = np.frombuffer(data, dtype, count, at) if count else np.empty(0, dtype)
        arrays[key] = flat.reshape(shape).copy()  # whoever has it may change it
        at += count * dtype.itemsize
    return head, arrays


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind not in "iu" or not values.size:
        return values
    return values.astype(
        np.result_type(*(np.min_scalar_type(int(f())) for f in (values.min, values.max)))
    )
