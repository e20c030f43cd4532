"""What is wrong with files, gathered into one message."""

from __future__ import annotations

MAX_MISTAKES = 10
"""So many are reported at once; reading ends with the last of them."""


class BadTable(ValueError):
    """Files that cannot be used as they are; one line for each thing that is wrong."""


class Unreadable(BadTable):
    """A file that is not what it should be, from some place on."""


class Mistakes:
    """What is wrong, gathered into one message.

    >>> mistakes = Mistakes()
    >>> mistakes.add("a.csv:3", "label is empty")
    >>> mistakes.check()
    Traceback (most recent call last):
    argilla_distill.workers.files.reading.mistakes.BadTable: a.csv:3: label is empty
    """

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, text: str) -> None:
        """Note one. Raises BadTable when there are many."""
        self.found.append(f"{place}: {text}")
        if len(self.found) == MAX_MISTAKES:
            self.found.append(f"(these are the first {MAX_MISTAKES}; there may be more)")
            self.check()

    def check(self) -> None:
        """Raise BadTable if there are any."""
        if self.found:
            raise BadTable("\n".join(self.found))
