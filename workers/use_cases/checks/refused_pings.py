"""Why a ping from Argilla did not come in: none arrived, or one was refused, and for what.

Whether it came in is `doctor`'s to see. A delivery of somebody else's that was refused meanwhile cannot be
told from the ping; what is signed with our secret is Argilla's for sure.
"""

from __future__ import annotations

from collections.abc import Mapping

from argilla_distill.plugin.settings.addresses import shown
from argilla_distill.plugin.webhook.deliveries import TIME
from argilla_distill.workers.use_cases.checks.finding import FAIL, Finding

Counters = Mapping[tuple[str, ...], int]
"""Of the store's: deliveries by type and outcome, and others."""

REFUSED: Mapping[str, tuple[str, str]] = {
    TIME: (
        "its time is more than five minutes from the web process's",
        "set the clocks of both machines, for instance by NTP",
    ),
    "signature": (
        "it is not signed with a secret that we know",
        "let no proxy change what Argilla sends, which is signed; else `argilla-distill rotate-secret`",
    ),
    "unsigned": (
        "it came without the headers that sign it",
        "let the proxy before the web process pass on what begins with `webhook-`",
    ),
}
"""Outcome of a delivery → why it was refused, and what to do. The first that was met since is told."""


def not_arrived(url: str, before: Counters, after: Counters) -> Finding:
    """The finding where a ping was sent between two looks at the counters, and did not come in.

    >>> late = {("deliveries", "other", "time"): 1}
    >>> not_arrived("http://a/webhooks/argilla", {}, late).text
    "a ping from Argilla was refused: its time is more than five minutes from the web process's"
    >>> not_arrived("http://a/webhooks/argilla", late, late).text
    'a ping from Argilla did not arrive'
    """
    for outcome, (why, remedy) in REFUSED.items():
        if _count(after, outcome) > _count(before, outcome):
            return Finding("listener", FAIL, f"a ping from Argilla was refused: {why}", remedy)
    return Finding("listener", FAIL, "a ping from Argilla did not arrive", to_reach(url))


def to_reach(url: str) -> str:
    """What to do where Argilla does not reach us."""
    return f"Argilla must reach {shown(url)}: start the web process, check DISTILL_LISTENER_URL"


def _count(counters: Counters, outcome: str) -> int:
    return sum(
        count
        for (what, *how), count in counters.items()
        if what == "deliveries" and how[1] == outcome
    )
