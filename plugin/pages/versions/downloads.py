"""The files of versions: as they are, and a table as one Parquet file however many parts it has.

`pandas.read_parquet(url, storage_options=…)` and the like read them without anything of ours.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import cached_property
from hashlib import sha256
from threading import Lock

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from argilla_distill.domain.nearest import did_you_mean
from argilla_distill.domain.versions.manifest import Manifest, VersionFile
from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.pages.frame import Absent, Frame
from argilla_distill.plugin.pages.versions import found
from argilla_distill.plugin.pages.versions.sending import PATIENCE_S, Busy, Sender
from argilla_distill.plugin.storage import whole
from argilla_distill.plugin.storage.storage import MANIFEST, DamagedFile, Folder, Storage
from argilla_distill.plugin.storage.whole import Piece, Whole
from argilla_distill.plugin.visitors.visitor import Visitor

log = logging.getLogger("distill.pages")

TABLES = ("records", "votes")

MAX_KEPT_BYTES = 16_000_000
"""So much of joined footers is kept, so that not every range begins with reading all of them."""

DELETED = "The files of {name} were deleted; its manifest is kept."
DAMAGED = "A file of {name} is not what was written: {error}. `argilla-distill version verify` tells more."
AWAY = "Where versions are kept does not answer. Try again in a moment."


def add_to(bp: Blueprint, frame: Frame) -> None:
    """The addresses of all files."""
    downloads = Downloads(frame)
    at = "/datasets/<dataset_id>/versions/<name>"
    bp.add_url_rule(f"{at}/files/<path:path>", "version_file", frame.for_visitors(downloads.file))
    for table in TABLES:
        page = frame.for_visitors(downloads.table, ("split",))
        bp.add_url_rule(f"{at}/{table}.parquet", table, page, defaults={"table": table})


class Downloads:
    """What is downloaded of versions."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._sender = Sender()
        self._kept: OrderedDict[tuple[str, str, str], Whole] = OrderedDict()
        self._joining = Lock()

    @cached_property
    def _storage(self) -> Storage:
        return Storage(self._frame.settings.versions)

    def file(
        self, frame: Frame, visitor: Visitor, dataset_id: str, name: str, path: str
    ) -> AnyResponse:
        """A file of a version as it is. Only what its manifest names can be had."""

        def chosen(manifest: Manifest, folder: Folder) -> Whole:
            if path == MANIFEST:
                data = folder.read(MANIFEST)
                piece = Piece("", 0, len(data), data)
                return Whole(folder, (piece,), sha256(data).hexdigest())
            described = next((f for f in manifest.files if f.path == path), None)
            if described is None:
                every = [MANIFEST, *(f.path for f in manifest.files)]
                hint = did_you_mean(path, every) or f"; there are {', '.join(every)}"
                text = f"{manifest.name} has no such file{hint}."
                raise Absent(frame.message(404, "No such file", text, visitor))
            return whole.file(folder, described)

        return self._sent(visitor, dataset_id, name, path, (), chosen)

    def table(
        self, frame: Frame, visitor: Visitor, dataset_id: str, name: str, table: str
    ) -> AnyResponse:
        """All of `records` or `votes`, or the records of one split."""
        split = request.args.get("split", "")

        def chosen(manifest: Manifest, folder: Folder) -> Whole:
            return self._joined(folder, manifest, self._files(visitor, manifest, table, split))

        filename = f"{table}-{split}.parquet" if split else f"{table}.parquet"
        return self._sent(visitor, dataset_id, name, filename, ("split",), chosen)

    def _files(
        self, visitor: Visitor, manifest: Manifest, table: str, split: str
    ) -> list[VersionFile]:
        """The files of a table. Raises Absent where it has no such split."""
        if split and (table != "records" or split not in manifest.splits):
            splits = list(manifest.splits)
            hint = did_you_mean(split, splits) or f"; there are {', '.join(splits)}"
            if table != "records":
                hint = ": a vote is in the split of its record; join them by record_id"
            text = f"{table} has no split {split}{hint}."
            raise Absent(self._frame.message(400, "No such split", text, visitor))
        start = f"{table}-{split}-" if split else f"{table}-"
        return [f for f in manifest.files if f.path.startswith(start)]

    def _sent(
        self,
        visitor: Visitor,
        dataset_id: str,
        name: str,
        filename: str,
        options: Sequence[str],
        chosen: Callable[[Manifest, Folder], Whole],
    ) -> AnyResponse:
        """The file that is chosen of a version, or why there is none."""
        frame = self._frame
        try:
            manifest = found.version(frame, visitor, dataset_id, name)
            unknown = [each for each in request.args if each not in options]
            if unknown:
                text = f"There is no option {unknown[0]} here{did_you_mean(unknown[0], options)}."
                return frame.message(400, "No such option", text, visitor)
            if manifest.deleted_at:
                text = DELETED.format(name=manifest.name)
                return frame.message(410, "Deleted", text, visitor)
            folder = self._storage.version(manifest.dataset_id, manifest.name)
            answer = self._sender.send(chosen(manifest, folder), f"{manifest.name}-{filename}")
        except Busy:
            return self._busy(visitor)
        except (DamagedFile, FileNotFoundError) as error:
            log.error("version %s of dataset=%s is damaged: %s", name, dataset_id, error)
            reason = error if isinstance(error, DamagedFile) else f"{MANIFEST} is missing"
            text = DAMAGED.format(name=name, error=reason)
            return frame.message(500, "Damaged", text, visitor)
        except (OSError, InvalidSettings) as error:
            log.error("no files of versions: %s: %s", type(error).__name__, error)
            return frame.message(503, "Back in a moment", AWAY, visitor)
        base = request.path.rpartition("/versions/")[0]
        rest = request.path.rpartition(f"/versions/{name}/")[2]
        answer.headers["Content-Location"] = f"{base}/versions/{manifest.name}/{rest}"
        return answer

    def _busy(self, visitor: Visitor) -> AnyResponse:
        text = "Many are downloading just now. Try again in a moment."
        answer = self._frame.message(503, "Back in a moment", text, visitor)
        answer.headers["Retry-After"] = "5"
        return answer

    def _joined(self, folder: Folder, manifest: Manifest, files: Sequence[VersionFile]) -> Whole:
        """These files as one; what was joined lately is kept. Raises DamagedFile, OSError, Busy."""
        key = (manifest.dataset_id, manifest.name, whole.digest_of(files))
        if not self._joining.acquire(timeout=PATIENCE_S):
            raise Busy
        try:
            known = self._kept.pop(key, None)
            for file in files if known else ():
                folder.check(file)
            self._kept[key] = known = known or whole.table(folder, files)
            while sum(_kept_bytes(each) for each in self._kept.values()) > MAX_KEPT_BYTES:
                self._kept.popitem(last=False)
        finally:
            self._joining.release()
        return known


def _kept_bytes(each: Whole) -> int:
    """Footers are what is large; a few hundred bytes more for the rest."""
    return sum(len(piece.data) + 200 for piece in each.pieces)
