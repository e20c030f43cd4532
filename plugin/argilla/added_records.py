"""Records that we add to an annotators' dataset, which are ours until somebody answers them.

They are created, never upserted: where there is a record of the same external id already, Argilla refuses
the whole call, and nothing that is somebody else's is overwritten.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from argilla_distill.domain.records import Record
from argilla_distill.plugin.argilla.calls import Calls
from argilla_distill.plugin.errors import InvalidValue

Json = Mapping[str, Any]

TAKEN = "found records with same external ids"
"""With these words Argilla refuses to create a record whose external id is taken."""


class AddedRecords:
    """What rounds ask of Argilla. Raises as methods of `Gateway` do."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def form(self, dataset_id: str) -> tuple[list[Json], list[Json]]:
        """A dataset's fields, and the metadata properties that are declared, as Argilla's JSON."""
        path = f"datasets/{dataset_id}"
        fields = self._calls.json("dataset", "GET", f"{path}/fields")["items"]
        properties = self._calls.json("dataset", "GET", f"me/{path}/metadata-properties")["items"]
        return fields, properties

    def declare(self, dataset_id: str, name: str) -> None:
        """Make a metadata property of any text, which annotators do not see."""
        body = {
            "name": name,
            "title": name,
            "settings": {"type": "terms"},
            "visible_for_annotators": False,
        }
        path = f"datasets/{dataset_id}/metadata-properties"
        self._calls.call("create", "POST", path, json=body)

    def create(self, dataset_id: str, items: Sequence[Json]) -> dict[str, str] | None:
        """Create at most 500 records, all or none. Returns external id → id; None where one is taken."""
        path = f"datasets/{dataset_id}/records/bulk"
        try:
            data = self._calls.json("add", "POST", path, json={"items": list(items)})
        except InvalidValue as error:
            if TAKEN in str(error):
                return None
            raise
        return {item["external_id"]: item["id"] for item in data["items"]}

    def named(self, dataset_id: str, external_ids: Sequence[str]) -> dict[str, Record]:
        """The records of these external ids, straight from the database, without their responses.

        It is an upsert that says nothing but the name: it changes nothing. Where one of them is not
        there, Argilla refuses the call, as a record without fields cannot be made, and then {} is
        returned. The search index, the other way to a record by its external id, lags behind.
        """
        path = f"datasets/{dataset_id}/records/bulk"
        items = [{"external_id": each} for each in external_ids]
        try:
            data = self._calls.json("add", "PUT", path, json={"items": items})
        except InvalidValue:
            return {}
        return {item["external_id"]: Record.parse(item) for item in data["items"]}
