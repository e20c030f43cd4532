"""Who sends a script's request: the owner of the Argilla API key that it carries as a token.

The key is shown to Argilla, kept nowhere and never logged; what Argilla answered is remembered for a
minute under the key's hash. Failures are limited like sign-ins. What the visitor may see is `accounts`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from plugin.gateway import Gateway
from plugin.store.service import Service
from plugin.visitor import (
    LONGEST_INPUT,
    MOST_ATTEMPTS_BY_ADDRESS,
    MOST_ATTEMPTS_BY_NAME,
    THROTTLED,
    Refusal,
    Visitor,
    asked,
)

REMEMBERED_S = 60
MOST_REMEMBERED = 1_000

NOBODYS = "This token is nobody's. It is your own API key: in Argilla, under “My settings”."


class Tokens:
    """Knows visitors by their keys.

    Parameters
    ----------
    visit : makes a gateway without any key.
    clock : seconds since the epoch.
    """

    def __init__(
        self, service: Service, visit: Callable[[], Gateway], clock: Callable[[], float]
    ) -> None:
        self._service = service
        self._visit = visit
        self._clock = clock
        self._known: dict[str, tuple[float, Visitor]] = {}

    def visitor(self, key: str, address: str) -> Visitor | Refusal:
        """Whose key this is."""
        digest = hashlib.sha256(key.encode()).hexdigest()
        until, known = self._known.get(digest, (0.0, None))
        if known is not None and self._clock() < until:
            return known
        self._known.pop(digest, None)
        attempts = self._service.attempts
        tries = (
            (f"tokens:{address}", MOST_ATTEMPTS_BY_ADDRESS),
            (f"token:{digest[:32]}", MOST_ATTEMPTS_BY_NAME),
        )
        if any(attempts(who) > most for who, most in tries):
            return Refusal(429, THROTTLED)
        found = self._ask(key)
        if isinstance(found, Visitor):
            for who, _ in tries:
                attempts(who, -1)
            self._remember(digest, found)
        return found

    def _ask(self, key: str) -> Visitor | Refusal:
        if not 0 < len(key) <= LONGEST_INPUT or not (key.isascii() and key.isprintable()):
            return Refusal(401, NOBODYS)
        return asked(self._visit, lambda gateway: gateway.identify(key), NOBODYS)

    def _remember(self, digest: str, visitor: Visitor) -> None:
        if len(self._known) >= MOST_REMEMBERED:
            self._known.pop(next(iter(self._known)))
        self._known[digest] = (self._clock() + REMEMBERED_S, visitor)
