"""What Argilla took of a batch."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Sent:
    """What Argilla took of what a batch wrote.

    Attributes
    ----------
    at : record → since when Argilla shows it (ms).
    statuses : record → its status after it.
    refused : record → why Argilla did not take it.
    suggestions : how many it took.
    """

    at: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    suggestions: int = 0
