"""A user of Argilla, as Argilla tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class User:
    """A user. `changed`: when their account was last changed, as Argilla writes it; "" if unknown."""

    id: str
    username: str
    role: str
    changed: str = ""

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> User:
        """A user from Argilla's JSON.

        >>> User.parse({"id": "1", "username": "anna", "role": "annotator", "first_name": "Anna"})
        User(id='1', username='anna', role='annotator', changed='')
        """
        changed = str(data.get("updated_at") or "")
        return cls(data["id"], data["username"], data["role"], changed)
