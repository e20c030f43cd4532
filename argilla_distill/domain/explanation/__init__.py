"""A decision in a few plain sentences. `explain` puts them together; each sentence has a file.

| file | what is in it |
| --- | --- |
| `explain` | the whole explanation of one decision |
| `case` | one decision with all that is known of it |
| `sides` | first sentence: who said what |
| `track_record` | second: who tends to be right, and how that is known |
| `tipping`, `balance` | third: what tipped it |
| `arguing`, `evidence` | what speaks for it in the record's own words |
| `outcome` | last: what is decided, how sure that is, what would change it |
| `parts` | where a decision of several parts is least certain |
| `phrases` | lists, numbers, how often, how sure |
| `voices` | who said what, and how much it moved the decision |
| `timeline` | what happened to a record, one thing after another |
| `dataset_timeline` | the same of a dataset as a whole |
"""
