"""Rounds from a notebook or a script.

| file | what is in it |
| --- | --- |
| `seen_round` | a round as it was when it was asked for; ended, cancelled |
| `starting` | a round is started, or planned: outputs are sent in parts, and a worker is waited for |
| `outputs` | a model's outputs as lines of JSON, whatever they come from |
"""
