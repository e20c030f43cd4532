"""Benchmarks on a real Argilla and a real Redis, with our service beside them.

| module | what it measures, or holds |
| --- | --- |
| `deliveries` | signed deliveries to one web process, at a fixed rate |
| `latency` | from a delivery to the suggestion in Argilla, one record at a time |
| `waits` | how long answers wait while a large dataset is worked on: `works` |
| `burst` | many dirty records at once, against Argilla's bulk endpoint alone |
| `connecting` | `connect` on a large dataset, and Redis memory per answer |
| `replay` | recorded answers, against a batch fit |
| `review_live` | what a reviewer's answers in the review dataset buy |
| `many_workers` | four workers against one, over many datasets |
| `many_machines` | workers in network namespaces of their own, and a fail-over of Redis |
| `working_day` | what a worker takes in memory over 20,000 jobs |
| `stand_in` | an Argilla that is none, whose calls take a fixed time |
| `rig` | Argilla, Redis and our service, with datasets made in bulk |
"""
