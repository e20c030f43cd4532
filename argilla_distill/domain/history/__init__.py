"""The history of a dataset: what was said and decided, when, and what it replaced.

Where it is kept is `plugin.store.histories`.

| file | what is in it |
| --- | --- |
| `entry` | one entry, of whatever kind |
| `archived` | the parts of it that lie in files |
| `record_state` | what a record said beside its answers: round, model, digests; or that it is gone |
| `people` | who an annotator's number is, and of which kind |
| `guidelines` | the editions of a dataset's guidelines |
| `config` | the effective settings of a dataset |
| `rounds` | the beginning and the end of rounds |
"""

from argilla_distill.domain.history.entry import NO_DETAILS, START, Details, Entry

__all__ = ["NO_DETAILS", "START", "Details", "Entry"]
