"""A file as an answer: as a whole or a stretch of it (RFC 9110, 14), known by its digest.

The server's one thread that reads and writes all connections takes the bytes from the file, a block at a
time, as fast as the reader takes them: whoever reads slowly costs a socket and an open file, and never a
thread (`plugin.serving`). A storage that is not on this machine would make that thread wait, so what is
asked of such a one is first fetched into a temporary file, for few at a time.
"""

from __future__ import annotations

import re
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore
from typing import IO

from flask import request
from werkzeug.wrappers import Response
from werkzeug.wsgi import wrap_file

from argilla_distill.plugin.storage.whole import BLOCK, Whole

KINDS = {
    "parquet": "application/vnd.apache.parquet",
    "json": "application/json",
    "md": "text/markdown; charset=utf-8",
}

MAX_AT_ONCE = 3
"""So many fetch from a storage elsewhere at once: fewer than half of the threads of the web process."""

PATIENCE_S = 2.0

IN_MEMORY_BYTES = 1_000_000
"""What is fetched and larger is kept on disk."""

CACHING = "private, no-cache, no-transform"
"""May be kept, and is to be asked for anew: whether it is the same, its digest tells at once."""

RANGE = re.compile(r"bytes=[ \t]*(\d{0,19})-(\d{0,19})[ \t]*")


class Busy(Exception):
    """Too many are being served just now: to be asked again in a moment."""


class Unsatisfiable(Exception):
    """A stretch is asked for that the file does not have."""


class Sender:
    """Sends files."""

    def __init__(self) -> None:
        self._room = BoundedSemaphore(MAX_AT_ONCE)

    def send(self, whole: Whole, filename: str) -> Response:
        """What the request in hand wants of a file.

        Raises
        ------
        Busy : too many others are being served.
        OSError : the storage does not answer.
        """
        answer = Response(mimetype=None)
        answer.content_type = KINDS.get(filename.rpartition(".")[2], "application/octet-stream")
        answer.set_etag(whole.digest)
        answer.headers["Accept-Ranges"] = "bytes"
        answer.headers["Cache-Control"] = CACHING
        answer.headers.set("Content-Disposition", "attachment", filename=filename)
        if request.if_match and not request.if_match.contains(whole.digest):
            answer.status_code = 412
            return answer
        if request.if_none_match.contains(whole.digest):
            answer.status_code = 304
            return answer
        try:
            wanted = self._wanted(whole)
        except Unsatisfiable:
            answer.status_code = 416
            answer.headers["Content-Range"] = f"bytes */{whole.size}"
            return answer
        start, stop = wanted or (0, whole.size)
        answer.content_length = stop - start
        if wanted:
            answer.status_code = 206
            answer.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{whole.size}"
        if request.method == "HEAD":
            return answer
        file = self._file(whole, start, stop)
        answer.response = wrap_file(request.environ, file, BLOCK)
        answer.direct_passthrough = True
        return answer

    def _wanted(self, whole: Whole) -> tuple[int, int] | None:
        condition = request.if_range
        same = condition.etag == whole.digest if condition.etag else condition.date is None
        if request.method == "HEAD" or not same:
            return None
        return stretch(request.headers.get("Range", ""), whole.size)

    def _file(self, whole: Whole, start: int, stop: int) -> IO[bytes]:
        """The stretch as a file of this machine."""
        span = whole.opened(start, stop)
        if whole.folder.is_near:
            return span  # type: ignore[return-value]  # as a RawIOBase it is one
        if not self._room.acquire(timeout=PATIENCE_S):
            raise Busy
        fetched = SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115  # closed by the server
        try:
            with span:
                while block := span.read(BLOCK):
                    fetched.write(block)
            fetched.seek(0)
        except BaseException:
            fetched.close()
            raise
        finally:
            self._room.release()
        return fetched


def stretch(header: str, size: int) -> tuple[int, int] | None:
    """From where to where (exclusive) a `Range` asks; None where it asks for all, or for what we ignore.

    What is no single range of bytes may be ignored, says RFC 9110 in 14.2.

    >>> stretch("bytes=0-4", 10), stretch("bytes=5-", 10), stretch("bytes=-3", 10)
    ((0, 5), (5, 10), (7, 10))
    >>> stretch("bytes=-500", 10), stretch("bytes=8-500", 10)
    ((0, 10), (8, 10))
    >>> stretch("", 10), stretch("bytes=0-1,4-5", 10), stretch("lines=0-1", 10), stretch("bytes=9-2", 10)
    (None, None, None, None)

    Raises
    ------
    Unsatisfiable : it begins behind the end, or is empty.
    """
    found = RANGE.fullmatch(header)
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), min(int(last) + 1, size) if last else size
        if last and int(last) < int(first):
            return None
    if start >= size or start >= stop:
        raise Unsatisfiable
    return start, stop
