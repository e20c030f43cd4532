"""Files of versions, downloaded in as many attempts as it takes and checked by their digest.

An attempt that breaks off is gone on with where it ended (`Range`, with `If-Range` so that never two files
are mixed). A file whose digest is wrong is downloaded once more from its beginning, and then given up.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import httpx

from argilla_distill.client.bar import Bar
from argilla_distill.client.cache import Cache, sha256_of
from argilla_distill.client.connection import Connection
from argilla_distill.client.errors import Damaged
from argilla_distill.domain.versions.manifest import VersionFile

Progress = Callable[[int], None]


class Downloader:
    """Downloads files.

    Parameters
    ----------
    progress : whether to show how far something is; None where somebody watches, that is on a terminal.
    """

    def __init__(self, connection: Connection, cache: Cache, progress: bool | None = None) -> None:
        self._connection = connection
        self._cache = cache
        self.progress = progress

    def paths(self, name: str, at: str, files: Sequence[VersionFile]) -> list[Path]:
        """Files of a version, as they are on this machine now.

        Parameters
        ----------
        name : what is downloaded, for people.
        at : the path of the version's files in the service.

        Raises
        ------
        Damaged : a file is not what was written; the text names it.
        ClientError : the service refuses, or does not answer.
        """
        found = {file.path: self._cache.find(file.sha256, _suffix(file)) for file in files}
        missing = [file for file in files if found[file.path] is None]
        with Bar(name, sum(file.bytes for file in missing), self.progress) as bar:
            for file in missing:
                found[file.path] = self._downloaded(at, file, bar.add)
        return [path for path in (found[file.path] for file in files) if path is not None]

    def _downloaded(self, at: str, file: VersionFile, progress: Progress) -> Path:
        """One file, checked."""
        suffix = _suffix(file)
        for _ in range(2):
            part = self._cache.begin(file.sha256, suffix)
            done = part.stat().st_size
            progress(done)
            for attempt in self._connection.attempts():
                with attempt:
                    self._go_on(f"{at}/{file.path}", file, part, progress)
                    break
                if (size := part.stat().st_size) > done:
                    done, attempt.got_on = size, True
            if sha256_of(part) == file.sha256:
                return self._cache.keep(part, file.sha256, suffix)
            progress(-part.stat().st_size)
            part.unlink()
        raise Damaged(
            f"{file.path} arrives, but is not what was written: its digest is not that of the manifest. "
            "`argilla-distill version verify` tells whether it is damaged where versions are kept"
        )

    def _go_on(self, url: str, file: VersionFile, part: Path, progress: Progress) -> None:
        """Download what is missing of a file. What was there counts as progress."""
        have = part.stat().st_size
        if have == file.bytes:
            return
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if have:
            headers |= {"Range": f"bytes={have}-", "If-Range": f'"{file.sha256}"'}
        with self._connection.stream(url, headers) as answer:
            from_start = answer.status_code != 206
            if from_start and have:
                progress(-have)
            with part.open("wb" if from_start else "ab") as out:
                if answer.status_code == 416:
                    return
                for block in answer.iter_raw():
                    out.write(block)
                    progress(len(block))
                size = out.tell()
        if size < file.bytes:
            raise httpx.ReadError("the connection ended in the middle of a file")


def _suffix(file: VersionFile) -> str:
    return Path(file.path).suffix
