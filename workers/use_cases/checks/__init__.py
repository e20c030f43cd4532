"""How the service and its datasets are.

| file | what is in it |
| --- | --- |
| `status` | what is known of every dataset |
| `version_overview` | a dataset's versions: kept, being made, or could not be |
| `memory_count` | what datasets take of Redis's memory |
| `record_history` | everything that was said and decided about one record |
| `doctor` | every part that the service needs, and what to do about it |
| `refused_pings` | why a ping from Argilla did not come in |
| `finding` | one line of what it reports |
| `storage_check` | whether versions can be kept, and are where they were |
| `plan_check` | whether what distill.toml names is there |
| `redis_database` | whether our Redis database is Argilla's as well |
| `waiting` | what some datasets still wait for |
"""
