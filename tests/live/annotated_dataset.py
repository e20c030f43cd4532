"""A dataset of a workspace of its own, its annotators and its records, on a real Argilla."""

from __future__ import annotations

from typing import Any

from demo.argilla.api import Api
from demo.argilla.payloads import Json, label_question, text_question, unique

LABELS = ("a", "b", "c")

LAG = 0.03
"""How far a score in Argilla may be from a fresh fit: the tolerance of 0.02, the quarter of it within
which records are not looked at again, and some for rounding."""


def only(workspaces: str) -> str:
    """The plan of an installation that distils these workspaces alone, `apart-faults-*`, say.

    One with a Redis of its own else reads all that the other tests left in Argilla, and that takes longer
    than most tests.
    """
    return f'[datasets."*"]\ndistil = false\n\n[datasets."{workspaces}/*"]\ndistil = true\n'


def crowd(api: Api, name: str, size: int) -> list[Json]:
    return [api.create_user(unique(f"{name}-{n}")) for n in range(size)]


def dataset_of(
    api: Api, users: list[Json], overlap: int, workspace_name: str | None = None, **more: Any
) -> Json:
    workspace = api.create_workspace(workspace_name, users=users)
    questions = [label_question("topic", LABELS), text_question("conflicts")]
    return api.create_dataset(
        workspace, questions=questions, min_submitted=overlap, metadata={"n": "integer"}, **more
    )


def records_of(api: Api, dataset: Json, count: int) -> list[Json]:
    items: list[Any] = [
        {"fields": {"text": f"text {n}"}, "metadata": {"n": n}} for n in range(count)
    ]
    return api.add_records(dataset, items)
