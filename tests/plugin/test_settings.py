"""Settings: every variable is read, every mistake is named, no secret is ever shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from plugin.errors import InvalidSettings
from plugin.settings import ENVIRONMENT, FROM_FILES, Plan, Settings, read

KEY = "owner.api.key-that-nobody-sees"
LEAST = {"ARGILLA_API_URL": "http://argilla:6900", "ARGILLA_API_KEY": KEY}
EVERY = {
    "ARGILLA_API_URL": ("https://argilla.example/", "argilla_api_url", "https://argilla.example"),
    "ARGILLA_API_KEY": ("another", "argilla_api_key", "another"),
    "DISTILL_ARGILLA_PUBLIC_URL": ("http://a/", "argilla_public_url", "http://a"),
    "DISTILL_REDIS_URL": ("redis://r:1/2", "redis_url", "redis://r:1/2"),
    "DISTILL_PUBLIC_URL": ("http://us/", "public_url", "http://us"),
    "DISTILL_LISTENER_URL": ("http://in", "listener_url", "http://in"),
    "DISTILL_SECRET_KEY": ("sixteen-characters", "secret_key", "sixteen-characters"),
    "DISTILL_WEBHOOK_SECRETS": ("one, two", "webhook_secrets", "one, two"),
    "DISTILL_QUEUE": ("q.1-a_b", "queue", "q.1-a_b"),
    "DISTILL_KEY_PREFIX": ("p", "key_prefix", "p"),
    "DISTILL_MAX_BODY_BYTES": ("20000", "max_body_bytes", 20_000),
    "DISTILL_ARGILLA_TIMEOUT_S": ("2.5", "argilla_timeout_s", 2.5),
    "DISTILL_SESSION_HOURS": ("1", "session_hours", 1.0),
    "DISTILL_SECURE_COOKIES": ("true", "secure_cookies", True),
    "DISTILL_TRUSTED_PROXIES": ("2", "trusted_proxies", 2),
    "DISTILL_LOG_LEVEL": ("DEBUG", "log_level", "DEBUG"),
    "DISTILL_CONFIG": ("", "config", ""),
}
SECRETS = {"ARGILLA_API_KEY", "DISTILL_REDIS_URL", "DISTILL_SECRET_KEY", "DISTILL_WEBHOOK_SECRETS"}


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
    assert plain(getattr(read({**LEAST, variable: given}), field)) == expected


def test_what_is_not_given_has_a_default_and_what_is_not_ours_is_left_alone() -> None:
    settings = read({**LEAST, "PATH": "/bin", "ARGILLA_HOME_PATH": "/srv"})
    assert settings.queue == "distill"
    assert settings.delivery_url == "http://127.0.0.1:8000/webhooks/argilla"
    assert settings.argilla_url == "http://argilla:6900"
    assert settings.secrets == ()


def test_addresses_as_others_see_them_come_first() -> None:
    more = {"DISTILL_LISTENER_URL": "http://in:1/", "DISTILL_ARGILLA_PUBLIC_URL": "https://out"}
    settings = read({**LEAST, **more})
    assert settings.delivery_url == "http://in:1/webhooks/argilla"
    assert settings.argilla_url == "https://out"


def test_addresses_are_written_as_argilla_writes_them() -> None:
    settings = read({**LEAST, "DISTILL_PUBLIC_URL": "HTTP://Us.Example:80/"})
    assert settings.delivery_url == "http://us.example/webhooks/argilla"


def test_several_webhook_secrets_may_be_given() -> None:
    assert read({**LEAST, "DISTILL_WEBHOOK_SECRETS": "one,two  three"}).secrets == (
        "one",
        "two",
        "three",
    )


def test_an_unknown_variable_is_refused_by_name() -> None:
    text = refusal({**LEAST, "DISTILL_REDIS": "redis://:hunter2@r", "DISTILL_QUEUE_FILE": "/q"})
    assert "DISTILL_QUEUE_FILE, DISTILL_REDIS;" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("variable", sorted(LEAST))
def test_a_missing_variable_is_named(variable: str) -> None:
    assert variable in refusal({k: v for k, v in LEAST.items() if k != variable})


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ARGILLA_API_URL", "argilla:6900"),
        ("ARGILLA_API_KEY", ""),
        ("ARGILLA_API_KEY", "ChangeMe"),
        ("DISTILL_PUBLIC_URL", "ftp://us"),
        ("DISTILL_QUEUE", "two words"),
        ("DISTILL_KEY_PREFIX", "a:b"),
        ("DISTILL_MAX_BODY_BYTES", "9999"),
        ("DISTILL_MAX_BODY_BYTES", "much"),
        ("DISTILL_ARGILLA_TIMEOUT_S", "0"),
        ("DISTILL_SESSION_HOURS", "-1"),
        ("DISTILL_SECURE_COOKIES", "perhaps"),
        ("DISTILL_LOG_LEVEL", "LOUD"),
        ("DISTILL_TRUSTED_PROXIES", "-1"),
        ("DISTILL_SECRET_KEY", "too short"),
        ("DISTILL_REDIS_URL", "redis.example:6379"),
        ("DISTILL_REDIS_URL", "redis://host:port/5"),
        ("ARGILLA_API_URL", "http://"),
        ("DISTILL_LISTENER_URL", "http://in side"),
    ],
)
def test_a_wrong_value_is_refused_by_the_name_of_its_variable(variable: str, value: str) -> None:
    assert refusal({**LEAST, variable: value}).startswith(f"{variable}: ")


def test_every_mistake_is_told_at_once() -> None:
    text = refusal({**LEAST, "DISTILL_LOG_LEVEL": "LOUD", "DISTILL_QUEUE": "two words"})
    assert "DISTILL_LOG_LEVEL" in text
    assert "DISTILL_QUEUE" in text


@pytest.mark.parametrize("variable", sorted(SECRETS))
def test_a_secret_may_come_from_a_file(variable: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("redis://from-a-file\n")
    environ = {**LEAST, f"{variable}_FILE": str(file)}
    environ.pop(variable, None)
    assert plain(getattr(read(environ), EVERY[variable][1])) == "redis://from-a-file"


def test_a_secret_file_that_is_missing_is_named() -> None:
    text = refusal({"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY_FILE": "/nowhere/key"})
    assert text.startswith("ARGILLA_API_KEY_FILE: cannot read /nowhere/key")


def test_a_secret_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff\xfe\x00key")
    text = refusal({"ARGILLA_API_URL": "http://a", "ARGILLA_API_KEY_FILE": str(file)})
    assert "ARGILLA_API_KEY_FILE" in text


def test_no_secret_is_in_the_settings_text() -> None:
    hidden = {name: f"redis://hidden-{i}-of-sixteen" for i, name in enumerate(sorted(SECRETS))}
    settings = read({**LEAST, **hidden})
    for text in (repr(settings), str(settings), settings.model_dump_json()):
        assert "hidden-" not in text
        assert "***" in text


@pytest.mark.parametrize("variable", sorted(SECRETS))
def test_no_secret_is_in_an_error_about_another_setting_or_itself(variable: str) -> None:
    environ = {**LEAST, variable: "redis://:hidden-value@r", "DISTILL_LOG_LEVEL": "LOUD"}
    assert "hidden-value" not in refusal(environ)
    assert KEY not in refusal({**environ, "ARGILLA_API_URL": "wrong"})


def test_settings_are_frozen() -> None:
    settings = read(LEAST)
    with pytest.raises(ValidationError):
        settings.queue = "other"


# distill.toml


@pytest.fixture
def toml(tmp_path: Path) -> Any:
    def write(text: str) -> dict[str, str]:
        path = tmp_path / "distill.toml"
        path.write_text(text)
        return {**LEAST, "DISTILL_CONFIG": str(path)}

    return write


WHOLE = """
[defaults]
strategy = "majority"
tolerance = 0.05

[sources]
models = ["bot-*"]
templates = ["tpl"]

[datasets."support/*"]
min_confidence = 0.5
publish = "always"

[datasets."support/chat"]
publish = "completed"
name_annotators = true
settled_confidence = 0.9
conflict_question = "notes"
questions.helpful = { strategy = "dawid_skene" }

[datasets."old/*"]
distil = false
"""


def test_the_more_specific_pattern_overlays_the_others(toml: Any) -> None:
    plan = read(toml(WHOLE)).plan
    chat, other, old = map(plan.dataset, ("support/chat", "support/mail", "old/one"))
    assert (chat.strategy, chat.min_confidence, chat.publish) == ("majority", 0.5, "completed")
    assert (chat.name_annotators, chat.conflict_question, chat.tolerance) == (True, "notes", 0.05)
    assert (other.publish, other.name_annotators, other.conflict_question) == (
        "always",
        False,
        "conflicts",
    )
    assert (old.distil, chat.distil) == (False, True)
    assert plan.dataset("Support/chat").min_confidence == 0.0


def test_a_questions_choices_overlay_the_datasets(toml: Any) -> None:
    chat = read(toml(WHOLE)).plan.dataset("support/chat")
    assert (chat.question("helpful").strategy, chat.question("problem").strategy) == (
        "dawid_skene",
        "majority",
    )
    assert chat.question("helpful").min_confidence == 0.5


def test_sources_are_told_apart_by_patterns_and_templates_come_first(toml: Any) -> None:
    sources = read(toml(WHOLE)).plan.sources
    assert [sources.kind(n) for n in ("bot-1", "tpl", "llm-x", "BOT-1")] == [
        "model",
        "template",
        "person",
        "person",
    ]


def test_without_a_file_every_dataset_has_the_defaults() -> None:
    plan = Plan()
    assert plan.dataset("any/thing").model_dump() == plan.dataset("").model_dump()
    assert plan.dataset("any/thing").strategy == "learned"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[default]\n", "default"),
        ("[defaults]\nstrategie = 'x'\n", "strategie"),
        ("[defaults]\nmin_confidence = 2\n", "min_confidence"),
        ("[sources]\npeople = ['x']\n", "people"),
        ("[datasets.'a/b']\npublish = 'never'\n", "publish"),
        ("[datasets.'a/*']\npublished = 'always'\n", "published"),
        ("[datasets.'a/team[12]']\npublished = 'always'\n", "published"),
        ("[datasets.'a/?']\nquestions.q = { strategi = 'x' }\n", "strategi"),
        ("[datasets.'a/b']\ntolerance = 0\n", "tolerance"),
        ("this is no toml", "not TOML"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_the_file(toml: Any, text: str, named: str) -> None:
    told = refusal(toml(text))
    assert "distill.toml" in told
    assert named in told
    assert "\n" not in told.removesuffix("\n")


def test_a_file_that_is_missing_is_named() -> None:
    assert "cannot read /nowhere/d.toml" in refusal({**LEAST, "DISTILL_CONFIG": "/nowhere/d.toml"})


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "distill.toml"
    path.write_bytes(b"[defaults]\nstrategy = '\xff'\n")
    assert "distill.toml" in refusal({**LEAST, "DISTILL_CONFIG": str(path)})


def test_settings_made_directly_are_checked_too() -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(
            {"argilla_api_url": "http://a", "argilla_api_key": "k", "quue": "x"}
        )
