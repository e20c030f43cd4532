"""What many records cost, on a big dataset that is written straight into a Redis.

| module | what it measures, or holds |
| --- | --- |
| `pages` | our pages, and deliveries while they are in use |
| `report_speed` | counting a report, and reading it |
| `one_answer` | one answer in a large dataset, by a process that keeps models and by one that does not |
| `text_costs` | what records' texts cost a fit, a snapshot and memory |
| `jobs` | a worker's jobs with nothing to do, and its memory over many of them |
| `made_texts` | made-up texts of records |
| `trace_big` | `trace` against a version of 100,000 records |
| `answered_argilla` | an Argilla that costs nothing, with one more answer on some records |
| `only_texts` | an Argilla that knows texts and nothing else |
| `big_dataset` | the dataset: `drawn` is what its crowd answered, `kept` what the store keeps of it |
"""
