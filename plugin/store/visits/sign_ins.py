"""Who is signed in, kept here and not in the cookie: so that a sign-in ends everywhere when it ends."""

from __future__ import annotations

import json
import secrets
from dataclasses import asdict, dataclass
from typing import Any

from argilla_distill.plugin.store.keys import Keys


@dataclass(frozen=True)
class SignIn:
    """A sign-in: who Argilla says it is, and when it was asked. All times in s since the epoch.

    Attributes
    ----------
    workspaces : ids; empty for an owner, who may see all
    until : when it ends
    asked_at : when Argilla last confirmed it
    ask_at : when Argilla is to be asked again
    changed : when the account was last changed, in Argilla's words; "" where that is not known
    """

    user: str
    username: str
    role: str
    workspaces: tuple[str, ...]
    until: float
    asked_at: float
    ask_at: float
    changed: str = ""


class SignIns:
    """All sign-ins. What a cookie holds is the id of one."""

    def __init__(self, redis: Any, keys: Keys) -> None:
        self._redis = redis
        self._keys = keys

    def begin(self, sign_in: SignIn, now: float) -> str:
        """Keep a new one until it ends. Returns its id."""
        sign_in_id = secrets.token_urlsafe(24)
        lasts_s = max(1, int(sign_in.until - now))
        self._redis.set(self._key(sign_in_id), json.dumps(asdict(sign_in)), ex=lasts_s)
        return sign_in_id

    def get(self, sign_in_id: str) -> SignIn | None:
        """The sign-in of this id; None if there is none (any more)."""
        found = self._redis.get(self._key(sign_in_id)) if sign_in_id else None
        if found is None:
            return None
        kept = json.loads(found)
        return SignIn(**{**kept, "workspaces": tuple(kept["workspaces"])})

    def renew(self, sign_in_id: str, sign_in: SignIn) -> None:
        """Replace what is known. One that ended meanwhile stays ended."""
        text = json.dumps(asdict(sign_in))
        self._redis.set(self._key(sign_in_id), text, xx=True, keepttl=True)

    def end(self, sign_in_id: str) -> None:
        """It ends here and now, whoever holds its cookie."""
        if sign_in_id:
            self._redis.delete(self._key(sign_in_id))

    def _key(self, sign_in_id: str) -> str:
        return self._keys.shared(f"sign-in:{sign_in_id}")
