"""The connection to Redis, and what its library raises, by our names. Nothing is sent before it is used.

An address with TLS may have certificates of its own. With Sentinels the host of the address is the name by
which they know the primary: they are asked for it whenever a connection is made, so after a fail-over too.
"""

from __future__ import annotations

from typing import Any

import redis
from redis.backoff import ExponentialBackoff, NoBackoff
from redis.exceptions import RedisError as StoreError
from redis.exceptions import ResponseError as StoreRefused
from redis.retry import Retry
from redis.sentinel import Sentinel

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import Settings
from argilla_distill.plugin.settings.addresses import sentinels

__all__ = ["StoreError", "StoreRefused", "opened", "opened_for_rq"]

SENTINEL_TIMEOUT_S = 1.0
"""How long one Sentinel may take to say which Redis is the primary; then the next is asked."""


def opened(settings: Settings, timeout_s: float, retries: int) -> Any:
    """A connection that gives up after `timeout_s`, and tries again so many times before it does.

    One that broke while nobody used it is found by that. Asking before (the library's health check) takes a
    PING, which Redis refuses where its disk is full, though it answers whatever only asks.

    Raises
    ------
    InvalidSettings : the address holds an option that the library does not understand.
    """
    return _connected(
        settings,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(ExponentialBackoff(cap=1.0, base=0.05), retries),
    )


def opened_for_rq(settings: Settings) -> Any:
    """A connection as RQ's worker wants it: RQ sets how long it waits for a job."""
    return _connected(settings)


def _connected(settings: Settings, **options: Any) -> Any:
    url, certificates = settings.redis_url.get_secret_value(), _certificates(settings)
    try:
        if not settings.redis_sentinels:
            return redis.Redis.from_url(url, **certificates, **options)
        given: dict[str, Any] = dict(redis.connection.parse_url(url))  # type: ignore[no-untyped-call]
    except ValueError:  # its text may repeat a secret
        message = (
            "DISTILL_REDIS_URL: is no address of a Redis: what follows its ? is not understood"
        )
        raise InvalidSettings(message) from None
    name = given.pop("host")
    tls = {"ssl": given.pop("connection_class", None) is not None, **certificates}
    asked = {
        "password": settings.redis_sentinel_password.get_secret_value() or None,
        "socket_timeout": SENTINEL_TIMEOUT_S,
        "socket_connect_timeout": SENTINEL_TIMEOUT_S,
        "retry": Retry(NoBackoff(), 0),  # to ask the next one is to try again
    }
    untyped: Any = Sentinel
    watched = untyped(sentinels(settings.redis_sentinels), sentinel_kwargs={**asked, **tls})
    return watched.master_for(name, **given, **tls, **options)


def _certificates(settings: Settings) -> dict[str, str]:
    """What TLS is to go by, if the settings say: whose certificates are trusted, and our own."""
    files = {
        "ssl_ca_certs": settings.redis_ca,
        "ssl_certfile": settings.redis_cert,
        "ssl_keyfile": settings.redis_cert_key,
    }
    return {option: path for option, path in files.items() if path}
