"""The beginning and the end of rounds: `round` entries.

Which records are in a round, their metadata say; here is what a round is as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from argilla_distill.domain.history.entry import Entry

ROUND = "round"
"""The kind of these entries."""

RoundState = Literal["started", "ended", "cancelled"]


@dataclass(frozen=True)
class RoundNews:
    """What became of a round.

    Attributes
    ----------
    model : whose outputs are annotated in it; "" for unknown.
    trained_on : the version that this model was trained on; "" for none or unknown.
    records : how many it has.
    """

    name: str
    state: RoundState
    model: str = ""
    trained_on: str = ""
    records: int = 0

    def entry(self) -> Entry:
        """The entry that says so."""
        said = {k: v for k, v in asdict(self).items() if v and k != "state"}
        return Entry(ROUND, status=self.state, values=said)

    @classmethod
    def of_entry(cls, entry: Entry) -> RoundNews:
        """What a `round` entry tells.

        >>> news = RoundNews("4", "started", model="bot-0.4", records=300)
        >>> RoundNews.of_entry(news.entry()) == news
        True
        """
        state: Mapping[str, RoundState] = {"ended": "ended", "cancelled": "cancelled"}
        said: dict[str, Any] = dict(entry.values)
        return cls(state=state.get(entry.status, "started"), **said)
