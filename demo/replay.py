"""The answering itself: a plan played in its order, each annotator in a thread of their own.

The caller supplies what giving one answer means (`Playground.answer`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from queue import SimpleQueue

from demo.scenarios.scenario import Assignment

AT_ONCE = 6
"""So many answers are under way at most: more of them only wait for Argilla's database."""


class Replay:
    """Plays a plan.

    Parameters
    ----------
    plan : in the order of time.
    answer : gives one answer; it is called in the thread of that annotator.
    speed : how many times as fast as the plan; infinite for no waiting.

    Attributes
    ----------
    given : how many answers were given so far.
    error : the first error of `answer`, after which no further answer is started.
    """

    def __init__(
        self, plan: Sequence[Assignment], answer: Callable[[Assignment], None], speed: float
    ) -> None:
        self.plan = plan
        self.answer = answer
        self.speed = speed
        self.given = 0
        self.error: Exception | None = None
        self._lock = threading.Lock()
        self._places = threading.Semaphore(AT_ONCE)
        self._stopped = threading.Event()
        self._queues: dict[str, SimpleQueue[Assignment | None]] = {
            assignment.annotator: SimpleQueue() for assignment in plan
        }
        self._threads = [
            threading.Thread(target=self._annotate, args=(queue,), name=name, daemon=True)
            for name, queue in self._queues.items()
        ]
        self._threads.append(threading.Thread(target=self._conduct, name="conductor", daemon=True))

    @property
    def running(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, patience_s: float = 1.0) -> None:
        """Begin no further answer, and wait a moment for those under way."""
        self._stopped.set()
        end = time.monotonic() + patience_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, end - time.monotonic()))

    def _conduct(self) -> None:
        """Hand out the answers when their time has come, in order, to those who give them."""
        start = time.monotonic()
        for assignment in self.plan:
            due_s = start + assignment.at_s / self.speed - time.monotonic()
            if self._stopped.wait(max(0.0, due_s)):
                break
            self._places.acquire()
            self._queues[assignment.annotator].put(assignment)
        for queue in self._queues.values():
            queue.put(None)

    def _annotate(self, queue: SimpleQueue[Assignment | None]) -> None:
        while (assignment := queue.get()) is not None:
            try:
                if not self._stopped.is_set():
                    self.answer(assignment)
                    with self._lock:
                        self.given += 1
            except Exception as error:  # of whatever kind, the main thread is to know of it
                with self._lock:
                    self.error = self.error or error
                self._stopped.set()
            finally:
                self._places.release()
