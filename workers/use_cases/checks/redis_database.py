"""Whether our Redis database is Argilla's as well: its queues would be among our keys.

Argilla's workers take jobs from the RQ queues `high` and `default`. One `FLUSHDB`, one eviction policy or
one full memory for both, and either loses what the other wrote.
"""

from __future__ import annotations

from typing import Any

ARGILLAS = ("high", "default")


def argillas_queues(redis: Any) -> list[str]:
    """Those of Argilla's queues that are in this database, with or without jobs."""
    known = {name.decode() for name in redis.smembers("rq:queues")}
    return [
        queue
        for queue in ARGILLAS
        if f"rq:queue:{queue}" in known or redis.scard(f"rq:workers:{queue}")
    ]


def shared(redis: Any) -> str:
    """What is wrong with the database, "" if nothing is."""
    found = argillas_queues(redis)
    if not found:
        return ""
    return f"the queues {' and '.join(found)} are in it as well, which are Argilla's"


REMEDY = "give the service a database of its own: another number at the end of DISTILL_REDIS_URL"
