"""Many records by their ids, although the search index lags behind.

One search takes 250 ids. What it does not find is asked for singly before it is believed to be gone.
Where that is much, it is searched for once more when the index has caught up, and three of them, asked
for singly, show whether it has.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from argilla_distill.domain.records import Record
from argilla_distill.plugin.argilla.calls import Calls
from argilla_distill.plugin.errors import NotInArgilla

SEARCH_LIMIT = 250
"""How many ids Argilla takes in one terms filter."""

SINGLY = 5
"""So many records that the search does not find are asked for one by one."""

INDEX_LAG_S = 1.5
"""So long after a record was made at most, Elasticsearch finds it: it is refreshed every second."""


class RecordsById:
    """Finds records of a dataset, with their responses and suggestions, by id."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def one(self, record_id: str) -> Record:
        """One record.

        Raises
        ------
        NotInArgilla : there is none of this id.
        """
        return Record.parse(self._calls.json("record", "GET", f"records/{record_id}"))

    def found(
        self, dataset_id: str, ids: Sequence[str], settled: bool = False
    ) -> dict[str, Record]:
        """The records by id; those that are gone are left out.

        Parameters
        ----------
        settled : whether all have been there, if they are, for longer than the index lags behind.
        """
        found = self._searched(dataset_id, ids) if len(ids) > 1 else {}
        missing = [i for i in ids if i not in found]
        if len(missing) <= SINGLY:
            return found | self._singly(missing)
        if not settled:
            time.sleep(INDEX_LAG_S)
            found |= self._searched(dataset_id, missing)
            missing = [i for i in ids if i not in found]
        samples = dict.fromkeys(missing[n] for n in (0, len(missing) // 2, -1) if missing)
        there = self._singly(list(samples))
        return found | (self._singly(missing) if there else {})

    def _searched(self, dataset_id: str, ids: Sequence[str]) -> dict[str, Record]:
        """The records that the search finds."""
        found: dict[str, Record] = {}
        for start in range(0, len(ids), SEARCH_LIMIT):
            part = list(ids[start : start + SEARCH_LIMIT])
            found |= {record.id: record for record in self._search(dataset_id, part)}
        return found

    def _singly(self, ids: Sequence[str]) -> dict[str, Record]:
        """The records that exist, each asked for by itself."""
        found: dict[str, Record] = {}
        for record_id in ids:
            with suppress(NotInArgilla):
                found[record_id] = self.one(record_id)
        return found

    def _search(self, dataset_id: str, ids: Sequence[str]) -> Iterator[Record]:
        scope = {"entity": "record", "property": "id"}
        terms = {"type": "terms", "scope": scope, "values": ids}
        data = self._calls.json(
            "search",
            "POST",
            f"datasets/{dataset_id}/records/search",
            params={"include": ["responses", "suggestions"], "limit": 1000},
            json={"filters": {"and": [terms]}},
        )
        return (Record.parse(item["record"]) for item in data["items"])
