"""Which answers count in one version and not in the other."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from argilla_distill.workers.versions.differences.reading import ID

VOTE = ["question", "annotator", "source", "value", "counted", "confidence", "history"]
"""What is read of a vote."""


def differing_answers(before: pa.Table, after: pa.Table) -> dict[tuple[str, str], set[str]]:
    """(record, question) → what of its answers differs: `adjudication`, `vote`, `withdrawn`.

    An answer is the same if it is the same entry of the history, or if the same annotator says the same,
    as surely. Who says something else withdraws what they said, which is told as a vote alone.

    Parameters
    ----------
    before, after : the votes of the same range in both versions, with the columns `VOTE`.
    """
    before, after = before.filter(before.column("counted")), after.filter(after.column("counted"))
    for key in (_entry, _saying):
        gone, new = _missing(key(before), key(after)), _missing(key(after), key(before))
        before, after = before.filter(gone), after.filter(new)
    found: dict[tuple[str, str], set[str]] = {}
    for table, what in ((before, "withdrawn"), (after, "vote")):
        columns = (table.column(name).to_pylist() for name in (ID, "question", "source"))
        for record, question, source in zip(*columns, strict=True):
            applies = "adjudication" if source == "reviewer" else what
            found.setdefault((record, question), set()).add(applies)
    for causes in found.values():
        if "vote" in causes:
            causes.discard("withdrawn")
    return found


def _missing(these: pa.Array, others: pa.Array) -> pa.Array:
    return pc.invert(pc.is_in(these, value_set=others))


def _entry(votes: pa.Table) -> pa.Array:
    """An answer by where it is in the history."""
    return _joined(votes, "question", "history")


def _saying(votes: pa.Table) -> pa.Array:
    """An answer by what it says."""
    return _joined(votes, ID, "question", "annotator", "value", "confidence")


def _joined(votes: pa.Table, *names: str) -> pa.Array:
    """These columns, and whether it is a review, as one text a row."""
    review = pc.cast(pc.equal(votes.column("source"), "reviewer"), pa.string())
    parts = [pc.fill_null(pc.cast(votes.column(name), pa.string()), "") for name in names]
    return pc.binary_join_element_wise(*parts, review, "\0").combine_chunks()
