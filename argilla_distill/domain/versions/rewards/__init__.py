"""Rewards: the one number that a team trains on, composed from several questions.

| file | what is in it |
| --- | --- |
| `reward` | a reward as it is written in distill.toml |
| `composed` | a reward on the questions of a dataset, and what a record's is |
| `distribution` | a reward that is not known for certain |
"""
