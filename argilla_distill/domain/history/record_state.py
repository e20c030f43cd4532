"""What a record said beside its answers: `record` entries, one whenever that changes.

They hold digests, not texts: enough to tell whether a record still is what it was, and small. What a
record's text once was, a version that was made then knows.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from argilla_distill.domain.history.entry import Details, Entry

RECORD = "record"
"""The kind of these entries."""

GONE = "gone"
"""The status of an entry about a record that was deleted in Argilla."""

ROUND, MODEL = "round", "model"

MODEL_PROPERTY = "model"
"""The metadata property that names the model whose output a record is."""

DIGEST_BYTES = 12


@dataclass(frozen=True, slots=True)
class RecordState:
    """A record as it was at some moment.

    Attributes
    ----------
    fields, metadata : digests (`digest`); of the metadata together with the external id. "" where they
        are not known.
    round, model : their names; None for none.
    gone : whether it was deleted in Argilla.
    """

    fields: str = ""
    metadata: str = ""
    round: str | None = None
    model: str | None = None
    gone: bool = False

    @classmethod
    def of(
        cls,
        fields: Mapping[str, Any],
        metadata: Mapping[str, Any],
        external_id: str | None,
        round_property: str,
    ) -> RecordState:
        """The state of a record that says this."""
        return cls(
            digest_of_fields(fields),
            digest([metadata, external_id]),
            named(metadata, round_property),
            named(metadata, MODEL_PROPERTY),
        )

    @classmethod
    def of_entry(cls, entry: Entry) -> RecordState:
        """What a `record` entry tells."""
        more, said = entry.details, entry.values
        gone = entry.status == GONE
        return cls(more.digest, more.metadata, said.get(ROUND), said.get(MODEL), gone)

    def entry(self, record_id: str, before: RecordState | None, at: int = 0) -> Entry:
        """The entry that says so, with what it was before. `at` : when, if Argilla tells (ms)."""
        was = {} if before is None else before.named
        replaced = {name: value for name, value in was.items() if self.named.get(name) != value}
        status = GONE if self.gone else ""
        details = Details(digest=self.fields, metadata=self.metadata)
        return Entry(RECORD, record_id, None, status, self.named, replaced, at, details)

    @property
    def named(self) -> dict[str, str]:
        """Round and model, where they are named."""
        both = ((ROUND, self.round), (MODEL, self.model))
        return {} if self.gone else {name: value for name, value in both if value is not None}


def named(metadata: Mapping[str, Any], property_: str) -> str | None:
    """What a metadata property names; None where there is none.

    Which of 3 and 3.0 somebody meant nobody can tell: what is whole is written so.

    >>> named({"round": 3.0}, "round"), named({"round": 3}, "round"), named({"round": 2.5}, "round")
    ('3', '3', '2.5')
    """
    value = metadata.get(property_)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return None if value is None else str(value)


def digest_of_fields(fields: Mapping[str, Any]) -> str:
    """The digest of a record's fields; those without a value are as good as none.

    >>> digest_of_fields({"a": "x", "b": None}) == digest_of_fields({"a": "x"})
    True
    """
    return digest({name: value for name, value in fields.items() if value is not None})


def digest(value: Any) -> str:
    """96 bits of a JSON value in 16 characters, whatever the order of its keys.

    >>> digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1}), len(digest({}))
    (True, 16)
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    data = text.encode("utf-8", "surrogatepass")
    return urlsafe_b64encode(blake2b(data, digest_size=DIGEST_BYTES).digest()).decode()
