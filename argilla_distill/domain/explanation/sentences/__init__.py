"""The sentences of an explanation, in their order, and what they are made of.

| file | what is in it |
| --- | --- |
| `sides` | first: who said what |
| `track_record` | second: who tends to be right, and how that is known |
| `tipping` | third: what tipped it |
| `arguing`, `evidence` | what speaks for it in the record's own words |
| `worth` | what the answers are worth together, as they err together |
| `outcome` | last: what is decided, how sure that is, what would change it |
"""
