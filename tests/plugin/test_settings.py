"""Settings: every variable is read, every mistake is named, no secret is ever shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import (
    ENVIRONMENT,
    FROM_FILES,
    DatasetSettings,
    QuestionChoices,
    Settings,
    read,
)
from tests.plugin.plain_words import OF_PYDANTIC

KEY = "owner.api.key-that-nobody-sees"
MINIMAL = {"ARGILLA_API_URL": "http://argilla:6900", "ARGILLA_API_KEY": KEY}
BEHIND_SENTINELS = {
    "DISTILL_REDIS_URL": "redis://mymaster/5",
    "DISTILL_REDIS_SENTINELS": "one.example:26379",
}
EVERY = {
    "ARGILLA_API_URL": ("https://argilla.example/", "argilla_api_url", "https://argilla.example"),
    "ARGILLA_API_KEY": ("another", "argilla_api_key", "another"),
    "DISTILL_ARGILLA_PUBLIC_URL": ("http://a/", "argilla_public_url", "http://a"),
    "DISTILL_REDIS_URL": ("redis://r:1/2", "redis_url", "redis://r:1/2"),
    "DISTILL_REDIS_CA": ("", "redis_ca", ""),
    "DISTILL_REDIS_CERT": ("", "redis_cert", ""),
    "DISTILL_REDIS_CERT_KEY": ("", "redis_cert_key", ""),
    "DISTILL_REDIS_SENTINELS": ("", "redis_sentinels", ""),
    "DISTILL_REDIS_SENTINEL_PASSWORD": ("", "redis_sentinel_password", ""),
    "DISTILL_PUBLIC_URL": ("http://us/", "public_url", "http://us"),
    "DISTILL_LISTENER_URL": ("http://in", "listener_url", "http://in"),
    "DISTILL_SECRET_KEY": ("sixteen-characters", "secret_key", "sixteen-characters"),
    "DISTILL_WEBHOOK_SECRETS": ("one, two", "webhook_secrets", "one, two"),
    "DISTILL_QUEUE": ("q.1-a_b", "queue", "q.1-a_b"),
    "DISTILL_KEY_PREFIX": ("p", "key_prefix", "p"),
    "DISTILL_VERSIONS": ("s3://bucket/v", "versions", "s3://bucket/v"),
    "DISTILL_MAX_BODY_BYTES": ("20000", "max_body_bytes", 20_000),
    "DISTILL_ARGILLA_TIMEOUT_S": ("2.5", "argilla_timeout_s", 2.5),
    "DISTILL_WORKER_MEMORY_MB": ("500", "worker_memory_mb", 500),
    "DISTILL_SESSION_HOURS": ("1", "session_hours", 1.0),
    "DISTILL_SECURE_COOKIES": ("true", "secure_cookies", True),
    "DISTILL_TRUSTED_PROXIES": ("2", "trusted_proxies", 2),
    "DISTILL_LOG_LEVEL": ("DEBUG", "log_level", "DEBUG"),
    "DISTILL_CONFIG": ("", "config", ""),
}
SECRETS = {
    "ARGILLA_API_KEY",
    "DISTILL_REDIS_SENTINEL_PASSWORD",
    "DISTILL_REDIS_URL",
    "DISTILL_SECRET_KEY",
    "DISTILL_WEBHOOK_SECRETS",
}


def refusal(environ: dict[str, str]) -> str:
    with pytest.raises(InvalidSettings) as caught:
        read(environ)
    assert caught.value.__cause__ is None
    return str(caught.value)


def plain(value: Any) -> Any:
    return value.get_secret_value() if hasattr(value, "get_secret_value") else value


def test_the_list_under_test_is_complete() -> None:
    assert set(EVERY) == set(ENVIRONMENT.values())
    assert {ENVIRONMENT[name] for name in FROM_FILES} == SECRETS


@pytest.mark.parametrize("variable", EVERY)
def test_every_variable_is_read(variable: str) -> None:
    given, field, expected = EVERY[variable]
    assert plain(getattr(read({**MINIMAL, variable: given}), field)) == expected


def test_what_is_not_given_has_a_default_and_what_is_not_ours_is_left_alone() -> None:
    settings = read({**MINIMAL, "PATH": "/bin", "ARGILLA_HOME_PATH": "/srv"})
    assert settings.queue == "distill"
    assert settings.delivery_url == "http://127.0.0.1:8000/webhooks/argilla"
    assert settings.argilla_url == "http://argilla:6900"
    assert settings.secrets == ()


def test_addresses_as_others_see_them_come_first() -> None:
    more = {"DISTILL_LISTENER_URL": "http://in:1/", "DISTILL_ARGILLA_PUBLIC_URL": "https://out"}
    settings = read({**MINIMAL, **more})
    assert settings.delivery_url == "http://in:1/webhooks/argilla"
    assert settings.argilla_url == "https://out"


def test_addresses_are_written_as_argilla_writes_them() -> None:
    settings = read({**MINIMAL, "DISTILL_PUBLIC_URL": "HTTP://Us.Example:80/"})
    assert settings.delivery_url == "http://us.example/webhooks/argilla"


def test_several_webhook_secrets_may_be_given() -> None:
    assert read({**MINIMAL, "DISTILL_WEBHOOK_SECRETS": "one,two  three"}).secrets == (
        "one",
        "two",
        "three",
    )


def test_an_unknown_variable_is_refused_by_name() -> None:
    text = refusal({**MINIMAL, "DISTILL_REDIS": "redis://:hunter2@r", "DISTILL_QUEUE_FILE": "/q"})
    assert "DISTILL_QUEUE_FILE (did you mean DISTILL_QUEUE?), DISTILL_REDIS" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("variable", sorted(MINIMAL))
def test_a_missing_variable_is_named(variable: str) -> None:
    assert variable in refusal({k: v for k, v in MINIMAL.items() if k != variable})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARGILLA_API_URL", "argilla:6900"),
        ("ARGILLA_API_KEY", ""),
        ("ARGILLA_API_KEY", "ChangeMe"),
        ("ARGILLA_API_KEY", "…"),
        ("ARGILLA_API_KEY", "one\ntwo"),
        ("ARGILLA_API_KEY", "a key"),
        ("ARGILLA_API_KEY", "k\udcff"),
        ("DISTILL_SECRET_KEY", "\udcff" * 20),
        ("DISTILL_VERSIONS", "/\udcff"),
        ("DISTILL_PUBLIC_URL", "ftp://us"),
        ("DISTILL_QUEUE", "two words"),
        ("DISTILL_KEY_PREFIX", "a:b"),
        ("DISTILL_MAX_BODY_BYTES", "9999"),
        ("DISTILL_MAX_BODY_BYTES", "much"),
        ("DISTILL_ARGILLA_TIMEOUT_S", "0"),
        ("DISTILL_WORKER_MEMORY_MB", "100"),
        ("DISTILL_SESSION_HOURS", "-1"),
        ("DISTILL_SESSION_HOURS", "1e300"),
        ("DISTILL_SECURE_COOKIES", "perhaps"),
        ("DISTILL_LOG_LEVEL", "LOUD"),
        ("DISTILL_TRUSTED_PROXIES", "-1"),
        ("DISTILL_SECRET_KEY", "too short"),
        ("DISTILL_REDIS_SENTINEL_PASSWORD", "for-nobody"),
        ("DISTILL_REDIS_URL", "redis.example:6379"),
        ("DISTILL_REDIS_URL", "redis://host:port/5"),
        ("ARGILLA_API_URL", "http://"),
        ("DISTILL_LISTENER_URL", "http://in side"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    assert refusal({**MINIMAL, variable: value}).startswith(f"{variable}: ")


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        (
            "ARGILLA_API_URL",
            "argilla:6900",
            "must begin with http:// or https://, such as http://argilla:6900",
        ),
        ("ARGILLA_API_URL", "htp://argilla", "must begin with http:// or https://"),
        ("ARGILLA_API_URL", "redis://argilla/0", "no address of a web server"),
        ("ARGILLA_API_URL", "https://argilla.example/?page=1", "leave out ?"),
        ("DISTILL_PUBLIC_URL", "http://us:port", "its host or port is not one"),
        ("DISTILL_PUBLIC_URL", "https://", "names no host"),
        ("DISTILL_REDIS_URL", "redis.example:6379/5", "must begin with redis://"),
        ("DISTILL_REDIS_URL", "redis://redis.example:6379", "names no database"),
        ("DISTILL_REDIS_URL", "redis://redis.example/five", "names no database"),
        ("DISTILL_REDIS_URL", "redis://redis.example/5/6", "names no database"),
        ("DISTILL_REDIS_URL", "unix:///run/redis.sock", "unix:///run/redis.sock?db=5"),
        ("DISTILL_REDIS_URL", "redis://:a/b@redis/5", "escape / and @"),
        ("DISTILL_MAX_BODY_BYTES", "9999", "must be at least 10000"),
        ("DISTILL_MAX_BODY_BYTES", "1MB", "must be a whole number"),
        ("DISTILL_ARGILLA_TIMEOUT_S", "inf", "must be a number"),
        ("DISTILL_ARGILLA_TIMEOUT_S", "nan", "must be"),
        ("DISTILL_ARGILLA_TIMEOUT_S", "0", "must be more than 0"),
        ("DISTILL_SECURE_COOKIES", "perhaps", "must be true or false"),
        ("DISTILL_LOG_LEVEL", "LOUD", "must be one of DEBUG, INFO, WARNING or ERROR"),
        ("DISTILL_QUEUE", "two words", "letters, digits"),
        ("ARGILLA_API_KEY", "…", "has a character that no key has"),
        ("DISTILL_SESSION_HOURS", "10000", "must be at most 8760"),
        ("DISTILL_ARGILLA_TIMEOUT_S", "1e10", "must be at most 3600"),
        ("DISTILL_TRUSTED_PROXIES", "10" * 20, "must be at most 100"),
        ("DISTILL_WORKER_MEMORY_MB", "9" * 19, "must be at most 1000000"),
        ("DISTILL_MAX_BODY_BYTES", "9" * 12, "must be at most 1000000000"),
        ("DISTILL_SECRET_KEY", "\udcff" * 20, "is not UTF-8 text"),
        ("DISTILL_VERSIONS", "/srv/a\x00b", "has a line break or another control character"),
        ("DISTILL_VERSIONS", "s3://bucket/a\n", "has a line break or another control character"),
        ("DISTILL_VERSIONS", " ", "is blank"),
        ("DISTILL_SECRET_KEY", "too short", "at least 16 characters"),
    ],
)
def test_a_mistake_is_told_in_our_words_with_what_is_right(
    variable: str, value: str, told: str
) -> None:
    text = refusal({**MINIMAL, variable: value})
    assert told in text
    assert not any(word in text for word in OF_PYDANTIC)


def test_an_empty_variable_is_as_good_as_none() -> None:
    empty = dict.fromkeys(set(EVERY) - set(MINIMAL), "")
    assert read({**MINIMAL, **empty, "DISTILL_SECRET_KEY_FILE": ""}) == read(MINIMAL)
    assert "ARGILLA_API_URL: is not set" in refusal({**MINIMAL, "ARGILLA_API_URL": ""})


def test_a_variable_that_is_nearly_right_is_answered_with_the_right_one() -> None:
    told = refusal({"ARGILLA_API_ULR": "http://a", "ARGILLA_API_KEY": KEY})
    assert "ARGILLA_API_URL: is not set (ARGILLA_API_ULR is: did you mean ARGILLA_API_URL?)" in told
    assert "(did you mean DISTILL_PUBLIC_URL?)" in refusal({**MINIMAL, "DISTILL_PUBLIC_URI": "x"})


def test_every_mistake_is_told_at_once() -> None:
    text = refusal({**MINIMAL, "DISTILL_LOG_LEVEL": "LOUD", "DISTILL_QUEUE": "two words"})
    assert "DISTILL_LOG_LEVEL" in text
    assert "DISTILL_QUEUE" in text


@pytest.mark.parametrize("variable", sorted(SECRETS))
def test_a_secret_may_come_from_a_file(variable: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("redis://from-a-file/5\n")
    environ = {**MINIMAL, **BEHIND_SENTINELS, f"{variable}_FILE": str(file)}
    environ.pop(variable, None)
    assert plain(getattr(read(environ), EVERY[variable][1])) == "redis://from-a-file/5"


def test_a_secret_file_that_is_missing_is_named() -> None:
    text = refusal({"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY_FILE": "/nowhere/key"})
    assert text.startswith("ARGILLA_API_KEY_FILE: cannot read /nowhere/key")


def test_a_secret_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00key")
    text = refusal({"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY_FILE": str(file)})
    assert "ARGILLA_API_KEY_FILE" in text


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is empty"), (b" \n", "is empty"), (None, "cannot read"), ("folder", "cannot read")],
)
def test_what_is_wrong_with_a_secrets_file_is_told(
    content: bytes | str | None, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "key"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content:
        path.mkdir()
    text = refusal({"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY_FILE": str(path)})
    assert text.startswith("ARGILLA_API_KEY_FILE: ")
    assert told in text


def test_a_secret_may_come_from_a_file_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"\xef\xbb\xbfowner.key\r\n")
    settings = read({"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY_FILE": str(path)})
    assert settings.argilla_api_key.get_secret_value() == "owner.key"


def test_no_secret_is_in_the_settings_text() -> None:
    hidden = {name: f"redis://hidden-{i}-of-sixteen/5" for i, name in enumerate(sorted(SECRETS))}
    settings = read({**MINIMAL, **BEHIND_SENTINELS, **hidden})
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hidden-" not in text
        assert "***" in text


@pytest.mark.parametrize("variable", sorted(SECRETS))
def test_no_secret_is_in_an_error_about_another_setting_or_itself(variable: str) -> None:
    environ = {**MINIMAL, variable: "redis://:hidden-value@r", "DISTILL_LOG_LEVEL": "LOUD"}
    assert "hidden-value" not in refusal(environ)
    assert KEY not in refusal({**environ, "ARGILLA_API_URL": "wrong"})


def test_settings_are_frozen() -> None:
    settings = read(MINIMAL)
    with pytest.raises(ValidationError):
        settings.queue = "other"


@pytest.mark.parametrize("form", [Settings, DatasetSettings, QuestionChoices])
def test_every_number_among_the_settings_has_a_least_and_a_most(form: type[BaseModel]) -> None:
    """Endless ones were accepted, and overflowed in a clock, a query or a database much later."""
    numbers = {n: f.metadata for n, f in form.model_fields.items() if f.annotation in (int, float)}
    assert numbers
    for name, bounds in numbers.items():
        kinds = {type(bound).__name__.lower() for bound in bounds}
        assert kinds & {"ge", "gt"}, name
        assert kinds & {"le", "lt"}, name
