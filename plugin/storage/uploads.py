"""Files that are sent to us in parts, kept beside the versions until a worker has read them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from argilla_distill.plugin.storage.storage import Storage

BLOCK = 1 << 20


class UploadDamaged(Exception):
    """A part is missing, or the whole is not the file that was to be sent. It is to be sent again."""


def put(storage: Storage, dataset_id: str, digest: str, part: int, data: bytes) -> None:
    """Keep a part; it takes the place of what was there.

    Parameters
    ----------
    digest : the SHA-256 of the whole file, in hex digits.
    part : its number, from 0.
    """
    storage.put_bytes(dataset_id, _folder(digest), _name(part), data)


def gather(storage: Storage, dataset_id: str, digest: str, parts: int, into: Path) -> None:
    """Put a file together of so many parts.

    Raises
    ------
    UploadDamaged : it is not what was to be sent.
    """
    found = sha256()
    with into.open("wb") as file:
        for part in range(parts):
            try:
                with storage.open(dataset_id, _folder(digest), _name(part)) as source:
                    while block := source.read(BLOCK):
                        found.update(block)
                        file.write(block)
            except FileNotFoundError:
                raise UploadDamaged(f"part {part} of the file is missing: send it again") from None
    if found.hexdigest() != digest:
        raise UploadDamaged(
            f"what arrived has the SHA-256 {found.hexdigest()[:8]}…, and not {digest[:8]}…: send it again"
        )


def delete(storage: Storage, dataset_id: str, digest: str) -> None:
    """Delete all parts; none is no error."""
    storage.delete(dataset_id, _folder(digest))


def _folder(digest: str) -> str:
    return f"uploads/{digest}"


def _name(part: int) -> str:
    return f"{part:05}"
