"""What many records cost, on a big dataset that is written straight into a Redis.

| module | what it measures, or holds |
| --- | --- |
| `pages` | our pages, and deliveries while they are in use |
| `report_speed` | counting a report, and reading it |
| `one_answer` | one answer in a large dataset, by a process that keeps models and by one that does not |
| `text_costs` | what records' texts cost a fit, a snapshot and memory |
| `jobs` | a worker's jobs with nothing to do, and its memory over many of them |
| `version_making` | making a version, and verifying it |
| `made_texts` | the texts of its records |
| `trace_big` | `trace` against a version of 100,000 records |
| `kept_versions` | manifests and a comparison of that many records, for `pages` |
| `client_reading` | the client, reading a version into pandas |
| `big_dataset` | the dataset: `drawn` is what its crowd answered, `kept` what the store keeps of it |
"""
