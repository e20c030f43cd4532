"""Observe, learn, decide, publish: one run over one dataset.

| file | what is in it |
| --- | --- |
| `distil` | the run as a whole |
| `run` | what one run works with |
| `backlog` | what is done about a backlog before its first batch |
| `crowd` | who answers a dataset |
| `observing` | what records show anew, into history and ledger |
| `refit` | fit the models anew |
| `deciding` | what the models say of each record |
| `publishing` | the difference, in one bulk call |
| `guarded_write`, `bulk` | what protects every write to Argilla |
| `counting` | two counts that `status` shows |
"""
