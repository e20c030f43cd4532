"""Counting a dataset for the pages, and what is made of it for newcomers.

| file | what is in it |
| --- | --- |
| `report` | count one dataset |
| `report_beside` | a large dataset is counted beside the worker |
| `report_due` | when that is to be done again |
| `live_audits` | what audits say of one question, of the live model |
| `reasons` | why examples are decided as they are |
| `guidelines` | examples in a dataset's guidelines |
"""
