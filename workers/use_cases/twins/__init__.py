"""Twins of versions: a version once more, as a dataset in Argilla that people look at and filter.

| file | what is in it |
| --- | --- |
| `asking` | a twin is asked for, once more as well |
| `turns` | when a twin may be written: when nothing else waits |
| `finding` | its dataset in Argilla: found again, or made |
| `filling` | the job that writes its records, in slices, over any kill |
| `taking_away` | it is deleted, unless somebody answered in it |
"""
