"""What went wrong with Redis is said in our words: where, why, what to do; no secret."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import read
from argilla_distill.plugin.store import connect
from argilla_distill.plugin.store.trouble import is_setting, with_address
from tests.plugin.plain_words import checked


def asked(url: str) -> str:
    """What is told of a Redis at an address."""
    retry = Retry(NoBackoff(), 0)
    client = redis.Redis.from_url(url, retry=retry, socket_timeout=0.5, socket_connect_timeout=0.5)
    with client, pytest.raises(redis.RedisError) as caught:
        client.ping()
    return checked(with_address(caught.value, url))


def test_a_redis_that_cannot_be_reached_is_told_with_its_address(
    tmp_path: Path, breaking: int, silent: int
) -> None:
    told = asked("redis://:hidden@127.0.0.1:1/5")
    assert "Redis at redis://127.0.0.1:1/5 refuses the connection" in told
    assert "DISTILL_REDIS_URL" in told
    assert "there is no host of that name" in asked("redis://x.invalid:6379/5")
    assert "no such socket" in asked(f"unix://{tmp_path}/none.sock?db=5")
    assert "broke the connection off" in asked(f"redis://127.0.0.1:{breaking}/5")
    assert "did not answer in time" in asked(f"redis://127.0.0.1:{silent}/5")


def test_a_wrong_password_or_database_is_a_wrong_setting(redis_url: str) -> None:
    socket_path = redis_url.partition("?")[0]
    for url, told in (
        (f"{socket_path}?db=99", "has no database of that number"),
        (f"{socket_path.replace('unix://', 'unix://ada:hidden@')}?db=5", "password or user name"),
    ):
        assert told in asked(url)
        with redis.Redis.from_url(url) as client, pytest.raises(redis.RedisError) as caught:
            client.ping()
        assert is_setting(caught.value)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (redis.OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "is full"),
        (redis.exceptions.BusyLoadingError("Redis is loading"), "still loading"),
        (redis.ReadOnlyError("READONLY hidden"), "is a replica"),
        (redis.exceptions.NoPermissionError("hidden"), "ACL"),
        (redis.ResponseError("MISCONF Redis is configured to save hidden"), "cannot save"),
        (
            redis.ResponseError("ERR unknown command 'X', with args beginning with: 'hidden'"),
            "(ERR)",
        ),
        (redis.ResponseError("WRONGPASS hidden"), "does not accept the password"),
        (redis.ResponseError("NOAUTH Authentication required."), "does not accept the password"),
        (redis.ConnectionError("Connection closed by server."), "broke the connection off"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_what_redis_says_is_told_by_what_it_means(error: Exception, told: str) -> None:
    found = checked(with_address(error, "redis://u:hidden@redis:6379/5"))
    assert found.startswith("Redis at redis://redis:6379/5 ")
    assert told in found


def test_an_option_of_the_address_that_the_library_does_not_understand_is_a_wrong_setting() -> None:
    settings = read(
        {
            "ARGILLA_API_URL": "http://argilla",
            "ARGILLA_API_KEY": "a-key",
            "DISTILL_REDIS_URL": "redis://:hidden@redis/5?socket_timeout=soon",
        }
    )
    with pytest.raises(InvalidSettings) as caught:
        connect(settings)
    assert "DISTILL_REDIS_URL" in checked(str(caught.value))
