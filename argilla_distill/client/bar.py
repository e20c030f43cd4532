"""How far a download is, or what is being made, on a terminal. Where nobody watches nothing is written."""

from __future__ import annotations

import sys
import time
from types import TracebackType

WIDTH = 30

EVERY_S = 0.1


class Bar:
    """One line on standard error, for the length of a block.

    Parameters
    ----------
    total : bytes to come; where it is 0, nothing is shown.
    shown : None for where standard error is a terminal.
    """

    def __init__(self, what: str, total: int, shown: bool | None = None) -> None:
        self._what = what
        self._total = total
        self._shown = total > 0 and (sys.stderr.isatty() if shown is None else shown)
        self._done = 0
        self._at = 0.0

    def add(self, count: int) -> None:
        """So many bytes more; fewer than none where some have to be downloaded anew."""
        self._done += count
        if self._shown and time.monotonic() - self._at >= EVERY_S:
            self._draw()

    def __enter__(self) -> Bar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._draw()
            sys.stderr.write("\n")

    def _draw(self) -> None:
        self._at = time.monotonic()
        part = min(1.0, self._done / self._total)
        full = "█" * round(part * WIDTH)
        size = f"{self._done / 1e6:,.1f} of {self._total / 1e6:,.1f} MB"
        sys.stderr.write(f"\r{self._what} {full:░<{WIDTH}} {size}")
        sys.stderr.flush()


class StageLine:
    """How far something is that the service makes: one line on standard error, for the length of a block.

    Parameters
    ----------
    shown : None for where standard error is a terminal.
    """

    def __init__(self, shown: bool | None = None) -> None:
        self._shown = sys.stderr.isatty() if shown is None else shown
        self._text = ""

    def tell(self, what: str, stage: str, done: int, total: int) -> None:
        """What is made, at which stage, and how much of that is done; a total of 0 is not known."""
        far = f", {done:,} of {total:,}" if total else ""
        text = f"{what}: {stage}{far}"
        if self._shown and text != self._text:
            sys.stderr.write(f"\r{text:<{len(self._text)}}")
            sys.stderr.flush()
            self._text = text

    def __enter__(self) -> StageLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._text:
            sys.stderr.write("\n")
