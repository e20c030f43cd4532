"""The review dataset of a dataset.

| file | what is in it |
| --- | --- |
| `enabling` | which dataset is reviewed where: enable, mend, inspect, disable |
| `upkeep` | copies of what is worth a review, and what comes back of them |
"""
