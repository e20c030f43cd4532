"""What a look at a record adds to what is known of it.

| file | what is in it |
| --- | --- |
| `ledger` | observe: what a record shows now that it did not show before |
| `answers` | who answers a record with what: on the record itself, or on its copy for review |
| `echoes` | which answers only repeat the suggestion of ours that was showing |
| `moments` | when something was said, by a clock that is not ours |
"""
