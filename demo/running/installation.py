"""An installation: our processes beside a real Argilla, and a look inside their store.

For the live tests and the benchmarks. `api` asks what Argilla shows, `world` what we know.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from argilla_distill.domain.records import DatasetQuestion
from argilla_distill.domain.state.decision import Decisions
from argilla_distill.plugin import store
from argilla_distill.plugin.argilla import gateway
from argilla_distill.plugin.errors import DistillError
from argilla_distill.plugin.settings import DatasetSettings, read
from argilla_distill.workers.engine import registry
from argilla_distill.workers.engine.contract.decision import Decision
from argilla_distill.workers.engine.contract.facts import Content, Vote
from argilla_distill.workers.models.values import content, from_argilla, question_of
from argilla_distill.workers.use_cases.checks.waiting import waiting
from argilla_distill.workers.use_cases.connecting import registration
from argilla_distill.workers.use_cases.world import World
from demo.argilla.api import Api
from demo.argilla.payloads import Json, Ref, id_of
from demo.running.servers import Argilla
from demo.running.service import Service

PATIENCE_S = 180.0
"""How long nothing may move: longer than the cron takes to find a lost delivery, on a busy machine."""

STRATEGY = str(DatasetSettings.model_fields["strategy"].default)


@dataclass
class Installation:
    """Our service beside Argilla."""

    service: Service
    world: World
    api: Api

    def waiting(self, dataset: Ref) -> int:
        """How many records and copies of a dataset wait, and jobs that may change it."""
        left = waiting(self.world, [id_of(dataset)])
        return left.records + left.copies + left.readings + left.datasets

    def responses(self, dataset: Ref) -> int:
        """How many current responses of a dataset we know."""
        return sum(self.world.store.datasets.responses(id_of(dataset)).values())

    def moved(self, dataset: Ref) -> tuple[object, ...]:
        """What changes while work on a dataset makes progress, except failures and clocks."""
        store, dataset_id = self.world.store, id_of(dataset)
        info = store.datasets.info(dataset_id)
        counts = [info.get(name) for name in ("observed", "published", "records", "completed")]
        return (*counts, *store.dirty.sizes(dataset_id), self.responses(dataset))

    def settle(
        self, dataset: Ref, responses: int | None = None, patience_s: float = PATIENCE_S
    ) -> None:
        """Until we know so many responses (if given) and nothing of the dataset waits any more.

        However slow the machine is: it fails only once nothing has moved for `patience_s`.
        """

        def quiet() -> bool:
            known = responses is None or self.responses(dataset) == responses
            return known and not self.waiting(dataset)

        def settled() -> bool:
            if not quiet():
                return False
            time.sleep(0.2)
            return quiet()

        def progress() -> str:
            return f"{self.responses(dataset)} responses known, {self.waiting(dataset)} waiting"

        eventually(settled, patience_s, progress, lambda: self.moved(dataset))

    def decided(self, record: Ref) -> Decisions:
        """What we decided on a record."""
        dataset_id = self.world.store.datasets.of_record(id_of(record))
        if dataset_id is None:
            return {}
        (found,) = self.world.store.datasets.decisions(dataset_id, [id_of(record)])
        return found or {}

    def history(self, record: Ref) -> list[tuple[str, str, dict[str, Any]]]:
        """Kind, status and values of a record's history, oldest first."""
        dataset_id = self.world.store.datasets.of_record(id_of(record))
        assert dataset_id is not None
        (ledger,) = self.world.store.datasets.ledger(dataset_id, [id_of(record)])
        entries = self.world.store.history.entries(dataset_id, ledger.history if ledger else ())
        return [(e.kind, e.status, dict(e.values)) for e in entries]

    def state(self, dataset: Ref) -> Json:
        """All that we know of a dataset, except history and our own times: the same after a fresh start."""
        names = {n: a.name for n, a in self.world.store.datasets.annotators(id_of(dataset)).items()}
        ids = sorted(self.world.store.datasets.current_records(id_of(dataset)))
        ledger = self.world.store.datasets.ledger(id_of(dataset), ids)
        decisions = self.world.store.datasets.decisions(id_of(dataset), ids)
        return {
            record_id: {
                "status": entry.status,
                "responses": {names[n]: [a.status, a.values] for n, a in entry.answers.items()},
                "decided": {q: d.value for q, d in (decision or {}).items()},
                "confidence": {q: d.confidence for q, d in (decision or {}).items()},
            }
            for record_id, entry, decision in zip(ids, ledger, decisions, strict=True)
            if entry is not None
        }


@contextmanager
def installed(
    argilla: Argilla,
    redis_url: str,
    directory: Path,
    workers: int = 1,
    plan: str = "",
    port: int | None = None,
    argilla_url: str = "",
    **more: str,
) -> Iterator[Installation]:
    """A running installation with a webhook in Argilla, which is deleted at the end.

    `argilla_url` puts a proxy between us and Argilla; `more` are further settings.
    """
    address = (argilla_url or argilla.url, argilla.api_key, redis_url)
    with Service(directory, *address, workers=workers, plan=plan, port=port, more=more) as service:
        settings = read(
            {k: v for k, v in service.env.items() if k.startswith(("ARGILLA", "DISTILL"))}
        )
        state = store.connect(settings)
        world = World(gateway.connect(settings), state, settings)
        service.command("connect")
        with Api(argilla.url, argilla.api_key) as api:
            try:
                yield Installation(service, world, api)
            finally:
                argilla.resume()
                argilla.start_api()
                with suppress(
                    DistillError, store.StoreError
                ):  # a test may have left nothing to talk to
                    registration.unregister(world)
                world.gateway.close()


def eventually(
    condition: Callable[[], bool],
    patience_s: float = PATIENCE_S,
    progress: Callable[[], str] = lambda: "",
    moved: Callable[[], object] = lambda: None,
    clock: Callable[[], float] = time.monotonic,
) -> None:
    """Wait until a condition holds; fail once it has not, and nothing `moved`, for `patience_s`.

    Patience costs nothing where all is well. It is never a bar for speed: that is what benchmarks are for.
    The longer it takes, the more seldom it asks: asking takes the CPU from whom it waits for.
    """
    start = clock()
    before, end = moved(), start + patience_s
    while not condition():
        now = moved()
        if now != before:
            before, end = now, clock() + patience_s
        assert clock() < end, f"nothing moved for {patience_s} s; {progress()}"
        time.sleep(min(0.05 + (clock() - start) / 20, 0.5))


def batch(
    api: Api, dataset: Ref, question: str, strategy: str = STRATEGY
) -> Mapping[str, Decision]:
    """What a fresh batch computation decides from Argilla's current answers: record → decision."""
    named = next(DatasetQuestion.parse(q) for q in api.questions(dataset) if q["name"] == question)
    asked = question_of(named)
    votes, contents = [], []
    for record in api.records(dataset):
        given = [
            Vote(record["id"], r["user_id"], from_argilla(asked, r["values"][question]["value"]))
            for r in record["responses"]
            if r["status"] == "submitted" and question in r["values"]
        ]
        votes += given
        if given:
            contents.append(Content(record["id"], content(named, record["fields"])))
    fitted = registry.create(strategy, asked).fit([*votes, *contents])
    return {d.record: d for d in fitted.decide({vote.record: None for vote in votes})}


def ours(api: Api, dataset: Ref, record: Json, question: str) -> Json | None:
    """Our own current suggestion for a question, on a record as read from Argilla."""
    question_id = api.question_id(dataset, question)
    for suggestion in record["suggestions"]:
        if suggestion["question_id"] == question_id and suggestion["agent"].startswith("distill/"):
            return dict(suggestion)
    return None
