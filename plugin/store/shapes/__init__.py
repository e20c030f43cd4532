"""How what is stored is written down: from JSON as it is stored, and into it.

| module | what it holds |
| --- | --- |
| `record_shapes` | ledger, decisions, conflicts and copies of records, with keys of one letter |
| `history_shapes` | entries of the history, with names of one letter |
| `plain_shapes` | all else, with words as keys |
"""
