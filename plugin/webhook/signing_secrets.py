"""Which secrets a delivery may be signed with: those kept by `connect`, and those set by hand.

They are cached, so that a delivery costs Redis one round trip, and looked up anew when a signature
fails, so that a rotation is known at once; strangers cannot make us do that more than once a second.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from argilla_distill.plugin.errors import BadDelivery
from argilla_distill.plugin.store.service import Service

FRESH_S = 30.0
AGAIN_S = 1.0


class WebhookSecrets:
    """All secrets that are good now."""

    def __init__(self, service: Service, by_hand: tuple[str, ...]) -> None:
        self._service = service
        self._by_hand = by_hand
        self._secrets: tuple[str, ...] = ()
        self._read_at = float("-inf")

    def check(self, verify: Callable[[Iterable[str]], None]) -> None:
        """Run a check against the secrets; where it fails, once more against fresh ones.

        Raises
        ------
        BadDelivery : as the check does.
        """
        fresh = self._look_up(older_than_s=FRESH_S)
        try:
            verify(self._secrets)
        except BadDelivery:
            if fresh or not self._look_up(older_than_s=AGAIN_S):
                raise
            verify(self._secrets)

    def _look_up(self, older_than_s: float) -> bool:
        now = time.monotonic()
        if now - self._read_at < older_than_s:
            return False
        kept = tuple(webhook["secret"] for webhook in self._service.webhooks().values())
        self._secrets, self._read_at = kept + self._by_hand, now
        return True
