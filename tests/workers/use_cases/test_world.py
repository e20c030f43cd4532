"""Whoever waits for a dataset's lease gets it after the batch in hand, and leaves no trace of the wait."""

from __future__ import annotations

import threading
import time

import pytest

from argilla_distill.plugin.errors import DatasetBusy
from argilla_distill.plugin.store.work.leases import Leases
from argilla_distill.workers.use_cases.world import patiently
from tests.workers.argilla_in_memory import D
from tests.workers.service_in_memory import ServiceInMemory


@pytest.fixture(params=["dataset", "twins"])
def leases(service: ServiceInMemory, request: pytest.FixtureRequest) -> Leases:
    return service.store if request.param == "dataset" else service.store.twins


def test_who_waits_gets_it_and_the_next_holder_need_not_hurry(
    service: ServiceInMemory, leases: Leases
) -> None:
    held = leases.lease(D)
    assert held is not None

    def batch() -> None:
        while not leases.lease_wanted(D):
            time.sleep(0.001)
        held.release()

    holder = threading.Thread(target=batch)
    holder.start()
    got = patiently(leases, D)
    holder.join()
    assert not leases.lease_wanted(D)
    got.release()


def test_who_waits_in_vain_hears_what_is_busy(leases: Leases) -> None:
    held = leases.lease(D)
    assert held is not None
    with pytest.raises(DatasetBusy, match=f"this {D} was busy for 0 s"):
        patiently(leases, D, wait_s=0.02, what="this")
    held.release()
