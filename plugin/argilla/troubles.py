"""What went wrong between us and Argilla, or us and Redis, in our words: what, where, and what to do.

Names of classes and of libraries help nobody who runs the service. No password in an address is told.
What a Redis that answers says is worded in `plugin.store.trouble`.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

from redis import exceptions as redis_errors

from argilla_distill.plugin.settings.addresses import shown
from argilla_distill.plugin.store.trouble import AWAY, NUMBER, PASSWORD, SETTING, trouble

ARGILLA_SETTING = "ARGILLA_API_URL"


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
    place, found = f"Redis at {shown(url)}", trouble(error)
    if found is not AWAY:
        return f"{place} {found.state}: {found.remedy}"
    reason = connection(error, SETTING)
    if reason:
        return f"{place} {reason}"
    if isinstance(error, redis_errors.TimeoutError):
        return f"{place} did not answer in time: it is overloaded or hangs, or speaks TLS where we do not"
    return f"{place} broke the connection off: it is going down, or wants TLS (rediss://)"


def is_setting(error: Exception) -> bool:
    """Whether it is `DISTILL_REDIS_URL` that is wrong, so that trying again cannot help."""
    return trouble(error) in (PASSWORD, NUMBER)


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
