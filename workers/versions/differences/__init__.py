"""What differs between two versions, worked out from their files alone.

| file | what is in it |
| --- | --- |
| `reading` | a version's rows, by ranges of record ids |
| `comparing` | which labels changed, and what applies to each change |
| `again` | how many labels came out otherwise when a version was made again |
| `columns` | columns of two versions side by side |
| `answers` | which answers count in one version and not in the other |
| `listing` | the file that lists all changes |
"""
