"""A version beside itself made again: how many labels came out otherwise."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from argilla_distill.workers.versions.differences.columns import LabelColumn, differing
from argilla_distill.workers.versions.differences.reading import ID, VersionRows, id_ranges

AT_ONCE = 20_000
"""Records that are compared at once."""


def unlike(version: VersionRows, again: VersionRows) -> tuple[int, int]:
    """How many labels of the same record and question differ, and how many records are missing in `again`.

    Questions that only one of them has are not compared.
    """
    others = {q.name: q for q in again.manifest.questions}
    questions = [
        q for q in version.manifest.questions if q.name in others and q.type == others[q.name].type
    ]
    labels = gone = 0
    for within in id_ranges(version.ids(), AT_ONCE):
        before = version.records(within, [q.column for q in questions])
        after = again.records(within, [others[q.name].column for q in questions])
        kept = _only(before, after[ID])
        gone += len(before) - len(kept)
        after = _only(after, kept[ID])
        for question in questions:
            one, other = LabelColumn(kept, question), LabelColumn(after, others[question.name])
            labels += int(pc.sum(differing(one.keys, other.keys)).as_py() or 0)
    return labels, gone


def _only(table: pa.Table, ids: pa.Array) -> pa.Table:
    """The rows of these records."""
    return table.filter(pc.is_in(table[ID], ids.combine_chunks()))
