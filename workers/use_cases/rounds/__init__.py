"""Rounds: a sample of a model's outputs, brought in to be annotated, and what came of it.

| file | what is in it |
| --- | --- |
| `form` | what outputs, and metadata, must be like to become records of a dataset |
| `outputs` | a file of outputs, read line by line and checked |
| `planning` | which outputs are taken |
| `starting` | a round is started: planned, written into Argilla, over any kill |
| `ending` | a round ends: a version is made, and then it is counted |
| `reporting` | what a round came to |
| `holding_up` | what the version before would have said |
| `passing` | how many of its outputs pass: by labels, by audits, in truth |
| `cancelling` | what nobody answered is taken back |
"""
