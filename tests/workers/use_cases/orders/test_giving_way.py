"""Long work gives way to answers, and never stands still."""

from __future__ import annotations

from argilla_distill.plugin.dispatch import DISTIL
from argilla_distill.workers.use_cases.orders.giving_way import LOOK_S, MAX_S, GivingWay
from tests.workers.argilla_in_memory import D
from tests.workers.queued_jobs import forget_jobs
from tests.workers.service_in_memory import ServiceInMemory


class Time:
    """Time that passes while somebody sleeps; after `until_s`, what waited is worked off."""

    def __init__(self, service: ServiceInMemory, until_s: float) -> None:
        self.service = service
        self.until_s = until_s
        self.now_s = 0.0

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        if self.now_s >= self.until_s:
            forget_jobs(self.service)


def test_it_waits_until_nothing_more_urgent_waits(service: ServiceInMemory) -> None:
    forget_jobs(service)
    time = Time(service, until_s=1.0)
    pause = GivingWay(service.world, time.sleep, lambda: time.now_s)
    pause()
    assert time.now_s == 0
    service.world.dispatch.enqueue(DISTIL, D)
    pause()
    assert 1.0 <= time.now_s <= 1.0 + LOOK_S


def test_where_nobody_works_it_waits_less_each_time(service: ServiceInMemory) -> None:
    time = Time(service, until_s=1e9)
    service.world.dispatch.enqueue(DISTIL, D)
    pause = GivingWay(service.world, time.sleep, lambda: time.now_s)
    for _ in range(50):
        pause()
    assert MAX_S < time.now_s < 3 * MAX_S
    forget_jobs(service)
    pause()
    service.world.dispatch.enqueue(DISTIL, D)
    before = time.now_s
    pause()
    assert time.now_s - before >= MAX_S
