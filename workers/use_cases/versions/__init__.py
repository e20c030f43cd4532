"""Versions of a dataset: asked for, made, looked at, verified, tagged and deleted.

| file | what is in it |
| --- | --- |
| `asking` | what a version is to be, fixed when it is asked for |
| `making` | the job that makes it, in slices, over any kill |
| `building` | its files, from history and records to Parquet |
| `circumstances` | what it is made under, fixed when it is begun |
| `reading` | history and records, read into the spool |
| `fitting` | the strategies of a version, fitted anew |
| `auditing` | what audits say of its labels |
| `writing_files` | its rows, decided and written |
| `describing` | its manifest and its card |
| `exporting` | a version in a format that people train on |
| `pushing` | a version on the Hugging Face Hub |
| `keeping` | found, tagged, deleted |
| `verifying` | made again, and compared |
| `comparing` | what changed between two versions |
"""
