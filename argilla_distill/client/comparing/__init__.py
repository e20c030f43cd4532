"""Versions beside each other, and runs.

| file | what is in it |
| --- | --- |
| `differences` | what changed from one version to another |
| `comparisons` | which version, or which run, is better |
| `added_runs` | a run is added |
"""
