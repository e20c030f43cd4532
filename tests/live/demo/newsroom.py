"""A small dataset with three annotators, for live tests that need some ordinary work to look at.

Not here: the calls it is made of (`demo/argilla/api.py`).
"""

from dataclasses import dataclass

from demo.argilla.api import Api
from demo.argilla.payloads import Json, label_question, text_question, unique


@dataclass(frozen=True)
class Newsroom:
    dataset: Json
    records: list[Json]
    ana: Api
    ben: Api
    eve: Api


def newsroom(api: Api, n_records: int) -> Newsroom:
    """Overlap 2; record n has metadata length = n and a suggestion whose score is n / 1000."""
    users = [api.create_user(unique(name)) for name in ("ana", "ben", "eve")]
    questions = [label_question("topic", ["sport", "arts"]), text_question("note")]
    dataset = api.create_dataset(
        api.create_workspace(users=users),
        questions=questions,
        metadata={"source": "terms", "length": "integer"},
        min_submitted=2,
    )
    records = api.add_records(
        dataset,
        [
            {
                "fields": {"text": f"Report number {n}: Österreich wins"},
                "metadata": {"source": "wire" if n % 3 else "blog", "length": n},
                "suggestions": {"topic": {"value": "arts", "score": n / 1000, "agent": "tagger"}},
            }
            for n in range(n_records)
        ],
    )
    return Newsroom(dataset, records, *(api.as_user(user) for user in users))
