"""A decision in a few plain sentences. `explain` puts them together.

| file | what is in it |
| --- | --- |
| `explain` | the whole explanation of one decision |
| `case` | one decision with all that is known of it |
| `sentences` | its sentences, a file each |
| `balance` | what a decision hangs on |
| `parts` | where a decision of several parts is least certain |
| `phrases` | lists, numbers, how often, how sure |
| `voices` | who said what, and how much it moved the decision |
| `timeline` | what happened to a record, one thing after another |
| `dataset_timeline` | the same of a dataset as a whole |
"""
