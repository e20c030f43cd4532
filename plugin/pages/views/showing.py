"""Whether Argilla shows a decision, why not, and since when, in words. Pure.

What was decided is `decision_view`.
"""

from __future__ import annotations

from typing import NamedTuple

from argilla_distill.domain.state.decision import StoredDecision
from argilla_distill.domain.wording import Wording


class ShownState(NamedTuple):
    """`state` is shown, hidden or abstained; `since` is in ms, None where nothing is shown."""

    state: str
    reason: str
    since: int | None


def shown(
    name: str, decision: StoredDecision, status: str, publish: str, say: Wording
) -> ShownState:
    """Of a dataset that is in Argilla, whose record has this status.

    Parameters
    ----------
    publish : the dataset's policy, `completed` or `always`.
    say : how values are put in words.
    """
    showing, value = decision.showing, decision.value
    published = showing.value if showing else None
    since = showing.since if showing and published is not None else None
    if value is not None and value == published:
        return ShownState("shown", "Argilla shows it as a suggestion", since)
    still = f"; until then Argilla shows “{say(name, published)}”" if published is not None else ""
    if value is None:
        why = _why_not(decision)
        return ShownState(
            "abstained", f"{why}{' (the suggestion is being withdrawn)' if still else ''}", since
        )
    if status == "pending" and publish != "always":
        reason = "the record is still pending; nothing is shown before its overlap is complete, so "
        return ShownState("hidden", f"{reason}that nobody is led{still}", since)
    return ShownState("hidden", f"it is about to be written to Argilla{still}", since)


def kept(decision: StoredDecision) -> ShownState:
    """Of a dataset that was deleted in Argilla: nothing is shown there, whatever was before."""
    if decision.value is None:
        return ShownState("abstained", _why_not(decision), None)
    published = decision.showing.value if decision.showing else None
    until = "; until then Argilla showed it" if published == decision.value else ""
    return ShownState("hidden", f"its dataset was deleted in Argilla{until}", None)


def _why_not(decision: StoredDecision) -> str:
    return decision.abstention or "no label is probable enough"
