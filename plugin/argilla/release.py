"""Which releases of Argilla's server are held: those on which the live tests ran (`make compat`). Pure."""

from __future__ import annotations

import re

FIRST_WITH_WEBHOOKS = (2, 4, 0)
OLDEST, NEWEST = (2, 5, 0), (2, 8, 0)


def shortcoming(number: str) -> tuple[bool, str]:
    """Whether it can work at all with that release, and what is to be said of it; "" if it is held.

    >>> shortcoming("2.6.0")
    (True, '')
    >>> shortcoming("2.3.1")
    (False, 'too old: webhooks came with 2.4.0, and 2.5.0 to 2.8.0 are held')
    >>> shortcoming("2.9.0")
    (True, 'newer than what is held, 2.5.0 to 2.8.0')
    """
    held = f"{_text(OLDEST)} to {_text(NEWEST)}"
    found = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", number)
    if found is None:
        return True, f"no release that we know; {held} are held"
    release = (int(found[1]), int(found[2]), int(found[3] or 0))
    if release < FIRST_WITH_WEBHOOKS:
        return (
            False,
            f"too old: webhooks came with {_text(FIRST_WITH_WEBHOOKS)}, and {held} are held",
        )
    if release < OLDEST:
        return True, f"older than what is held, {held}"
    if release[0] > NEWEST[0]:
        return False, f"another generation of Argilla; {held} are held"
    return True, f"newer than what is held, {held}" if release > NEWEST else ""


def _text(release: tuple[int, int, int]) -> str:
    return ".".join(map(str, release))
