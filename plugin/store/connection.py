"""The connection to Redis, and what its library raises, by our names. Nothing is sent before it is used."""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import ExponentialBackoff
from redis.exceptions import RedisError as StoreError
from redis.exceptions import ResponseError as StoreRefused
from redis.retry import Retry

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import Settings

__all__ = ["StoreError", "StoreRefused", "opened", "opened_for_rq"]


def opened(settings: Settings, timeout_s: float, retries: int) -> Any:
    """A connection that gives up after `timeout_s`, and tries again so many times before it does.

    Raises
    ------
    InvalidSettings : the address holds an option that the library does not understand.
    """
    return _from_url(
        settings,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), retries),
        health_check_interval=30,
    )


def opened_for_rq(settings: Settings) -> Any:
    """A connection as RQ's worker wants it: RQ sets how long it waits for a job."""
    return _from_url(settings)


def _from_url(settings: Settings, **options: Any) -> Any:
    try:
        return redis.Redis.from_url(settings.redis_url.get_secret_value(), **options)
    except ValueError:  # its text may repeat a secret
        message = (
            "DISTILL_REDIS_URL: is no address of a Redis: what follows its ? is not understood"
        )
        raise InvalidSettings(message) from None
