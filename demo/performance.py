"""The demo from the first record to the last table, on servers that run already.

Starting and stopping them is `demo.running.stage`; the command line is `demo.__main__`.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console

from argilla_distill.plugin.argilla.links import answered_link, review_link
from demo.argilla.api import Api
from demo.display import Display, Figures, duration, figures
from demo.ending import Ending, end
from demo.playground import PASSWORD, Playground
from demo.programme import Programme
from demo.replay import Replay
from demo.running.stage import Stage
from demo.scenarios.scenario import Annotator
from demo.scoring.learned import learned
from demo.scoring.outcome import Check, Seen, check, compare
from demo.scoring.tables import reliability_table, score_table, sign_in_table, tabled

REDRAW_S = 0.5
PATIENCE_S = 180.0
"""How long nothing may move after the last answer: long enough for a lost delivery to be found."""

MAX_SIGN_INS = 12
MAX_PAGES = 3
MAX_FAULTS = 10
USUAL_RATES = (10, 20)
"""Answers per second that Argilla takes on SQLite and two cores while it also delivers them."""


class NotGiven(RuntimeError):
    """An annotator's answer was refused, so that the demo cannot go on."""


class Performance:
    """One programme, played on a stage."""

    def __init__(self, stage: Stage, programme: Programme, console: Console) -> None:
        self.stage = stage
        self.programme = programme
        self.scenario = programme.scenario
        self.console = console
        argilla = stage.argilla
        self.playground = Playground(Api(argilla.url, argilla.api_key), self.scenario)

    @property
    def questions(self) -> list[str]:
        """The names of the questions that are distilled."""
        return [question.name for question in self.scenario.distilled]

    def prepare(self) -> None:
        """Users, dataset, records, and argilla-distill connected to them."""
        scenario, playground = self.scenario, self.playground
        with self.stage.step(f"{len(scenario.users)} users"):
            playground.make_users()
        with self.stage.step(f"workspace and dataset, overlap {scenario.overlap}"):
            playground.make_dataset()
        models = ", ".join(sorted({suggestion.agent for suggestion in scenario.suggestions}))
        suggested = f", with {len(scenario.suggestions)} suggestions of {models}" if models else ""
        with self.stage.step(f"{len(scenario.items)} records{suggested}"):
            playground.make_records()
        with self.stage.step("argilla-distill connect"):
            self.stage.service.command("connect", playground.name)
        with self.stage.step("argilla-distill review enable"):
            self.stage.service.command("review", "enable", playground.name)

    def play(self) -> Figures:
        """Have everything answered, and wait until it is distilled. Returns the last state."""
        self._announce()
        replay = Replay(self.scenario.plan, self.playground.answer, self.programme.speed)
        with Display(self.console) as display, _running(replay):
            now = figures(self.playground, self.stage.store, replay)
            moved_s = time.monotonic()
            while not now.settled and time.monotonic() - moved_s < PATIENCE_S:
                if replay.error is not None:
                    raise NotGiven(f"Argilla refused an answer: {replay.error}") from replay.error
                time.sleep(REDRAW_S)
                before, now = now, figures(self.playground, self.stage.store, replay)
                if replay.running or now != before:
                    moved_s = time.monotonic()
                display.show(now)
        return now

    def _announce(self) -> None:
        plan, speed = self.scenario.plan, self.programme.speed
        if self.programme.left_out:
            self.console.print(
                f"{self.programme.left_out} answers are left out, which came after their record "
                f"had its {self.scenario.overlap}: nobody would have been asked for them."
            )
        seconds = plan[-1].at_s / speed
        text = f"{len(plan)} answers, planned to take {duration(seconds)}."
        if math.isinf(speed):
            slow, fast = (duration(len(plan) / rate) for rate in USUAL_RATES)
            text = f"{len(plan)} answers as fast as Argilla takes them: {fast} to {slow}, usually."
        self.console.print(f"\n{text}")

    def end(self) -> Check:
        """Read what Argilla shows now, and print the tables."""
        seen = [Seen.parse(r, self.playground.questions()) for r in self.playground.seen()]
        result = check(seen, self.questions)
        self.console.print()
        self.console.print(score_table(compare(self.scenario, seen)), "")
        annotators = learned(self.stage.store, self.playground.dataset_id, self.scenario)
        for questions in tabled(self.questions):
            self.console.print(reliability_table(annotators, questions), "")
        self._tell(result)
        return result

    def _tell(self, result: Check) -> None:
        lacking: dict[str, list[str]] = {}
        for record, question in result.missing:
            lacking.setdefault(record, []).append(question)
        self._line(
            f"{result.completed - len(lacking)} of {result.completed} completed records carry our "
            f"suggestion for each question.\n"
            f"{result.pending - len(result.early)} of {result.pending} pending records carry "
            "nothing of ours."
        )
        few = list(lacking)[:MAX_FAULTS]
        decisions = self.stage.store.datasets.decisions(self.playground.dataset_id, few)
        for record, decided in zip(few, decisions, strict=True):
            reasons = {
                q: decided[q].abstention if decided and q in decided else ""
                for q in lacking[record]
            }
            missing = ", ".join(f"{q} ({why})" if why else q for q, why in reasons.items())
            self._line(f"  completed without our {missing}: {self._page(record)}")
        for record in result.early[:MAX_FAULTS]:
            self._line(f"  pending, and yet with a suggestion of ours: {self._page(record)}")
        more = max(0, len(lacking) - MAX_FAULTS) + max(0, len(result.early) - MAX_FAULTS)
        if more:
            self._line(f"  … and {more} more")

    def freeze(self) -> Ending:
        """Make a version of what was distilled, and say what came of it."""
        playground = self.playground
        with self.stage.step("a version, made twice, its twin in Argilla, and an export"):
            ending = end(
                self.stage.service,
                playground.name,
                playground.dataset_id,
                len(self.scenario.items),
                self.scenario.distilled,
            )
        self.console.print()
        for line in ending.lines():
            self._line(line)
        return ending

    def invite(self, ending: Ending) -> None:
        """Print where everything is, and who may sign in with what."""
        argilla, service = self.stage.argilla, self.stage.service
        few, more = self.playground.sign_ins(MAX_SIGN_INS)
        rows = [("owner", argilla.username, argilla.password, "Argilla and argilla-distill")]
        rows += [(one.source, one.name, PASSWORD, "Argilla") for one in few]
        if more:
            rows.append(("", f"{more} more", PASSWORD, "Argilla"))
        self.console.print()
        self.console.print(sign_in_table(rows), "")
        self._line(f"Argilla          {argilla.url}")
        for what, link in self._in_argilla(few):
            self._line(f"  {what:<13}  {link}")
        self._line(f"argilla-distill  {service.url}")
        conflicts = self.stage.store.datasets.conflicts(self.playground.dataset_id)
        opened = dict.fromkeys(r for (r, _), c in conflicts.items() if c.is_open)
        for record in list(opened)[:MAX_PAGES]:
            self._line(f"  a conflict     {self._page(record)}")
        for what, where in ending.addresses():
            self._line(f"  {what:<13}  {where}")

    def _in_argilla(self, people: Sequence[Annotator]) -> Iterator[tuple[str, str]]:
        """(for whom, link) of what there is to see in Argilla, which shows everybody something else."""
        url, store, dataset_id = (
            self.stage.argilla.url,
            self.stage.store,
            self.playground.dataset_id,
        )
        review = store.reviews.of(dataset_id)
        if review and store.reviews.count_due(dataset_id):
            yield "as the owner", review_link(url, review.id)
        for annotator in people[:1]:
            name = self.questions[0]
            model = store.models.all(dataset_id)[name]
            link = answered_link(url, dataset_id, name, model.strategy, model.fit)
            yield f"as {annotator.name}", link

    def _page(self, record: str) -> str:
        return f"{self.stage.service.url}/records/{record}"

    def _line(self, text: str) -> None:
        self.console.print(text, soft_wrap=True, markup=False)


@contextmanager
def _running(replay: Replay) -> Iterator[None]:
    replay.start()
    try:
        yield
    finally:
        replay.stop()
