"""A real Argilla, a real Redis and our service, with datasets made in bulk: what live benchmarks use."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.argilla.api import Api
from demo.argilla.payloads import Json, label_question
from demo.running.installation import Installation, installed
from demo.running.servers import Argilla, RedisServer

LABELS = ("a", "b", "c", "d")
BULK = 250


@dataclass
class Rig:
    """The servers, and one crowd that answers every dataset."""

    argilla: Argilla
    redis: RedisServer
    running: Installation
    api: Api
    users: list[Json]
    workspace: Json

    def dataset(self, name: str, records: int, answers: int, seed: int = 0) -> Json:
        """A dataset whose records have `answers` answers each, logged in bulk (no event is sent)."""
        questions = [label_question("label", LABELS)]
        dataset = self.api.create_dataset(
            self.workspace, name=name, questions=questions, min_submitted=max(answers, 1)
        )
        draw = random.Random(seed)
        for start in range(0, records, BULK):
            count = min(BULK, records - start)
            items = [self._item(draw, start + n, answers) for n in range(count)]
            self.api.call("POST", f"/datasets/{dataset['id']}/records/bulk", json={"items": items})
        return dataset

    def _item(self, draw: random.Random, number: int, answers: int) -> dict[str, Any]:
        truth = draw.choice(LABELS)
        responses = [
            {
                "user_id": user["id"],
                "status": "submitted",
                "values": {
                    "label": {"value": truth if draw.random() < 0.8 else draw.choice(LABELS)}
                },
            }
            for user in draw.sample(self.users, answers)
        ]
        return {"fields": {"text": f"record {number}"}, "responses": responses}


@contextmanager
def rig(workers: int = 1, users: int = 20) -> Iterator[Rig]:
    """All servers, started and stopped."""
    with (
        tempfile.TemporaryDirectory() as place,
        RedisServer(Path(place) / "argilla-redis") as theirs,
        RedisServer(Path(place) / "redis") as redis,
        Argilla(Path(place) / "argilla", theirs.url()) as argilla,
        installed(argilla, redis.url(1), Path(place) / "service", workers=workers) as running,
        Api(argilla.url, argilla.api_key) as api,
    ):
        crowd = [api.create_user(f"bench-{n}") for n in range(users)]
        yield Rig(argilla, redis, running, api, crowd, api.create_workspace("bench", users=crowd))
