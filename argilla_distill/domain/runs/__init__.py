"""Runs: what an outside model predicts on records of a dataset, and the version that it was trained on.

| module | what it holds |
| --- | --- |
| `run` | a run as a whole, and its predictions |
| `standing` | how often it is right, as audits tell, and how that went over time |
"""
