"""Versions for people and programs: which there are, what they say of themselves, their files.

| file | what is in it |
| --- | --- |
| `found` | a version that its visitor may see, by name or tag; else why there is none |
| `shown` | all versions of a dataset, and one of them |
| `wished` | a version is to be made: a worker is asked for it |
| `differing` | what changed between two of them |
| `downloads` | their files: as they are, and a table as one file |
| `sending` | a file as an answer: ranges, digests, whoever reads slowly |
"""
