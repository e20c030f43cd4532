"""Somebody who looks at our pages, and what they may see there.

How we come to know them is `accounts` (a sign-in, a cookie) and `tokens` (a script's key).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from argilla_distill.plugin.argilla.user import User

MAX_INPUT_CHARACTERS = 256


@dataclass(frozen=True)
class Visitor:
    """Somebody whom Argilla knows.

    Attributes
    ----------
    workspaces : ids; empty for an owner, who may see all.
    changed : when the account (name, password or role) was last changed, in Argilla's words; "" unknown.
    """

    id: str
    username: str
    role: str
    workspaces: tuple[str, ...] = ()
    changed: str = field(default="", compare=False)

    @classmethod
    def of(cls, user: User, workspaces: Sequence[str]) -> Visitor:
        """From what Argilla says of a user."""
        spaces = () if user.role == "owner" else tuple(workspaces)
        return cls(user.id, user.username, user.role, spaces, user.changed)

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
    """Why somebody is not let in: the HTTP status, a sentence for them, and how long to wait."""

    status: int
    message: str
    wait_s: int = 0


def throttled(wait_s: int) -> Refusal:
    """Somebody has failed too often and has to wait.

    >>> throttled(1).message, throttled(90).message
    ('Too many attempts. Try again in 1 second.', 'Too many attempts. Try again in 2 minutes.')
    """
    number, unit = (wait_s, "second") if wait_s < 60 else (-(-wait_s // 60), "minute")
    text = f"Too many attempts. Try again in {number} {unit}{'' if number == 1 else 's'}."
    return Refusal(429, text, wait_s)
