"""The batch that Argilla takes just now: sent beside, so that the next one is read and decided meanwhile.

A thread of its own sends, and does nothing else: what is learned, decided and kept is the main thread's
business. There is one such batch at most; the next waits behind it, so that Argilla has something to do as
soon as it has taken this one. This one is ended meanwhile, before anything else: the order of a dataset's
batches is kept. What goes wrong in the thread is raised by whoever waits for it, and the next is not sent.
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
    False
    >>> sorted(underway.ids)
    ['r1']
    >>> underway.send(["r2"], lambda: None, lambda: happened.append("the next ended")), happened
    (True, ['sent', 'ended'])
    >>> underway.finish(), happened[2:], underway.finish()
    (True, ['the next ended'], False)
    >>> underway.close()
    """

    def __init__(self) -> None:
        self.ids: frozenset[str] = frozenset()
        self._sending: Future[None] | None = None
        self._end: Callable[[], None] | None = None
        self._sender: ThreadPoolExecutor | None = None

    def send(self, ids: Iterable[str], send: Callable[[], None], end: Callable[[], None]) -> bool:
        """Have a batch sent behind the one before, wait until that one is sent, and end it; False where there
        was none.

        Raises
        ------
        Exception : whatever the `send` before raised, and nothing is sent or underway any more; or what its
            `end` raised, and the new batch is.
        """
        if self._sender is None:
            self._sender = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sender")
        sending = self._sender.submit(_behind, self._sending, send)
        former = self._sent()
        self.ids, self._sending, self._end = frozenset(ids), sending, end
        if former is not None:
            former()
        return former is not None

    def finish(self) -> bool:
        """Wait until the batch is sent, and end it; False where none was underway.

        Raises
        ------
        Exception : whatever `send` raised; the batch is not ended then, and nothing is underway.
        """
        end = self._sent()
        if end is not None:
            end()
        return end is not None

    def _sent(self) -> Callable[[], None] | None:
        """Wait until the batch is sent, and underway no more; returns what ends it, None without one."""
        sending, end = self._sending, self._end
        try:
            if sending is not None:
                sending.result()
        finally:
            self.ids, self._sending, self._end = frozenset(), None, None
        return end

    def close(self) -> None:
        """Wait until nothing is sent any more; what is not ended by then stays so, as after a kill."""
        if self._sender is not None:
            self._sender.shutdown(wait=True, cancel_futures=True)
        self.ids, self._sending, self._end, self._sender = frozenset(), None, None, None


def _behind(former: Future[None] | None, send: Callable[[], None]) -> None:
    """Send, unless the batch before could not be sent: then that is raised, as often as somebody asks."""
    if former is not None:
        former.result()
    send()
