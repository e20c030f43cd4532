"""The live display while annotators answer, and what it shows: figures of Argilla and our store."""

from __future__ import annotations

import time
from dataclasses import dataclass

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from argilla_distill.plugin.store import Store
from demo.playground import Playground
from demo.replay import Replay

LINE_EVERY_S = 15.0
"""Where nothing can be redrawn (a log file), a line so often."""


@dataclass(frozen=True)
class Figures:
    """How far everything is.

    Attributes
    ----------
    answers, of : answers given, and to be given.
    observed : answers that argilla-distill has taken in.
    completed, records : as Argilla counts them.
    suggestions : written by us so far, renewed ones included.
    dirty, stale : records that wait to be looked at, and to be refreshed.
    leased : a distiller is at work.
    """

    answers: int
    of: int
    observed: int
    completed: int
    records: int
    deliveries: int
    suggestions: int
    conflicts: int
    dirty: int
    stale: int
    leased: bool

    @property
    def settled(self) -> bool:
        """Everything that was answered is distilled and published."""
        waits = self.observed < self.answers or self.dirty or self.stale or self.leased
        return self.answers == self.of and not waits

    def line(self) -> str:
        """Everything but the two bars, in words."""
        return (
            f"{self.deliveries} deliveries, {self.dirty} records dirty, "
            f"{self.suggestions} suggestions written, {self.conflicts} conflicts open"
        )


def figures(playground: Playground, store: Store, replay: Replay) -> Figures:
    """The figures of this moment."""
    dataset_id, given = playground.dataset_id, replay.given
    info = store.datasets.info(dataset_id)
    responses = store.datasets.responses(dataset_id)
    dirty, stale, _ = store.dirty.sizes(dataset_id)
    leased = store.leased(dataset_id)
    progress = playground.owner.progress(playground.dataset)
    accepted = {
        labels: n
        for labels, n in store.service.counters().items()
        if labels[0] == "deliveries" and labels[-1] == "accepted" and labels[1] != "ping"
    }
    return Figures(
        answers=given,
        of=len(replay.plan),
        observed=sum(n for (_, status), n in responses.items() if status == "submitted"),
        completed=int(progress["completed"]),
        records=len(playground.records),
        deliveries=sum(accepted.values()),
        suggestions=int(info.get("published", 0)),
        conflicts=int(info.get("conflicts", 0)),
        dirty=dirty,
        stale=stale,
        leased=leased,
    )


class Display:
    """Shows figures: redrawn in a terminal, a line now and then elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._bars = Progress(
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            console=console,
            auto_refresh=False,
        )
        self._answers = self._bars.add_task("answers given", total=None, rate="")
        self._completed = self._bars.add_task("records completed", total=None, rate="")
        self._live = Live(console=console, auto_refresh=False)
        self._start_s = self._said_s = time.monotonic()

    def __enter__(self) -> Display:
        self._start_s = self._said_s = time.monotonic()
        if self.console.is_terminal:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._live.stop()

    def show(self, now: Figures) -> None:
        """Draw, or say a line if one is due."""
        elapsed_s = time.monotonic() - self._start_s
        rate = ""
        if 0 < now.answers < now.of:
            left_s = elapsed_s * (now.of - now.answers) / now.answers
            rate = f"{now.answers / elapsed_s:.1f}/s, {duration(left_s)} left"
        self._bars.update(self._answers, completed=now.answers, total=now.of, rate=rate)
        self._bars.update(self._completed, completed=now.completed, total=now.records)
        if self.console.is_terminal:
            self._live.update(Group(self._bars, Text(now.line())), refresh=True)
        elif now.settled or time.monotonic() - self._said_s >= LINE_EVERY_S:
            self._said_s = time.monotonic()
            self.console.print(
                f"{elapsed_s:4.0f} s: {now.answers}/{now.of} answers{rate and f' ({rate})'}, "
                f"{now.completed}/{now.records} records completed, {now.line()}",
                soft_wrap=True,
            )


def duration(seconds: float) -> str:
    """A duration as people say it.

    >>> duration(76.4), duration(533)
    ('76 s', '9 minutes')
    """
    return f"{seconds:.0f} s" if seconds < 100 else f"{seconds / 60:.0f} minutes"
