"""Span questions: which stretches of a text are marked, and as what.

| file | what is in it |
| --- | --- |
| `span` | the strategies |
| `marked_spans` | marked spans, taken apart and put together |
| `mark_context` | the unmarked text, and whose marks are borne out |
| `boundaries` | whose boundaries others set as well |
| `corroboration` | which marks somebody else gave as well |
| `marks` | what was marked on one record, put together into spans |
| `stretches` | the places between boundaries |
"""
