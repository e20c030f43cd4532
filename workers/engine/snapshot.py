"""A strategy's state as bytes: one npz archive, never pickle.

Arrays are stored as they are, whole numbers in the smallest type that holds them; everything else
is one JSON text, stored as an array of bytes beside them. Who keeps the bytes where is the store's
business.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from argilla_distill.workers.engine.contract.strategy import State
from argilla_distill.workers.engine.errors import BadSnapshot

FORMAT = 4

COMPRESS_BELOW = 1_000_000
"""Bytes. Compressing more than this takes longer than writing and reading it saves."""


def pack(state: State) -> bytes:
    """Make bytes of a state.

    >>> unpack(pack({"strategy": "majority", "labels": ["a", "b"], "label": np.array([0, 300])}))
    {'label': array([  0, 300], dtype=uint16), 'strategy': 'majority', 'labels': ['a', 'b']}
    """
    file = io.BytesIO()
    write(state, file)
    return file.getvalue()


def write(state: State, file: IO[bytes]) -> None:
    """`pack` into a file, an array at a time."""
    arrays = {
        key: _smallest(value) for key, value in state.items() if isinstance(value, np.ndarray)
    }
    rest = {key: value for key, value in state.items() if key not in arrays}
    text = json.dumps({"format": FORMAT, "state": rest}, ensure_ascii=False).encode()
    arrays["json"] = np.frombuffer(text, np.uint8)
    small = sum(array.nbytes for array in arrays.values()) < COMPRESS_BELOW
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED if small else zipfile.ZIP_STORED) as npz:
        for key in list(arrays):
            member = io.BytesIO()
            np.lib.format.write_array(member, arrays.pop(key), allow_pickle=False)
            info = zipfile.ZipInfo(f"{key}.npy")  # dated 1980: equal states make equal bytes
            npz.writestr(info, member.getbuffer(), npz.compression)


def unpack(data: bytes) -> dict[str, Any]:
    """Return the state that `pack` was given. Raises BadSnapshot."""
    return load(io.BytesIO(data))


def load(file: IO[bytes]) -> dict[str, Any]:
    """Return the state that `write` was given. Raises BadSnapshot."""
    try:
        with np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        head = json.loads(arrays.pop("json").tobytes())
        number, rest = head["format"], dict(head["state"])
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, OSError) as error:
        raise BadSnapshot(f"no snapshot of a strategy: {error}") from error
    except zipfile.BadZipFile as error:
        raise BadSnapshot(f"a damaged snapshot of a strategy: {error}") from error
    if number != FORMAT:
        raise BadSnapshot(f"snapshot format {number!r}; this release reads {FORMAT}: refit instead")
    return arrays | rest


def _smallest(values: NDArray[Any]) -> NDArray[Any]:
    if values.dtype.kind not in "iu" or not values.size:
        return values
    return values.astype(
        np.result_type(*(np.min_scalar_type(int(f())) for f in (values.min, values.max)))
    )
