"""The service's settings: one frozen value, read once from a mapping such as `os.environ`.

The environment says how to reach the world. One optional TOML file, named by `DISTILL_CONFIG`, says what
to do with which dataset (`dataset_settings`). Unknown keys are refused in both. Secrets print as `***`.
docs/settings.md lists every setting; a test holds it to this file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import (
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from argilla_distill.domain.given_json import is_whole
from argilla_distill.domain.nearest import did_you_mean, nearest
from argilla_distill.plugin.errors import InvalidSettings
from argilla_distill.plugin.settings import addresses, plan_file, text_files
from argilla_distill.plugin.settings.dataset_settings import (
    DatasetSettings,
    FrozenSettings,
    Plan,
    QuestionChoices,
    Sources,
)
from argilla_distill.plugin.settings.mistakes import explain

MAX_FORM_BYTES = 65_536
"""So large may be whatever is sent to us that is neither a delivery nor a part of a file."""

MAX_PART_BYTES = 1_000_000
"""So large may be a part of a file: proxies take no more by default."""

MAX_FAILURES_BYTES = 4_000_000
"""So large may be a form of failures to be traced."""

PLACEHOLDERS = {"changeme", "change-me", "secret", "your-api-key", "xxx", "todo"}


class Settings(FrozenSettings):
    """How to reach the world. Field `x` is read from the environment variable in `ENVIRONMENT`."""

    argilla_api_url: str
    argilla_api_key: SecretStr
    argilla_public_url: str = ""
    redis_url: SecretStr = SecretStr("redis://127.0.0.1:6379/5")
    redis_ca: str = ""
    redis_cert: str = ""
    redis_cert_key: str = ""
    redis_sentinels: str = ""
    redis_sentinel_password: SecretStr = SecretStr("")
    public_url: str = "http://127.0.0.1:8000"
    listener_url: str = ""
    secret_key: SecretStr = SecretStr("")
    webhook_secrets: SecretStr = SecretStr("")
    queue: str = Field("distill", pattern=r"^[\w.-]+$")
    versions: str = "~/.argilla-distill/versions"
    key_prefix: str = Field("distill", pattern=r"^[\w.-]+$")
    max_body_bytes: int = Field(32_000_000, ge=10_000, le=1_000_000_000)
    argilla_timeout_s: float = Field(20.0, gt=0, le=3600)
    worker_memory_mb: int = Field(1000, ge=300, le=1_000_000)
    session_hours: float = Field(8.0, gt=0, le=8760)
    secure_cookies: bool = False
    trusted_proxies: int = Field(0, ge=0, le=100)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    config: str = ""
    plan: Plan = Plan()

    @field_validator("argilla_api_url", "argilla_public_url", "public_url", "listener_url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        """Also as Argilla will write it: the host in lower case, no default port."""
        return addresses.http(value) if value else ""

    @field_validator("argilla_api_key")
    @classmethod
    def _is_no_placeholder(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value() or value.get_secret_value().lower() in PLACEHOLDERS:
            raise ValueError("is empty or a placeholder; copy the key from Argilla's user settings")
        key = value.get_secret_value()
        if not (key.isascii() and key.isprintable()) or " " in key:
            raise ValueError(
                "has a character that no key has, such as a blank, a line break or …; copy the key from "
                "Argilla's user settings"
            )
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_an_address_of_redis(cls, value: SecretStr) -> SecretStr:
        return SecretStr(addresses.redis(value.get_secret_value()))

    @field_validator("redis_ca", "redis_cert", "redis_cert_key")
    @classmethod
    def _is_a_file_for_tls(cls, value: str, others: ValidationInfo) -> str:
        url = others.data.get("redis_url", SecretStr("rediss://")).get_secret_value()
        if value and not url.startswith("rediss://"):
            raise ValueError("is for TLS only: DISTILL_REDIS_URL must begin with rediss://")
        if value and not Path(value).is_file():
            raise ValueError("there is no such file")
        if value and others.field_name == "redis_cert_key" and not others.data.get("redis_cert"):
            raise ValueError("is the key of DISTILL_REDIS_CERT, which is not set")
        return value

    @field_validator("redis_sentinels")
    @classmethod
    def _are_addresses_of_sentinels(cls, value: str, others: ValidationInfo) -> str:
        if value:
            addresses.sentinels(value)
            url = others.data.get("redis_url", SecretStr("redis://name/5")).get_secret_value()
            addresses.primary(url)
        return value

    @field_validator("redis_sentinel_password")
    @classmethod
    def _is_for_sentinels(cls, value: SecretStr, others: ValidationInfo) -> SecretStr:
        if value.get_secret_value() and others.data.get("redis_sentinels") == "":
            raise ValueError("is for Sentinels, and DISTILL_REDIS_SENTINELS names none")
        return value

    @field_validator("versions")
    @classmethod
    def _is_a_place(cls, value: str) -> str:
        if not value.strip() or any(ord(each) < 32 or ord(each) == 127 for each in value):
            raise ValueError("is blank, or has a line break or another control character")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_hard_to_guess(cls, value: SecretStr) -> SecretStr:
        if 0 < len(value.get_secret_value()) < 16:
            raise ValueError("must have at least 16 characters; leave it out to have one made")
        return value

    @property
    def argilla_url(self) -> str:
        """Argilla's address as a browser sees it."""
        return self.argilla_public_url or self.argilla_api_url

    @property
    def delivery_url(self) -> str:
        """Where Argilla's worker delivers, as it sees us."""
        return f"{self.listener_url or self.public_url}/webhooks/argilla"

    @property
    def secrets(self) -> tuple[str, ...]:
        """Webhook secrets given by hand, on top of those that `connect` keeps in Redis."""
        return tuple(self.webhook_secrets.get_secret_value().replace(",", " ").split())


ENVIRONMENT: dict[str, str] = {
    name: (name if name.startswith("argilla_api") else f"distill_{name}").upper()
    for name in Settings.model_fields
    if name != "plan"
}
REQUIRED: dict[str, str] = {
    "argilla_api_url": "Argilla's address as this machine reaches it, such as https://argilla.example",
    "argilla_api_key": "an owner's API key, which Argilla shows under “My settings”",
}
"""What there is no default for, and what it is."""
FROM_FILES = {name for name, f in Settings.model_fields.items() if f.annotation is SecretStr}


def read(environ: Mapping[str, str]) -> Settings:
    """Settings from a mapping like `os.environ`. An empty variable is as good as none.

    Every secret may come from a file instead, named by the variable with `_FILE` behind it.

    Raises
    ------
    InvalidSettings : names each variable or key that is wrong, never its value.
    """
    known = {*ENVIRONMENT.values(), *(f"{ENVIRONMENT[name]}_FILE" for name in FROM_FILES)}
    unknown = sorted(k for k in environ if k.startswith("DISTILL_") and k not in known)
    if unknown:
        names = ", ".join(name + did_you_mean(name, known) for name in unknown)
        raise InvalidSettings(f"unknown setting {names}; docs/settings.md lists all")
    values: dict[str, Any] = {}
    for name, variable in ENVIRONMENT.items():
        if environ.get(variable):
            values[name] = environ[variable]
        elif name in FROM_FILES and environ.get(f"{variable}_FILE"):
            values[name] = text_files.secret(f"{variable}_FILE", environ[f"{variable}_FILE"])
    for name, value in values.items():
        if not is_whole(value):  # bytes that are not UTF-8 are halves of characters here
            raise InvalidSettings(f"{ENVIRONMENT[name]}: is not UTF-8 text")
    if values.get("config"):
        values["plan"] = _plan(values["config"])
    missing = [_missing(name, environ) for name in REQUIRED if name not in values]
    try:
        settings = Settings.model_validate({**dict.fromkeys(REQUIRED, "http://nowhere"), **values})
    except ValidationError as error:
        mistakes = explain(error, lambda place: ENVIRONMENT[str(place[0])], lambda _: ())
        raise InvalidSettings("; ".join([*missing, mistakes])) from None
    if missing:
        raise InvalidSettings("; ".join(missing))
    return settings


def _missing(name: str, environ: Mapping[str, str]) -> str:
    variable = ENVIRONMENT[name]
    others = [k for k in environ if k.startswith("ARGILLA_") and k not in ENVIRONMENT.values()]
    alike = nearest(variable, others)
    meant = f" ({alike} is: did you mean {variable}?)" if alike else ""
    return f"{variable}: is not set{meant}; {REQUIRED[name]}"


def _plan(path: str) -> Plan:
    forms = plan_file.Forms(Plan, Sources, DatasetSettings, QuestionChoices)
    plan = plan_file.read(ENVIRONMENT["config"], path, forms)
    return Plan.model_validate(plan)
