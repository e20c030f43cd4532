"""Rounds for people and programs: how good each model was, and whether models get better.

| file | what is in it |
| --- | --- |
| `rounds_shown` | all rounds of a dataset, and one of them |
| `started_rounds` | a round is to be started of an uploaded file, or planned |
| `asked_of_rounds` | a round is to be cancelled or ended: a worker is asked for it |
| `found_rounds` | what is shown of rounds: reports, progress, and which labels of theirs are suspect |
"""
