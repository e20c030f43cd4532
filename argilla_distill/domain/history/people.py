"""Who an annotator's number is, and of which kind: `annotator` entries, one whenever that changes."""

from __future__ import annotations

from argilla_distill.domain.history.entry import Entry
from argilla_distill.domain.state.annotator import KnownAnnotator

ANNOTATOR = "annotator"
"""The kind of these entries."""


def introduction(number: int, now: KnownAnnotator, before: KnownAnnotator | None) -> Entry:
    """The entry that says who somebody is from now on."""
    said = {"name": now.name, "kind": now.kind}
    was = {} if before is None else {"name": before.name, "kind": before.kind}
    replaced = {name: value for name, value in was.items() if said[name] != value}
    return Entry(ANNOTATOR, annotator=number, values=said, replaced=replaced)


def introduced(entry: Entry, today: KnownAnnotator) -> KnownAnnotator:
    """Who somebody was, by such an entry."""
    return KnownAnnotator(today.key, entry.values["name"], entry.values["kind"])
