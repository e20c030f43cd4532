"""What went wrong between us and Argilla, in our words: what, where, and what to do.

Names of classes and of libraries help nobody who runs the service. No password in an address is shown.
Redis has the same in `store.trouble`; connections that fail are `unreachable`.
"""

from __future__ import annotations

from argilla_distill.plugin.settings.addresses import shown

ARGILLA_SETTING = "ARGILLA_API_URL"


def refused_by_argilla(status: int, address: str, location: str = "") -> str:
    """Why Argilla's answer is none to work with: its status, what that means, what to do."""
    place = f"Argilla at {shown(address)}"
    if status == 401:
        return f"{place} does not know our API key (401): set ARGILLA_API_KEY to an owner's key"
    if status == 403:
        return f"{place} does not allow that to our API key (403): it must be an owner's"
    if status in (408, 425, 429):
        return f"{place} asks us to try later ({status}): it is overloaded"
    if status in (502, 503, 504):
        return f"{place} is away ({status}): a proxy before it says so; start it"
    if status >= 500:
        return f"{place} failed ({status}): its own log says why"
    if 300 <= status < 400:
        onward = f" to {shown(location)}" if location else ""
        return (
            f"{place} sends us on{onward} ({status}): set {ARGILLA_SETTING} to where it really is"
        )
    return f"{place} answered {status}"


def no_argilla(address: str) -> str:
    """What answers, but not as Argilla does."""
    return f"what answers at {shown(address)} is not Argilla, or a proxy before it: check {ARGILLA_SETTING}"
