"""The user of its own that docs/operating.md gives us in Redis: what is tried is what is written there."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operating.md"


def redis_user(password: str) -> str:
    """The line of Redis's configuration, with this password.

    >>> redis_user("secret")[:33]
    'user distill on >secret ~* &* +@a'
    """
    found = re.search(r"^user distill on >password (.+)$", PAGE.read_text(), re.MULTILINE)
    if found is None:
        raise ValueError(f"{PAGE} has no line for a user of Redis")
    return f"user distill on >{password} {found[1]}"
