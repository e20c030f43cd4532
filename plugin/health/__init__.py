"""How the service is.

| file | what is in it |
| --- | --- |
| `readiness` | whether it can do its job now |
| `metrics` | Prometheus metrics, read from the store at each scrape |
| `memory_metrics` | those of Redis's memory |
"""
