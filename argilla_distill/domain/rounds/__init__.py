"""Rounds: a model's outputs, sampled and annotated, so that people see how good it is.

| module | what it holds |
| --- | --- |
| `round` | a round as a whole, and the outputs that were taken |
| `request` | what somebody asks to be done about a round, and when it cannot be |
| `report` | what a round came to |
| `suspected` | whether its labels are suspect |
| `progress` | whether models get better from round to round |
"""
