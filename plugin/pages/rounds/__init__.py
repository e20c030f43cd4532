"""Rounds for people and programs: how good each model was, and whether models get better.

| file | what is in it |
| --- | --- |
| `rounds_shown` | all rounds of a dataset, and one of them |
| `found_rounds` | what is shown of rounds: reports, progress, and which labels of theirs are suspect |
"""
