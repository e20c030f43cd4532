"""Which of several versions is better: by labels on audits, and by the small models that they make.

| file | what is in it |
| --- | --- |
| `comparing` | compare versions, once for each state of the audits |
| `contested` | one question of all versions, as columns |
| `sides` | one version's rows, and what its strategy says without the audits |
"""
