"""What versions are made of: immutable distilled datasets, as files.

| file | what is in it |
| --- | --- |
| `spool` | records and history by record, on disk while a version is made |
| `aside` | the process that fits and writes, beside the jobs that look after it |
| `past` | what the history tells of a dataset as a whole |
| `standing` | which of the spool counts: records as they stood, with their entries |
| `recovered` | records that have changed since, as earlier versions have them |
| `selecting` | which records a version is asked to have |
| `votes` | what was ever said about a record, and why it counts or not |
| `tables` | the columns of the files, and their rows |
| `counts` | what it amounts to |
| `parts` | Parquet files, part by part, and the digest of what is in them |
| `reading` | the rows of a version that is made |
| `labelled` | its labels of one question, each with the record's text |
| `card`, `picture` | the README.md of a version, and the picture of its labels |
| `differences` | what differs between two versions |

Where they are kept is `plugin.storage`.
"""
