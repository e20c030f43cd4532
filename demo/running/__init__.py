"""What is started, and leaves nothing behind.

| module | what it holds |
| --- | --- |
| `processes` | a `Process`: one command that starts, says when it is ready, and ends |
| `servers` | a `RedisServer`, and an `Argilla` with its workers |
| `redis_user` | the user of its own that docs give us in Redis |
| `service` | our web process, workers and cron |
| `commands` | our commands, run to their ends |
| `installation` | our processes beside an Argilla, and a look inside their store |
| `stage` | all that runs during the demo, together |
"""
