"""What went wrong between us and Argilla, or us and Redis, in our words: what, where, and what to do.

Names of classes and of libraries help nobody who runs the service. No password in an address is told,
nor what Redis says of a command, whose arguments may be secrets.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator

from redis import exceptions as redis_errors

from plugin.addresses import shown

ARGILLA_SETTING, REDIS_SETTING = "ARGILLA_API_URL", "DISTILL_REDIS_URL"


def refused_by_argilla(status: int, address: str, location: str = "") -> str:
    """Why Argilla's answer is none to work with: its status, what that means, what to do."""
    place = f"Argilla at {shown(address)}"
    if status == 401:
        return f"{place} does not know our API key (401): set ARGILLA_API_KEY to an owner's key"
    if status == 403:
        return f"{place} does not allow that to our API key (403): it must be an owner's"
    if status in (408, 425, 429):
        return f"{place} asks us to try later ({status}): it is overloaded"
    if status in (502, 503, 504):
        return f"{place} is away ({status}): so says what stands before it; start it"
    if status >= 500:
        return f"{place} failed ({status}): its own log says why"
    if 300 <= status < 400:
        onward = f" to {shown(location)}" if location else ""
        return (
            f"{place} sends us on{onward} ({status}): set {ARGILLA_SETTING} to where it really is"
        )
    return f"{place} answered {status}"


def no_argilla(address: str) -> str:
    """What answers, but not as Argilla does."""
    return f"what answers at {shown(address)} is not Argilla, or a proxy before it: check {ARGILLA_SETTING}"


def with_redis(error: Exception, url: str) -> str:
    """Why Redis did not do what it was asked."""
    place, text = f"Redis at {shown(url)}", str(error)
    if is_setting(error):
        return f"{place} {_wrong_setting(text)}"
    for kind, told in REDIS_STATES.items():
        if isinstance(error, kind):
            return f"{place} {told}"
    reason = connection(error, REDIS_SETTING)
    if reason:
        return f"{place} {reason}"
    if isinstance(error, redis_errors.TimeoutError):
        return f"{place} did not answer in time: it is overloaded or hangs, or speaks TLS where we do not"
    if isinstance(error, redis_errors.ConnectionError):
        return f"{place} broke the connection off: it is going down, or wants TLS (rediss://)"
    code = re.match(r"[A-Z]{3,}\b", text)
    if code and code[0] == "MISCONF":
        return f"{place} cannot save to its disk and takes no writes: its own log says why"
    return f"{place} refused a command{f' ({code[0]})' if code else ''}: its own log may say why"


REDIS_STATES: dict[type[Exception], str] = {
    redis_errors.OutOfMemoryError: (
        "is full: it reached its maxmemory. Give it more; never let it evict, that loses history"
    ),
    redis_errors.BusyLoadingError: "is still loading its data: wait a moment",
    redis_errors.ReadOnlyError: f"takes no writes: it is a replica; name the primary in {REDIS_SETTING}",
    redis_errors.NoPermissionError: (
        f"does not allow that to the user in {REDIS_SETTING}: its ACL must allow all commands but"
        " dangerous ones, INFO and CONFIG GET, on all keys"
    ),
}


def is_setting(error: Exception) -> bool:
    """Whether it is `DISTILL_REDIS_URL` that is wrong, so that trying again cannot help."""
    text = str(error)
    return isinstance(error, redis_errors.AuthenticationError) or any(
        sign in text
        for sign in ("DB index", "WRONGPASS", "NOAUTH", "without any password configured")
    )


def _wrong_setting(text: str) -> str:
    if "DB index" in text:
        return f"has no database of that number: correct {REDIS_SETTING}, or raise its `databases`"
    return f"does not accept the password or user name in {REDIS_SETTING}"


def connection(error: Exception, setting: str) -> str:
    """What is wrong with the connection itself; "" where that is not what is wrong."""
    for each in _chain(error):
        if isinstance(each, socket.gaierror):
            return f"cannot be found: there is no host of that name; correct {setting}"
        if isinstance(each, ssl.SSLCertVerificationError):
            why = (each.verify_message or "").rstrip(".")
            return f"shows a certificate that is not trusted ({why}): SSL_CERT_FILE may name its authority's"
        if isinstance(each, ssl.SSLError):
            return f"does not speak TLS as it should: is the scheme in {setting} right?"
        if isinstance(each, ConnectionRefusedError):
            return f"refuses the connection: start it, or correct {setting}"
        if isinstance(each, FileNotFoundError):
            return f"is not there: no such socket; start it, or correct {setting}"
        if isinstance(each, PermissionError):
            return "may not be reached by this user: permission denied"
        if isinstance(each, ConnectionError):  # reset, aborted, a broken pipe
            return ""
        if isinstance(each, OSError) and each.errno and not isinstance(each, TimeoutError):
            return f"cannot be reached ({(each.strerror or '').lower()}): correct {setting}, or the network"
    return ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    """An error and what led to it."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__
