"""RQ's worker, with a child that lasts for many jobs: what one job loaded is there for the next.

RQ's own `Worker` forks a child for every job, which forgets everything when it is done; its
`SimpleWorker` forks none, and a job that hangs or is killed takes the worker with it. Here jobs that
are repeated many times a second are done by one child after the other, and each child ends

- when a job failed, in whatever way: nobody knows what it left behind;
- when it takes more memory than it may: all of it is given back;
- when it was killed, or its worker has gone.

RQ does the rest as it does with a child of its own: it watches a job's time, says that the worker is
alive, and notes a job as failed whose child is gone.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import resource
import select
import socket
import time
from typing import TYPE_CHECKING, Any

from rq import Worker
from rq.executions import Execution

from argilla_distill import temporary
from argilla_distill.plugin.dispatch import BY_REDIS, DISTIL, WORKER_SILENT_S, alive_key

if TYPE_CHECKING:
    from rq import Queue
    from rq.job import Job

log = logging.getLogger("distill.processes")

LASTING = frozenset({DISTIL})
"""The jobs that are done by a child that lasts; the others are rare, or better forgotten."""

HEARTBEAT_S = 1.0

DONE = b"."
PAGE_BYTES = resource.getpagesize()


class LastingWorker(Worker):
    """Works as RQ's `Worker` does, but jobs in `LASTING` share a child.

    Attributes
    ----------
    lasting : the jobs, by path, that are done by a child that lasts.
    memory_bytes : a child that takes more after a job is replaced before the next.
    """

    lasting = LASTING
    memory_bytes = 1_000_000_000
    _child = 0
    _alive_until_s = -math.inf
    _line: socket.socket | None = None

    def fork_work_horse(self, job: Job, queue: Queue) -> None:
        """Give a job to the child that lasts, which is made if there is none; or to one of its own."""
        if job.func_name not in self.lasting:
            self._line_in_use = None
            super().fork_work_horse(job, queue)
            return
        (execution,) = self.executions  # the one that RQ has just prepared
        task = {"job": job.id, "queue": queue.name, "execution": execution}
        message = json.dumps(task).encode() + b"\n"
        if not self._sent(message):
            self.dismiss()
            self._make_child()
            self._sent(message)  # if it is gone already, whoever waits for it sees that
        self._horse_pid = self._child
        self._line_in_use = self._line

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Say that it is alive, in one call, and once a second at most.

        RQ does so four times a job, with three calls each: half of what a short job took.
        """
        if pipeline is not None:
            self._beat(timeout, pipeline)
            return
        until_s = time.monotonic() + (timeout or self.worker_ttl + 60)
        if until_s < self._alive_until_s + HEARTBEAT_S:
            return
        with self.connection.pipeline(transaction=False) as pipe:
            self._beat(timeout, pipe)
            pipe.execute()
        self._alive_until_s = until_s

    def _beat(self, timeout: int | None, pipe: Any) -> None:
        """Also by Redis's clock: on two machines, one may be an hour behind the other."""
        super().heartbeat(timeout, pipe)
        pipe.hset(self.key, BY_REDIS, "1")
        pipe.set(alive_key(self.key), "1", ex=WORKER_SILENT_S)

    def run_maintenance_tasks(self) -> None:
        """What RQ looks after at the start and every ten minutes; and what kills left on the disk."""
        super().run_maintenance_tasks()  # type: ignore[no-untyped-call]
        left = temporary.delete_left()
        if left:
            log.info("deleted what killed processes left: %s", ", ".join(left))

    def wait_for_horse(self) -> tuple[int | None, int | None, Any]:
        """Wait until the job is done; by a child of its own, until that has ended.

        A child that ended without a word is reported as RQ expects it: by how it ended.
        """
        line = self._line_in_use
        if line is None:
            return super().wait_for_horse()
        said = b""
        with contextlib.suppress(ConnectionError):
            said = line.recv(1)
        if said == DONE:
            return self._child, os.EX_OK, None
        pid, status, usage = super().wait_for_horse()
        self._forget_child()
        return pid, status, usage

    def dismiss(self) -> None:
        """Let the child that lasts go, if there is one, and wait until it has."""
        if self._line is None:
            return
        self._line.close()
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._child, 0)
        self._forget_child()

    _line_in_use: socket.socket | None = None

    def _sent(self, message: bytes) -> bool:
        """Whether there is a child that took the message."""
        if self._line is None:
            return False
        ready, _, _ = select.select([self._line], [], [], 0)
        if ready:  # it says nothing when it is not asked: it has ended
            return False
        try:
            self._line.sendall(message)
        except ConnectionError:
            return False
        return True

    def _forget_child(self) -> None:
        if self._line is not None:
            self._line.close()
        self._child, self._line, self._line_in_use = 0, None, None

    def _make_child(self) -> None:
        ours, its = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            os.setpgrp()
            ours.close()
            self._live(its)
        its.close()
        self._child, self._line = pid, ours

    def _live(self, line: socket.socket) -> None:
        """The child's life: job after job, until it is told to go or has a reason to."""
        try:
            self.setup_work_horse_signals()  # type: ignore[no-untyped-call]
            self._is_horse = True
            with line.makefile("rb") as tasks:
                for task in tasks:
                    if not self._perform(json.loads(task)) or memory_bytes() > self.memory_bytes:
                        break
                    line.sendall(DONE)
        except BaseException:  # as RQ's own child: its end is all that it can tell
            os._exit(1)
        os._exit(os.EX_OK)

    def _perform(self, task: dict[str, str]) -> bool:
        """Do one job; whether it went well."""
        job = self.job_class.fetch(task["job"], self.connection, serializer=self.serializer)
        queue = self.queue_class(
            task["queue"],
            connection=self.connection,
            job_class=self.job_class,
            serializer=self.serializer,
        )
        execution = Execution(task["execution"], job.id, self.connection, self.name)
        return self.perform_job(job, queue, execution)


def memory_bytes() -> int:
    """What this process takes in memory now; 0 where that is not known.

    >>> memory_bytes() > 1_000_000 or not os.path.exists("/proc/self/statm")
    True
    """
    try:
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * PAGE_BYTES
    except OSError:
        return 0
