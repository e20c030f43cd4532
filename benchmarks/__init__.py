"""What BENCHMARKS.md reports. Each module measures one thing and prints a table; none fails on time.

| room | what is in it |
| --- | --- |
| `live` | a real Argilla, a real Redis and our service: deliveries, latency, a burst, `connect`, replay |
| `scale` | what many records cost: pages and reports on a big dataset, and the dataset itself |
| `versions` | what versions of many records, and the files of an old history, cost |
| `engine` | strategies alone: how right, how honest, how fast, and what reviews buy |
| `loop` | what comes after labelling: which labels make the better model |

`python -m benchmarks` runs them by name; the names are in `__main__`.
"""
