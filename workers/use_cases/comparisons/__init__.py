"""Which of several versions is better: by labels on audits, and by the models that they make; and which run.

| file | what is in it |
| --- | --- |
| `comparing` | compare versions and runs, once for each state of the audits |
| `contested` | one question of all versions, or of all runs, as columns |
| `sides` | one version's rows, and what its strategy says without the audits |
| `truths` | what the audits say that are answered so far |
| `run_standings` | how often each run is right, and how that went |
"""
