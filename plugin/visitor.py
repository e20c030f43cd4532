"""Somebody who looks at our pages, and what they may see there.

How we come to know them is `accounts` (a sign-in, a cookie) and `tokens` (a script's key).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plugin.errors import ArgillaRefused, ArgillaUnavailable, InvalidValue, NotFound
from plugin.gateway import Gateway
from plugin.store.service import ATTEMPTS_WINDOW_S

MOST_ATTEMPTS_BY_NAME = 10
MOST_ATTEMPTS_BY_ADDRESS = 60
"""Per `ATTEMPTS_WINDOW_S`; the second is higher, because a whole office may share one address."""

LONGEST_INPUT = 256

THROTTLED = f"Too many attempts. Wait {ATTEMPTS_WINDOW_S // 60} minutes, then try again."
AWAY = "Argilla does not answer, and it is Argilla that knows who you are. Try again in a moment."


@dataclass(frozen=True)
class Visitor:
    """Somebody whom Argilla knows. `workspaces` are ids; empty for an owner, who may see all."""

    id: str
    username: str
    role: str
    workspaces: tuple[str, ...] = ()

    @classmethod
    def of(cls, user: Mapping[str, Any], workspaces: Sequence[str]) -> Visitor:
        """From what Argilla tells of a user."""
        spaces = () if user["role"] == "owner" else tuple(workspaces)
        return cls(user["id"], user["username"], user["role"], spaces)

    @property
    def oversees(self) -> bool:
        """Whether there is more to see for them than what is about themselves."""
        return self.role in ("owner", "admin")

    def may_see(self, workspace_id: str | None) -> bool:
        """Owners see everything, admins their workspaces, annotators nothing of the kind."""
        return self.oversees and self.belongs_to(workspace_id)

    def belongs_to(self, workspace_id: str | None) -> bool:
        """Whether they work in a workspace: there they see what is about themselves.

        >>> anna = Visitor("1", "anna", "annotator", ("w",))
        >>> anna.belongs_to("w"), anna.may_see("w"), anna.belongs_to(None)
        (True, False, False)
        """
        return self.role == "owner" or workspace_id in self.workspaces


@dataclass(frozen=True)
class Refusal:
    """Why somebody is not let in: the HTTP status and a sentence for them."""

    status: int
    message: str


def asked(
    visit: Callable[[], Gateway],
    who: Callable[[Gateway], tuple[Mapping[str, Any], Sequence[str]]],
    unknown: str,
) -> Visitor | Refusal:
    """Whom Argilla says it is.

    Parameters
    ----------
    visit : makes a gateway without any key, which is closed in the end.
    who : asks it for the user and the ids of their workspaces.
    unknown : what to say if Argilla knows nobody of the kind.
    """
    gateway = visit()
    try:
        return Visitor.of(*who(gateway))
    except (ArgillaUnavailable, NotFound):
        return Refusal(503, AWAY)
    except (ArgillaRefused, InvalidValue):
        return Refusal(401, unknown)
    finally:
        gateway.close()
