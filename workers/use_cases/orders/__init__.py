"""What somebody asked for through the web process is done.

| file | what is in it |
| --- | --- |
| `carrying_out` | orders are done one after the other, or told why they cannot be |
| `round_orders` | orders about rounds |
| `comparison_orders` | orders about comparisons, and about runs |
| `uploaded` | the uploaded file of an order |
| `version_orders` | orders about versions |
| `in_hand` | an order that is being done |
| `turns` | a job looks after the process that does them |
| `giving_way` | long work waits between its calls while answers wait for a worker |
"""
