"""A version's rows in the forms that people read and train on: pure, without Redis, queue or settings.

| file | what is in it |
| --- | --- |
| `export` | the way in: a version and what is asked for, rows and what was left out |
| `request` | what is asked for, and what of it a version cannot give |
| `readable_version` | a version's files, read row by row |
| `sieve` | which records are wanted, and how many were left out for what reason |
| `provenance` | where records come from, as far as segments ask |
| `held_out` | what models are never trained on |
| `turns` | prompts and completions, as text or as messages |
| `buckets` | rows that must be seen together, on disk meanwhile |
| `files` | Parquet, CSV and JSON Lines |
| `formats` | one format a file |

Segments and rewards are `domain.versions`; the columns of a version's files are described in
docs/versions.md, those of the formats in docs/exports.md.
"""
