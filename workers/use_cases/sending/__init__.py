"""Calls that write to Argilla; what they write is made in `workers.writing`.

| file | what is in it |
| --- | --- |
| `guarded_call` | a call under the lease, in less time than it lasts, and never forgotten |
| `halves` | bulk calls that Argilla refuses whole for the sake of one item |
"""
