"""Asks Argilla who somebody is, for few visitors at a time.

An Argilla that hangs must not take all threads of the web process: whoever comes while several are
being asked about is asked to try again. Who is asked about, and how often, is `accounts` and `tokens`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import BoundedSemaphore

from argilla_distill.plugin.argilla.gateway import Gateway
from argilla_distill.plugin.argilla.user import User
from argilla_distill.plugin.errors import (
    ArgillaRefused,
    ArgillaUnavailable,
    InvalidValue,
    NotInArgilla,
)
from argilla_distill.plugin.visitors.visitor import Refusal, Visitor

MAX_AT_ONCE = 4
"""Half of the threads of the web process."""

PATIENCE_S = 0.5

AWAY = "Argilla does not answer, and it is Argilla that knows who you are. Try again in a moment."
BUSY = "Many people are signing in just now. Try again in a moment."


class Asking:
    """Asks for strangers.

    Parameters
    ----------
    visit : makes a gateway without any key, which is closed in the end.
    """

    def __init__(self, visit: Callable[[], Gateway]) -> None:
        self._visit = visit
        self._room = BoundedSemaphore(MAX_AT_ONCE)

    def __call__(
        self, who: Callable[[Gateway], tuple[User, Sequence[str]]], unknown: str
    ) -> Visitor | Refusal:
        """Whom Argilla says it is. Only a refusal of 401 is the visitor's fault.

        Parameters
        ----------
        who : asks the gateway for the user and the ids of their workspaces.
        unknown : what to say if Argilla knows nobody of the kind.
        """
        if not self._room.acquire(timeout=PATIENCE_S):
            return Refusal(503, BUSY)
        try:
            gateway = self._visit()
            try:
                return Visitor.of(*who(gateway))
            finally:
                gateway.close()
        except (ArgillaUnavailable, NotInArgilla):
            return Refusal(503, AWAY)
        except (ArgillaRefused, InvalidValue):
            return Refusal(401, unknown)
        except (LookupError, TypeError):  # JSON, but not Argilla's: a proxy's
            return Refusal(503, AWAY)
        finally:
            self._room.release()
