"""Runs: what outside models predict on records of a dataset.

| file | what is in it |
| --- | --- |
| `predicted` | what a run's predictions must be like, and which records they are of |
| `predictions_file` | predictions from a file |
| `suggested` | predictions from an agent's suggestions, or from a round's outputs |
| `taught` | which records, and prompts, a version taught |
| `adding` | a run is added, whole or not at all; or deleted |
"""
