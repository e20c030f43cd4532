"""The batch that Argilla takes just now: sent beside, so that the next one is read and decided meanwhile.

A thread of its own sends, and does nothing else: what is learned, decided and kept is the main thread's
business. There is one such batch at most, and nothing of the next is sent before this one has ended, so the
order of a dataset's batches is kept. What goes wrong in the thread is raised by `finish`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor


class Underway:
    """At most one batch that is being sent, and what is to be done once it has been.

    Attributes
    ----------
    ids : the records in it; empty where none is underway.

    >>> underway, happened = Underway(), []
    >>> underway.send(["r1"], lambda: happened.append("sent"), lambda: happened.append("ended"))
    >>> sorted(underway.ids)
    ['r1']
    >>> underway.finish(), happened, underway.finish()
    (True, ['sent', 'ended'], False)
    >>> underway.close()
    """

    def __init__(self) -> None:
        self.ids: frozenset[str] = frozenset()
        self._sending: Future[None] | None = None
        self._end: Callable[[], None] | None = None
        self._sender: ThreadPoolExecutor | None = None

    def send(self, ids: Iterable[str], send: Callable[[], None], end: Callable[[], None]) -> None:
        """Begin to send a batch, where none is underway; `end` is called by `finish`, in its thread."""
        assert self._sending is None
        if self._sender is None:
            self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sender")
        self.ids, self._end = frozenset(ids), end
        self._sending = self._sender.submit(send)

    def finish(self) -> bool:
        """Wait until the batch is sent, and end it; False where none was underway.

        Raises
        ------
        Exception : whatever `send` raised; the batch is not ended then, and nothing is underway.
        """
        sending, end = self._sending, self._end
        if sending is None or end is None:
            return False
        try:
            sending.result()
        finally:
            self.ids, self._sending, self._end = frozenset(), None, None
        end()
        return True

    def close(self) -> None:
        """Wait until nothing is sent any more; what is not ended by then stays so, as after a kill."""
        if self._sender is not None:
            self._sender.shutdown(wait=True)
        self.ids, self._sending, self._end, self._sender = frozenset(), None, None, None
