"""Whose API key of Argilla's this is: of a script that sends it as a token, or of a visitor at the form.

The key is shown to Argilla, kept nowhere and never logged; what Argilla answered is remembered for a
minute under the key's hash. Failures are limited like sign-ins. What the visitor may see is `visitor`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from argilla_distill.plugin.store.visits.attempts import Attempts, pair
from argilla_distill.plugin.visitors.asking import Asking
from argilla_distill.plugin.visitors.visitor import (
    MAX_INPUT_CHARACTERS,
    Refusal,
    Visitor,
    throttled,
)

REMEMBERED_S = 60
MAX_REMEMBERED = 1_000

NOBODYS = "This API key is nobody's. Yours is in Argilla, under “My settings”."


class Tokens:
    """Knows visitors by their keys.

    Parameters
    ----------
    ask : asks Argilla who somebody is.
    clock : seconds since the epoch.
    """

    def __init__(self, attempts: Attempts, ask: Asking, clock: Callable[[], float]) -> None:
        self._attempts = attempts
        self._ask = ask
        self._clock = clock
        self._known: dict[str, tuple[float, Visitor]] = {}

    def visitor(self, key: str, address: str) -> Visitor | Refusal:
        """Whose key this is."""
        digest = hashlib.sha256(key.encode()).hexdigest()
        until, known = self._known.get(digest, (0.0, None))
        if known is not None and self._clock() < until:
            return known
        self._known.pop(digest, None)
        if not 0 < len(key) <= MAX_INPUT_CHARACTERS or not (key.isascii() and key.isprintable()):
            return Refusal(401, NOBODYS)
        who = pair(f"key {digest}", address)
        if wait_s := self._attempts.begin(who, self._clock()):
            return throttled(wait_s)
        found = self._ask(lambda gateway: gateway.identify(key), NOBODYS)
        if isinstance(found, Visitor):
            self._attempts.forgive(who)
            self._remember(digest, found)
        elif found.status != 401:
            self._attempts.take_back(who)
        return found

    @property
    def remembered(self) -> int:
        """How many keys are remembered, with whose they are."""
        return len(self._known)

    def _remember(self, digest: str, visitor: Visitor) -> None:
        if len(self._known) >= MAX_REMEMBERED:
            self._known.pop(next(iter(self._known)), None)
        self._known[digest] = (self._clock() + REMEMBERED_S, visitor)
