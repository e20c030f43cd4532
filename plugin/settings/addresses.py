"""Addresses in settings: what is wrong with one, and how one may be shown.

An address may hold a password; what is shown of it never does.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit, urlunsplit

HTTP, REDIS = ("http", "https"), ("redis", "rediss", "unix")

SENTINEL_PORT = 26379
"""The one that Sentinels listen at where nobody says otherwise."""


def shown(address: str) -> str:
    """An address without what may be secret in it.

    >>> shown("redis://:secret@redis.example:6379/5?password=secret"), shown("https://a:b@host/x")
    ('redis://redis.example:6379/5', 'https://host/x')
    >>> shown("unix:///run/redis.sock?db=5&password=secret"), shown("redis://:se/cret@host")
    ('unix:///run/redis.sock?db=5', 'redis://…')
    """
    scheme, separator, rest = address.partition("://")
    if not separator:
        return "…"
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return f"{scheme if re.fullmatch('[a-z]+', scheme) else ''}://…"
    if "@" in parts.path or (parts.username is None and "@" in rest.partition("?")[0]):
        return f"{scheme}://…"
    host = f"[{host}]" if ":" in host else host
    database = parse_qs(parts.query).get("db", [""])[0] if scheme in REDIS else ""
    query = f"db={database}" if database.isdigit() else ""
    path = parts.path
    if scheme == "unix":
        path, host = (parts.hostname or "") + path if parts.username else parts.path, ""
        return f"unix://{path}" + (f"?{query}" if query else "")
    return urlunsplit((scheme, f"{host}{port}", path, query, ""))


def http(value: str) -> str:
    """An address of a web server as others write it: host in lower case, no default port, no end slash.

    >>> http("HTTP://Us.Example:80/"), http("https://a.example:443/argilla/")
    ('http://us.example', 'https://a.example/argilla')

    Raises
    ------
    ValueError : what is wrong with it, and what it might be.
    """
    text = value.strip()
    scheme, separator, rest = text.partition("://")
    if not separator:
        example = "https://argilla.example"
        like = f"http://{text}" if re.fullmatch(r"[\w.-]+(:\d+)?(/[\w./-]*)?", text) else example
        raise ValueError(f"is no address: it must begin with http:// or https://, such as {like}")
    if scheme.lower() not in HTTP:
        raise ValueError("is no address of a web server: it must begin with http:// or https://")
    if re.search(r"\s", rest):
        raise ValueError("is no address: there is a blank in it")
    try:
        parts = urlsplit(f"{scheme.lower()}://{rest}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(
            "is no address: its host or port is not one; escape /, @ and : in it"
        ) from None
    if not host:
        raise ValueError("is no address: it names no host")
    if parts.query or parts.fragment:
        raise ValueError("must end with the host or a path: leave out ? and # and what follows")
    host = _ascii(host)
    host = f"[{host}]" if ":" in host else host
    user = parts.netloc.rpartition("@")[0]
    default = {"http": 80, "https": 443}[parts.scheme]
    place = (f"{user}@" if user else "") + host + (f":{port}" if port and port != default else "")
    return f"{parts.scheme}://{place}{parts.path}".rstrip("/")


def _ascii(host: str) -> str:
    try:
        return host.encode("ascii").decode() if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        raise ValueError("is no address: its host is not one") from None


def redis(value: str) -> str:
    """An address of a Redis with the number of its database.

    Raises
    ------
    ValueError : what is wrong with it, and what it might be.
    """
    text = value.strip()
    scheme = text.partition("://")[0]
    if "://" not in text or scheme not in REDIS:
        raise ValueError(
            "is no address of a Redis: it must begin with redis://, rediss:// (with TLS) or unix://,"
            " such as redis://127.0.0.1:6379/5; escape / and @ in a password as %2F and %40"
        )
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  # raises where it is none
    except ValueError:
        raise ValueError(
            "is no address of a Redis: its host, port or database is not one; escape / and @ in a"
            " password as %2F and %40"
        ) from None
    asked = parse_qs(parts.query).get("db", [""])[0]
    number = asked if asked or scheme == "unix" else unquote(parts.path).strip("/")
    if not re.fullmatch("[0-9]+", number):
        like = "unix:///run/redis.sock?db=5" if scheme == "unix" else "redis://127.0.0.1:6379/5"
        raise ValueError(
            f"names no database: its number belongs at the end, as in {like}. Argilla uses database 0"
        )
    return text


def sentinels(value: str) -> list[tuple[str, int]]:
    """Addresses of Redis's Sentinels, separated by commas.

    >>> sentinels("one.example:26379, [::1]:26380,two.example")
    [('one.example', 26379), ('::1', 26380), ('two.example', 26379)]

    Raises
    ------
    ValueError : what is wrong with one of them.
    """
    found = []
    for each in value.split(","):
        try:
            parts = urlsplit(f"redis://{each.strip()}")
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.path or parts.query or "@" in parts.netloc or "://" in each:
            raise ValueError(
                "must be host:port, separated by commas, such as one.example:26379,two.example:26379"
            )
        found.append((host, port or SENTINEL_PORT))
    return found


def primary(url: str) -> str:
    """The name by which Sentinels know the primary: the host of the address of our Redis.

    >>> primary("rediss://user:secret@mymaster/5")
    'mymaster'

    Raises
    ------
    ValueError : the address is that of one Redis.
    """
    parts = urlsplit(url)
    if parts.scheme == "unix" or not parts.hostname or parts.port:
        raise ValueError(
            "with Sentinels the host in DISTILL_REDIS_URL is the name by which they know the primary,"
            " without a port: redis://mymaster/5"
        )
    return parts.hostname
