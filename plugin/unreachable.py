"""Why a connection to Argilla or to Redis failed, from the error of the socket beneath it. Pure.

What Argilla answers is worded in `argilla.troubles`, what Redis answers in `store.trouble`.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator


def why_unreachable(error: Exception, setting: str) -> str:
    """What is wrong with the connection itself, to follow the server's name; "" if nothing is.

    >>> why_unreachable(ConnectionRefusedError(), "ARGILLA_API_URL")
    'refuses the connection: start it, or correct ARGILLA_API_URL'
    """
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
