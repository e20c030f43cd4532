"""Counting a dataset for the pages, and what is made of it for newcomers.

| file | what is in it |
| --- | --- |
| `report` | count one dataset |
| `report_due` | when that is to be done again |
| `audited_question` | what audits say of one question, from what is stored |
| `reasons` | why examples are decided as they are |
| `guidelines` | examples in a dataset's guidelines |
"""
