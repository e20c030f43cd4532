"""The long-running processes beside the web.

| file | what is in it |
| --- | --- |
| `worker` | takes jobs of the queues, until it is stopped |
| `lasting_worker` | RQ's worker, whose child lasts for many jobs and keeps what it learned |
| `one_core` | how many cores the arithmetic of a process may take |
| `garbage` | how often Python looks for garbage |
| `cron` | wakes whoever waits and looks round |
"""

from argilla_distill.workers.processes.cron import cron
from argilla_distill.workers.processes.garbage import collect_seldom
from argilla_distill.workers.processes.one_core import keep_to_one_core
from argilla_distill.workers.processes.worker import worker

__all__ = ["collect_seldom", "cron", "keep_to_one_core", "worker"]
