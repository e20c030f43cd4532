"""Rounds: a model's outputs, sampled and annotated, so that people see how good it is.

| module | what it holds |
| --- | --- |
| `round` | a round as a whole, and the outputs that were taken |
| `wish` | what a round is to be, and when it can be none |
| `changing` | when a round can be cancelled or ended |
| `report` | what a round came to |
| `suspected` | whether its labels are suspect |
| `progress` | whether models get better from round to round |
"""
