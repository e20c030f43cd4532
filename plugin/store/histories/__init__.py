"""Everything that was ever said and decided: the latest entries in Redis, older ones in files where they
were moved there.

| file | what is in it |
| --- | --- |
| `history` | one order of entries, wherever they lie: whoever reads a history reads it here |
| `thoughts` | what was thought of reviewed records before they were decided |
| `archive` | the entries that lie in files, and how they get there |
"""
